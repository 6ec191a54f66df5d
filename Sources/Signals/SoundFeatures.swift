public import Arrays
public import Diagnostics
import Foundation

/// Takes the features of sounds that `FeatureOptions` describe.
///
/// Tables are computed once; one value serves any number of sounds, and several threads at once.
///
/// A sound is cut into overlapping frames; each is multiplied by a window and transformed; energies
/// of the bins are summed by mel filters; a logarithm makes levels of them, and a cosine transform
/// coefficients. Four frames are worked on side by side, so that every step of arithmetic is one of
/// whole vector registers, and only some dozens of frames are in memory between sound and features.
public struct SoundFeatures: Sendable {
  public let options: FeatureOptions
  /// Filters that touch no bin of the spectrum, so that their features say nothing.
  public let warnings: [Diagnostic]

  let transform: RealTransform
  /// As long as the transform, with all factors that apply to spectra.
  let window: [Float]
  let bank: MelFilterBank?
  private let cosine: CosineTransform?

  /// - Parameter subject: what warnings are about.
  public init(_ options: FeatureOptions, subject: String = "features") {
    self.options = options
    transform = RealTransform(length: options.fftLength)
    window = Self.window(options, scale: transform.inputScale)
    guard options.kind != .spectrogram else {
      (warnings, bank, cosine) = ([], nil, nil)
      return
    }
    let bank = MelFilterBank(
      binCount: transform.binCount, sampleRate: options.sampleRate, count: options.melCount,
      frequencies: options.minimumFrequency...options.maximumFrequency,
      scale: options.melScale, norm: options.melNorm)
    self.bank = bank
    warnings = Self.warnings(bank.empty, options, subject)
    cosine =
      options.kind == .mfcc
      ? CosineTransform(
        inputCount: options.melCount, coefficientCount: options.coefficientCount,
        norm: options.cosineNorm) : nil
  }

  private static func window(_ options: FeatureOptions, scale: Float) -> [Float] {
    let values = options.window.values(options.windowLength)
    let factor =
      switch options.normalization {
      case nil: 1.0
      case .frameLength: 1 / Double(options.fftLength).squareRoot()
      case .window:
        1 / values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      }
    var window = [Float](repeating: 0, count: options.fftLength)
    let first = (options.fftLength - options.windowLength) / 2
    for (n, value) in values.enumerated() {
      window[first + n] = Float(Double(value) * factor * Double(scale))
    }
    return window
  }

  private static func warnings(
    _ empty: [Int], _ options: FeatureOptions, _ subject: String
  ) -> [Diagnostic] {
    guard let first = empty.first else { return [] }
    return [
      Diagnostic(
        .warning, subject,
        "\(empty.count) of \(options.melCount) mel filters (the first is number \(first)) are "
          + "narrower than the bins of the spectrum and always 0",
        mend: "a smaller 'mel-count' than \(options.melCount), or a longer 'fft-length' than "
          + "\(options.fftLength)")
    ]
  }

  // MARK: What comes out

  /// Frames a second, Hz.
  public var rate: Double { Double(options.sampleRate) / Double(options.hopLength) }

  /// Time of the middle of the first frame after the first sample, seconds; frame i lies i / `rate`
  /// later.
  public var start: Double {
    let centre = options.isCentred ? 0 : Double(options.fftLength) / 2
    return (centre - Double(options.padding)) / Double(options.sampleRate)
  }

  /// Numbers of one frame of one channel.
  public var featureCount: Int {
    switch options.kind {
    case .spectrogram: transform.binCount
    case .melSpectrogram, .logMel: options.melCount
    case .mfcc: options.coefficientCount
    }
  }

  /// Name of the axis of the features: `bin`, `mel` or `coefficient`.
  public var axis: String {
    switch options.kind {
    case .spectrogram: "bin"
    case .melSpectrogram, .logMel: "mel"
    case .mfcc: "coefficient"
    }
  }

  public var type: ElementType { options.isHalfPrecision ? .float16 : .float32 }

  /// Frames of a sound.
  ///
  /// - Throws: where a sound is too short for a frame, or to be mirrored at its ends; there is no
  ///   frame without sound in it.
  public func frameCount(samples: Int, subject: String = "sound") throws(Diagnostic) -> Int {
    guard samples > 0 else { throw Diagnostic(subject, "the sound has no samples") }
    guard samples <= Self.maximumSamples else {
      throw Diagnostic(subject, "\(samples) samples are more than any sound has")
    }
    let length = samples + 2 * options.padding
    let edge = self.edge
    if options.isCentred, options.paddingMode == .reflect, length <= edge {
      throw Diagnostic(
        subject,
        "the sound has \(samples) samples; mirroring its ends takes more than \(edge)",
        mend: "'padding-mode: constant', or a shorter 'fft-length' than \(options.fftLength)")
    }
    guard length + 2 * edge >= options.fftLength else {
      throw Diagnostic(
        subject,
        "the sound has \(samples) samples, fewer than one frame of \(options.fftLength)",
        mend: "a shorter 'fft-length', or centred frames")
    }
    return 1 + (length + 2 * edge - options.fftLength) / options.hopLength
  }

  /// So that sums of lengths stay within integers.
  private static let maximumSamples = 1 << 48

  /// Samples that frames reach beyond the sound on either side.
  var edge: Int { options.isCentred ? options.fftLength / 2 : 0 }

  // MARK: Computation

  /// Features of a sound of one channel with full scale 1: `[time, mel]` (or `bin`, `coefficient`).
  ///
  /// Not-a-number and infinite samples make the frames that they are in not-a-number.
  public func callAsFunction(
    _ samples: [Float], subject: String = "sound"
  ) throws(Diagnostic) -> NumberArray {
    let layout = try Layout(samples.count, channels: 1, self, subject)
    return samples.withUnsafeBytes { features($0, of: Float.self, layout) }
  }

