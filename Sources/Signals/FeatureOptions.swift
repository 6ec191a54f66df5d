import Diagnostics

/// What is taken from a sound; the defaults are torchaudio's.
public struct FeatureOptions: Sendable, Hashable {
  /// Which features.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// |X[k]|^power of each frame (`torchaudio.transforms.Spectrogram`).
    case spectrogram
    /// The spectrogram summed by mel filters (`MelSpectrogram`).
    case melSpectrogram = "mel-spectrogram"
    /// The logarithm of the mel spectrogram.
    case logMel = "log-mel"
    /// Mel frequency cepstral coefficients (`MFCC`): the cosine transform of the logarithm.
    case mfcc
  }

  /// What a sound is continued with, where frames are centred and the outer ones reach beyond it.
  public enum PaddingMode: String, Hashable, Sendable, CaseIterable {
    /// Mirrored at its first and its last sample, which are not repeated.
    case reflect
    /// Zeros.
    case constant
    /// Its first and its last sample.
    case replicate
  }

  /// What spectra are divided by.
  public enum Normalization: String, Hashable, Sendable, CaseIterable {
    /// The root of the sum of the window's squares.
    case window
    /// The root of the length of the transform.
    case frameLength = "frame-length"
  }

  /// How energies become levels.
  public enum Logarithm: Hashable, Sendable {
    /// log(x + offset).
    case natural(offset: Double)
    /// 10 · log₁₀(max(x, 10⁻¹⁰)), raised to `top` below the loudest value of the sound where it is
    /// given (`AmplitudeToDB("power", top)`). The loudest value is that of all channels.
    case decibels(top: Double?)
  }

  public let kind: Kind
  /// Samples a second, Hz.
  public let sampleRate: Int
  /// Samples of a transform (n_fft).
  public let fftLength: Int
  /// Samples of the window (win_length), which stands in the middle of the transform.
  public let windowLength: Int
  /// Samples from one frame to the next (hop_length).
  public let hopLength: Int
  /// Zeros before and after the sound (pad).
  public let padding: Int
  public let window: WindowFunction
  /// Exponent of the magnitude: 2 energy, 1 magnitude.
  public let power: Double
  public let normalization: Normalization?
  /// Whether frame i is centred at sample i · `hopLength`, not begun there.
  public let isCentred: Bool
  public let paddingMode: PaddingMode
  /// Filters (n_mels).
  public let melCount: Int
  /// Hz (f_min).
  public let minimumFrequency: Double
  /// Hz (f_max); half the sample rate, a whole number of Hz, unless it is given.
  public let maximumFrequency: Double
  public let melScale: MelScale
  public let melNorm: MelNorm?
  /// Of log-mel and mfcc; natural with an offset of 10⁻⁶ for the one, decibels with 80 dB from the
  /// loudest for the other, unless it is given.
  public let logarithm: Logarithm
  /// n_mfcc.
  public let coefficientCount: Int
  public let cosineNorm: CosineNorm?
  /// Whether the features are stored as float16, not float32. Its largest number is 65504, which the
  /// energies of a loud sound exceed and their logarithms do not.
  public let isHalfPrecision: Bool

  /// Checks the numbers against each other.
  ///
  /// - Parameter place: the subject of a complaint about a key, which is written as in a pipeline
  ///   file: `fft-length`.
  /// - Throws: a `Diagnostic`, or a `DiagnosticList` of all that is wrong.
  public init(
    kind: Kind, sampleRate: Int = 16000, fftLength: Int = 400, windowLength: Int? = nil,
    hopLength: Int? = nil, padding: Int = 0, window: WindowFunction = .hann, power: Double = 2,
    normalization: Normalization? = nil, isCentred: Bool = true,
    paddingMode: PaddingMode = .reflect, melCount: Int = 128, minimumFrequency: Double = 0,
    maximumFrequency: Double? = nil, melScale: MelScale = .htk, melNorm: MelNorm? = nil,
    logarithm: Logarithm? = nil, coefficientCount: Int = 40, cosineNorm: CosineNorm? = .ortho,
    isHalfPrecision: Bool = false, at place: (_ key: String) -> String = { _ in "features" }
  ) throws {
    self.kind = kind
    self.sampleRate = sampleRate
    self.fftLength = fftLength
    self.windowLength = windowLength ?? fftLength
    self.hopLength = hopLength ?? max(1, self.windowLength / 2)
    self.padding = padding
    self.window = window
    self.power = power
    self.normalization = normalization
    self.isCentred = isCentred
    self.paddingMode = paddingMode
    self.melCount = melCount
    self.minimumFrequency = minimumFrequency
    self.maximumFrequency = maximumFrequency ?? Double(sampleRate / 2)
    self.melScale = melScale
    self.melNorm = melNorm
    self.logarithm =
      logarithm ?? (kind == .mfcc ? .decibels(top: 80) : .natural(offset: 1e-6))
    self.coefficientCount = coefficientCount
    self.cosineNorm = cosineNorm
    self.isHalfPrecision = isHalfPrecision
    let faults = faults(place)
    guard faults.isEmpty else {
      throw faults.count == 1 ? faults[0] : DiagnosticList(faults) as any Error
    }
  }

  /// Longest transform and window, samples.
  public static let maximumLength = 1 << 20
  /// Most filters.
  public static let maximumMelCount = 1 << 14

  private func faults(_ place: (String) -> String) -> [Diagnostic] {
    var faults: [Diagnostic] = []
    func check(
      _ isRight: Bool, _ key: String, _ value: some Any, _ wanted: String, mend: String? = nil
    ) {
      guard !isRight else { return }
      faults.append(
        Diagnostic(place(key), "'\(key)' is \(value); it must be \(wanted)", mend: mend))
    }
    func check(_ value: Int, in range: ClosedRange<Int>, _ key: String, _ unit: String) {
      check(
        range.contains(value), key, value,
        "from \(range.lowerBound) to \(range.upperBound)\(unit)")
    }
    check(sampleRate, in: 2...1_000_000_000, "sample-rate", " Hz")
    check(fftLength, in: 1...Self.maximumLength, "fft-length", " samples")
    if fftLength >= 1 {
      check(
        (1...fftLength).contains(windowLength), "window-length", windowLength,
        "from 1 to 'fft-length', \(fftLength) samples",
        mend: "a longer 'fft-length', which adds zeros around the window")
    }
    check(hopLength, in: 1...1_000_000_000, "hop-length", " samples")
    check(padding, in: 0...1_000_000_000, "padding", " samples")
    check(power > 0 && power.isFinite, "power", power, "above 0 and finite")
    guard kind != .spectrogram, sampleRate > 1 else { return faults }

    check(melCount, in: 1...Self.maximumMelCount, "mel-count", "")
    check(
      minimumFrequency >= 0 && minimumFrequency.isFinite, "minimum-frequency", minimumFrequency,
      "0 Hz or above")
    let highest = Double(sampleRate) / 2
    if maximumFrequency.isNaN || maximumFrequency > highest {
      check(
        false, "maximum-frequency", maximumFrequency,
        "half the sample rate of \(sampleRate) Hz at most, \(highest)",
        mend: "a sound holds nothing above half its sample rate")
    } else {
      check(
        maximumFrequency > minimumFrequency, "maximum-frequency", maximumFrequency,
        "above 'minimum-frequency', \(minimumFrequency) Hz")
    }
    guard kind != .melSpectrogram else { return faults }

    switch logarithm {
    case .natural(let offset):
      check(offset >= 0 && offset.isFinite, "offset", offset, "0 or above, and finite")
    case .decibels(let top?):
      check(top >= 0 && top.isFinite, "top-decibels", top, "0 or above, and finite")
    case .decibels(nil): break
    }
    if kind == .mfcc {
      check(
        coefficientCount >= 1 && coefficientCount <= melCount, "coefficient-count",
        coefficientCount, "from 1 to 'mel-count', \(melCount)")
    }
    return faults
  }
}

/// How filters are weighted.
public enum MelNorm: String, Hashable, Sendable, CaseIterable {
  /// Each by 2 over its width in Hz, so that all have the same area.
  case slaney
}

/// How a cosine transform is scaled.
public enum CosineNorm: String, Hashable, Sendable, CaseIterable {
  /// Its rows are of length 1 and stand upright on each other.
  case ortho
}
