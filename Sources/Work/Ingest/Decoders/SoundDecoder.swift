import Arrays
import Diagnostics
import Foundation
import Media
import Readers
import Signals
import Stages
import Synchronization

/// Sound of a recording, or features of it.
final class SoundDecoder: PartDecoder {
  private let name: String
  private let description: AudioDescription
  /// Tables of the features, by sample rate: one, unless the files differ and no rate is asked for.
  private let features = Mutex<[Int: SoundFeatures]>([:])

  init(_ name: String, _ description: AudioDescription) throws {
    self.name = name
    self.description = description
    // What is wrong with the features is told before the first file is opened.
    if let rate = description.rate, description.features != nil { _ = try features(rate) }
  }

  func read(_ part: RecordingPart) throws -> DecodedPart {
    let path = part.file.path
    let sound = try SoundFile.read(
      path,
      SoundOptions(
        rate: description.rate, channels: channels, type: storedType,
        range: TimeRange(start: part.start, stop: part.stop)))
    // The sample's clock starts where the wanted part does.
    let start = sound.start - (part.start ?? 0)
    let channelCount = sound.samples.shape[1]
    guard description.features != nil else {
      var samples = sound.samples
      if description.type == ElementType.float16.rawValue {
        samples = samples.converted(to: .float16)
      }
      return DecodedPart(
        values: .init(samples, start: start),
        form: ModalityForm(
          name: name, type: samples.type, shape: [nil, channelCount], axes: ["time", "channel"],
          rate: sound.rate, scale: samples.type == .int16 ? 1.0 / 32768 : nil))
    }
    let features = try features(Int(sound.rate))
    let values = try features(sound.samples, subject: path)
    let isSeveral = values.shape.count == 3
    return DecodedPart(
      values: .init(values, start: start + features.start),
      form: ModalityForm(
        name: name, type: values.type, shape: [nil] + values.shape.dropFirst().map { $0 },
        axes: isSeveral ? ["time", "channel", features.axis] : ["time", features.axis],
        unit: unit, rate: features.rate))
  }

  private var channels: SoundOptions.Channels {
    switch description.channels {
    case .keep: .keep
    case .mono: .mono
    case .stereo: .stereo
    }
  }

  /// Type that sound is decoded to; `nil` is the recording's own.
  private var storedType: ElementType? {
    guard description.features == nil else { return nil }
    switch description.type {
    case "int16": return .int16
    case "float16", "float32": return .float32
    default: return nil
    }
  }

  private var unit: String? {
    guard let wanted = description.features else { return nil }
    return wanted.kind == .logMel && wanted.logOffset == nil ? "dB" : nil
  }

  private func features(_ rate: Int) throws -> SoundFeatures {
    if let known = features.withLock({ $0[rate] }) { return known }
    guard let wanted = description.features else {
      throw Diagnostic("modality '\(name)'", "no features are described")
    }
    let made = SoundFeatures(
      try FeatureOptions(wanted, rate: rate, type: description.type, modality: name),
      subject: "modality '\(name)'")
    return features.withLock { tables in
      tables[rate] = tables[rate] ?? made
      return tables[rate] ?? made
    }
  }

  /// What the user should know of the features, once.
  var warnings: [Diagnostic] { features.withLock { $0.values.flatMap(\.warnings) } }
}

extension FeatureOptions {
  /// The features of a pipeline file for sound of a rate.
  ///
  /// - Throws: `Diagnostic` or `DiagnosticList` about keys that do not go together.
  init(_ wanted: FeatureDescription, rate: Int, type: String?, modality: String) throws {
    let decibels = Logarithm.decibels(top: wanted.topDecibels ?? (wanted.kind == .mfcc ? 80 : nil))
    try self.init(
      kind: Kind(wanted.kind), sampleRate: rate, fftLength: wanted.fftLength,
      windowLength: wanted.windowLength, hopLength: wanted.hopLength,
      window: WindowFunction(rawValue: wanted.window) ?? .hann, power: wanted.power,
      isCentred: wanted.isCentred, melCount: wanted.melCount,
      minimumFrequency: wanted.minimumFrequency, maximumFrequency: wanted.maximumFrequency,
      melScale: MelScale(rawValue: wanted.melScale) ?? .htk,
      melNorm: MelNorm(rawValue: wanted.melNorm),
      logarithm: wanted.logOffset.map { .natural(offset: $0) } ?? decibels,
      coefficientCount: wanted.coefficientCount,
      isHalfPrecision: type == ElementType.float16.rawValue,
      at: { _ in "modality '\(modality)'" })
  }
}

extension FeatureOptions.Kind {
  fileprivate init(_ kind: FeatureDescription.Kind) {
    self =
      switch kind {
      case .spectrogram: .spectrogram
      case .mel: .melSpectrogram
      case .logMel: .logMel
      case .mfcc: .mfcc
      }
  }
}