  /// Features of a sound `[time]` or `[time, channel]`: `[time, mel]` (or `bin`, `coefficient`) of
  /// one channel, `[time, channel, mel]` of several.
  ///
  /// - Parameters:
  ///   - sound: int16, of which 32768 is full scale, or reals of full scale 1.
  ///   - subject: what an error is about: the sound's file.
  public func callAsFunction(
    _ sound: NumberArray, subject: String = "sound"
  ) throws(Diagnostic) -> NumberArray {
    guard sound.shape.count == 1 || sound.shape.count == 2 else {
      throw Diagnostic(
        subject, "an array of shape \(sound.shape) is no sound",
        mend: "sounds have the axes 'time' and, where there are several, 'channel'")
    }
    let channels = sound.shape.count == 2 ? sound.shape[1] : 1
    let layout = try Layout(sound.shape[0], channels: channels, self, subject)
    let run: (UnsafeRawBufferPointer) -> NumberArray
    switch sound.type {
    case .int16: run = { features($0, of: Int16.self, layout) }
    case .float16: run = { features($0, of: Float16.self, layout) }
    case .float32: run = { features($0, of: Float.self, layout) }
    case .float64: run = { features($0, of: Double.self, layout) }
    case .uint8, .uint16, .int32, .int64, .uint64:
      throw Diagnostic(
        subject, "numbers of type \(sound.type.rawValue) have no known full scale",
        mend: "sounds are int16, or reals of full scale 1")
    }
    return sound.bytes.withUnsafeBytes(run)
  }

  /// How much goes in and comes out.
  struct Layout {
    var samples: Int
    var channels: Int
    var frames: Int
    /// Rows of features.
    var rows: Int { frames * channels }

    /// More bytes are taken for a mistake in the options.
    static let mostBytes = 1 << 32

    init(
      _ samples: Int, channels: Int, _ features: SoundFeatures, _ subject: String
    ) throws(Diagnostic) {
      guard channels > 0 else { throw Diagnostic(subject, "the sound has no channels") }
      self.samples = samples
      self.channels = channels
      frames = try features.frameCount(samples: samples, subject: subject)
      let width = max(features.featureCount, features.analysedCount)
      guard width * MemoryLayout<Float>.size <= Self.mostBytes / channels / frames else {
        throw Diagnostic(
          subject,
          "\(frames) frames of \(channels) channels and \(width) features are over 4 GiB",
          mend: "a longer 'hop-length' than \(features.options.hopLength), or a shorter part")
      }
    }
  }

  /// Numbers of a frame before the cosine transform.
  var analysedCount: Int { bank?.count ?? transform.binCount }

  private func features<Element: SampleElement>(
    _ source: UnsafeRawBufferPointer, of type: Element.Type, _ layout: Layout
  ) -> NumberArray {
    let shape = layout.channels == 1 ? [layout.frames] : [layout.frames, layout.channels]
    let size = self.type.size
    let bytes = [UInt8](unsafeUninitializedCapacity: layout.rows * featureCount * size) {
      (buffer, filled) in
      filled = layout.rows * featureCount * size
      guard let base = source.baseAddress, let target = buffer.baseAddress else { return }
      let output = UnsafeMutableRawPointer(target)
      let analysed = layout.rows * analysedCount
      if cosine == nil, !options.isHalfPrecision {
        analyse(base, of: type, layout, into: output)
        limit(output, count: analysed)
        return
      }
      let levels = UnsafeMutablePointer<Float>.allocate(capacity: analysed)
      defer { levels.deallocate() }
      analyse(base, of: type, layout, into: levels)
      limit(levels, count: analysed)
      guard let cosine else {
        Self.halve(levels, count: analysed, into: output)
        return
      }
      let count = layout.rows * featureCount
      let coefficients = UnsafeMutablePointer<Float>.allocate(capacity: count)
      defer { coefficients.deallocate() }
      cosine(levels, rows: layout.rows, into: coefficients)
      if options.isHalfPrecision {
        Self.halve(coefficients, count: count, into: output)
      } else {
        output.copyMemory(from: coefficients, byteCount: filled)
      }
    }
    return NumberArray(self.type, bytes, shape: shape + [featureCount])
  }

  /// Raises levels to `top` below the loudest.
  private func limit(_ levels: UnsafeMutableRawPointer, count: Int) {
    guard case .decibels(let top?) = options.logarithm, [.logMel, .mfcc].contains(options.kind)
    else { return }
    let size = MemoryLayout<Float>.size
    var loudest = -Float.infinity
    for index in 0..<count {
      let level = levels.loadUnaligned(fromByteOffset: index &* size, as: Float.self)
      if level > loudest { loudest = level }
    }
    let least = loudest - Float(top)
    for index in 0..<count {
      let level = levels.loadUnaligned(fromByteOffset: index &* size, as: Float.self)
      if level < least {
        levels.storeBytes(of: least, toByteOffset: index &* size, as: Float.self)
      }
    }
  }

  private static func halve(
    _ numbers: UnsafePointer<Float>, count: Int, into output: UnsafeMutableRawPointer
  ) {
    let width = Lanes.count
    let whole = count - count % width
    for index in stride(from: 0, to: whole, by: width) {
      let lanes = Lanes(loading: numbers + index)
      output.storeBytes(
        of: lanes.halfPrecisionBits, toByteOffset: 2 &* index, as: SIMD4<UInt16>.self)
    }
    for index in whole..<count {
      output.storeBytes(
        of: Lanes(repeating: numbers[index]).halfPrecisionBits[0], toByteOffset: 2 &* index,
        as: UInt16.self)
    }
  }
}
