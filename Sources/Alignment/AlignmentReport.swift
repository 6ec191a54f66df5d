/// What became of the samples of an alignment, and how well their modalities fit together in time:
/// stands under `alignment` in the details of the output's manifest.
public struct AlignmentReport: Codable, Sendable, Equatable {
  /// How often something was found, by split and then by modality or reason.
  public typealias Counts = [String: [String: Int]]

  /// Rates found in the time stamps of recordings: one over the median interval of each, Hz.
  public struct Rates: Codable, Sendable, Equatable {
    public var median: Double
    public var lowest: Double
    public var highest: Double
    public var recordings: Int

    /// - Returns: `nil` of none.
    public init?(_ rates: [Double]) {
      guard let median = Timeline.median(rates), let lowest = rates.min(), let highest = rates.max()
      else { return nil }
      self.median = median
      self.lowest = lowest
      self.highest = highest
      recordings = rates.count
    }
  }

  /// How a modality's clock was brought to the common one.
  public struct ClockUse: Codable, Sendable, Equatable {
    /// s
    public var offset: Double
    /// s/s
    public var drift: Double
    /// Of a clock that was estimated once for all recordings.
    public var fit: ClockFit?
    /// Of clocks that were estimated recording by recording; offset and drift are their means.
    public var fits: Fits?

    public init(offset: Double, drift: Double, fit: ClockFit? = nil, fits: Fits? = nil) {
      self.offset = offset
      self.drift = drift
      self.fit = fit
      self.fits = fits
    }
  }

  /// Clocks of several recordings.
  public struct Fits: Codable, Sendable, Equatable {
    public var recordings: Int
    public var events: Int
    /// Recordings with too few events to tell the drift, which is then taken to be 0.
    public var withoutDrift: Int
    public var offsets: [Double]
    public var drifts: [Double]
    /// The largest standard error of an offset, s; `nil` where none is known.
    public var largestOffsetError: Double?
    public var largestDriftError: Double?
    /// The largest residual of an event, s, and the recording that has it.
    public var largestResidual: Double
    public var worst: String

    /// - Parameter fits: by recording.
    /// - Returns: `nil` of none.
    public init?(_ fits: [(id: String, fit: ClockFit)]) {
      guard let worst = fits.max(by: { $0.fit.largestResidual < $1.fit.largestResidual }) else {
        return nil
      }
      func range(_ values: [Double]) -> [Double] { [values.min() ?? 0, values.max() ?? 0] }
      recordings = fits.count
      events = fits.reduce(0) { $0 + $1.fit.events }
      withoutDrift = fits.count { $0.fit.events < 2 }
      offsets = range(fits.map(\.fit.offset))
      drifts = range(fits.map(\.fit.drift))
      largestOffsetError = fits.compactMap(\.fit.offsetError).max()
      largestDriftError = fits.compactMap(\.fit.driftError).max()
      largestResidual = worst.fit.largestResidual
      self.worst = worst.id
    }
  }

  /// One modality.
  public struct Modality: Codable, Sendable, Equatable {
    public var name: String
    /// `whole`, `still`, or the name of a policy.
    public var policy: String
    /// Hz, as the input says.
    public var declaredRate: Double?
    /// Hz, as the time stamps say.
    public var foundRate: Rates?
    /// Hz, of the output.
    public var rate: Double?
    /// Recordings that have it.
    public var recordings = 0
    /// Distances of the output's steps from the recorded ones that they come from.
    public var timeErrors = TimeErrors()
    /// s
    public var meanTimeError: Double?
    public var stampFaults = StampFaults()
    /// Output steps outside of the recording.
    public var padded = 0
    /// Output steps too far from a recorded one.
    public var outOfTolerance = 0
    /// Recorded time outside of what all streams of the recording have in common, s.
    public var outside = 0.0
    public var clock: ClockUse?
    /// Share of a picture's pixels that registration takes from outside of it.
    public var emptyPixels: Double?
    /// Numbers that are not finite, left out of the statistics.
    public var notFinite = 0

    public init(name: String, policy: String) {
      self.name = name
      self.policy = policy
    }
  }

  /// A recording whose steps are far from what was recorded.
  public struct Worst: Codable, Sendable, Equatable {
    public var id: String
    public var modality: String
    /// s
    public var timeError: Double

    public init(id: String, modality: String, timeError: Double) {
      self.id = id
      self.modality = modality
      self.timeError = timeError
    }
  }

  /// Samples that came in.
  public var samples = 0
  /// Samples among them that have every modality.
  public var matched = 0
  /// Samples that went out: of windows, each is one.
  public var aligned = 0
  /// Samples that went out, by split.
  public var splits: [String: Int] = [:]
  /// Samples that lack a modality, by split and modality, whatever became of them.
  public var missing: Counts = [:]
  /// Samples that were left out, by split and reason.
  public var dropped: Counts = [:]
  /// What lies after the last whole windows of recordings and was left out, s.
  public var rest = 0.0
  public var modalities: [Modality] = []
  /// Up to ten, the farthest first.
  public var worst: [Worst] = []
  /// Up to ten ids of samples that lack a modality or were left out.
  public var examples: [String] = []

  public init() {}

  private static let mostExamples = 10

  /// The ten recordings with the largest errors, of equal ones the first.
  public mutating func consider(_ candidate: Worst) {
    guard candidate.timeError > 0 else { return }
    let place = worst.firstIndex { $0.timeError < candidate.timeError } ?? worst.count
    guard place < Self.mostExamples else { return }
    worst.insert(candidate, at: place)
    if worst.count > Self.mostExamples { worst.removeLast() }
  }

  public mutating func remember(_ id: String) {
    if examples.count < Self.mostExamples, examples.last != id { examples.append(id) }
  }
}
