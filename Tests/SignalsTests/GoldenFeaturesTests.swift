import Arrays
import Foundation
import Signals
import Testing

/// Golden: torchaudio (versions stand in the file), float64, made by Tools/golden/signals.py.
@Suite struct GoldenFeaturesTests {
  struct Golden: Decodable {
    var signals: [Signal]
    var cases: [Case]
  }

  struct Signal: Decodable {
    var name: String
    var rate: Int
    /// int16 of each channel.
    var channels: [[Int16]]

    /// `[time, channel]`
    var array: NumberArray {
      let samples = channels[0].indices.flatMap { time in channels.map { $0[time] } }
      return NumberArray(samples, shape: [channels[0].count, channels.count])
    }
  }

  struct Setting: Decodable {
    var name: String
    var value: String
  }

  struct Case: Decodable, CustomTestStringConvertible {
    var name: String
    var signal: String
    var kind: String
    var log: String?
    var top: Double?
    var settings: [Setting]
    /// `[channel, time, feature]`
    var shape: [Int]
    var frames: [Int]
    /// `[channel, frames, feature]`
    var values: [Float]

    var testDescription: String { "\(kind): \(name)" }
  }

  static let golden: Golden? = try? {
    let url = try #require(
      Bundle.module.url(forResource: "features", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
  }()

  private func options(_ golden: Case, rate: Int) throws -> FeatureOptions {
    var settings = Dictionary(uniqueKeysWithValues: golden.settings.map { ($0.name, $0.value) })
    func integer(_ name: String) -> Int? { settings.removeValue(forKey: name).flatMap { Int($0) } }
    func real(_ name: String) -> Double? {
      settings.removeValue(forKey: name).flatMap { Double($0) }
    }
    func text(_ name: String) -> String? { settings.removeValue(forKey: name) }
    let kind = try #require(FeatureOptions.Kind(rawValue: golden.kind))
    let norm = text("norm")
    let normalization: FeatureOptions.Normalization? =
      switch text("normalized") {
      case "True": .window
      case "frame_length": .frameLength
      default: nil
      }
    let logarithm: FeatureOptions.Logarithm? =
      golden.log == "decibels"
      ? .decibels(top: golden.top) : text("log_mels") == "True" ? .natural(offset: 1e-6) : nil
    let options = try FeatureOptions(
      kind: kind, sampleRate: rate, fftLength: integer("n_fft") ?? 400,
      windowLength: integer("win_length"), hopLength: integer("hop_length"),
      padding: integer("pad") ?? 0, power: real("power") ?? 2, normalization: normalization,
      isCentred: text("center") != "False",
      paddingMode: text("pad_mode").flatMap(FeatureOptions.PaddingMode.init) ?? .reflect,
      melCount: integer("n_mels") ?? 128, minimumFrequency: real("f_min") ?? 0,
      maximumFrequency: real("f_max"),
      melScale: text("mel_scale").flatMap(MelScale.init) ?? .htk,
      melNorm: norm.flatMap(MelNorm.init), logarithm: logarithm,
      coefficientCount: integer("n_mfcc") ?? 40, cosineNorm: norm == "None" ? nil : .ortho)
    #expect(settings.isEmpty)
    return options
  }

  @Test(arguments: golden?.cases ?? [])
  func matchesTorchaudio(golden: Case) throws {
    let signal = try #require(Self.golden?.signals.first { $0.name == golden.signal })
    let features = SoundFeatures(try options(golden, rate: signal.rate))
    let result = try features(signal.array)
    let (channels, frames, count) = (golden.shape[0], golden.shape[1], golden.shape[2])
    #expect(result.shape == (channels == 1 ? [frames, count] : [frames, channels, count]))
    #expect(result.type == .float32)
    let values = result.values(as: Float.self)
    let loudest = golden.values.map { abs($0) }.max() ?? 0
    // Energies: a float32 transform errs by some 2⁻²⁴ of the loudest amplitude, by which a quiet bin
    // then errs. Logarithms turn 1e-4 of an energy into 1e-4, or 4e-4 dB; coefficients add up mels.
    let (relative, absolute): (Float, Float) =
      switch features.options.kind {
      case .spectrogram, .melSpectrogram: (1e-4, 1e-7 * loudest)
      case .logMel, .mfcc: (0, 1e-3)
      }
    var place = 0
    for channel in 0..<channels {
      for frame in golden.frames {
        for feature in 0..<count {
          let wanted = golden.values[place]
          let value = values[(frame * channels + channel) * count + feature]
          let allowed = max(absolute, relative * abs(wanted))
          if !(abs(value - wanted) <= allowed) {
            Issue.record("frame \(frame), feature \(feature): \(value), not \(wanted)")
            return
          }
          place += 1
        }
      }
    }
  }

  @Test func allCasesAreThere() throws {
    #expect(try #require(Self.golden).cases.count == 28)
  }
}
