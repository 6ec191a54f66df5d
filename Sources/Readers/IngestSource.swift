public import Arrays
public import Diagnostics

/// What samples are read from: their index first, then their values one sample at a time, so that
/// no more than the index and the samples under way need to be in memory.
public protocol IngestSource: Sendable {
  /// The first pass: ids, labels and splits, all checked.
  ///
  /// - Throws: `Diagnostic`, or `DiagnosticList` with the first twenty faults, at their places.
  func index() throws -> SampleIndex

  /// What the values of each modality look like, in the order of `SampleRecord.modalities`; where
  /// no key says it, the first samples of the index tell.
  ///
  /// - Throws: `Diagnostic` when it can be told neither from the configuration nor from a sample.
  func forms(of index: SampleIndex) throws -> [ModalityForm]

  /// The second pass: the values of every sample of `index`, in its order, one call each.
  ///
  /// A source whose samples are files of their own reports the ones that cannot be read and goes
  /// on. A source that is one file treats a fault in it as a fault of the whole: after the first,
  /// `body` is not called any more, and the pass goes on to find others.
  ///
  /// - Throws: what `body` throws; `Diagnostic`, or `DiagnosticList` with the first twenty faults.
  func read(
    _ index: SampleIndex, as forms: [ModalityForm], _ body: (SampleOutcome) throws -> Void) throws
}

/// What the values of a modality look like.
public struct ModalityForm: Sendable, Hashable {
  public var name: String
  public var type: ElementType
  /// Of one sample. A series, whose samples have as many time steps as each of them needs, starts
  /// with `nil`: `[nil, 9]`.
  public var shape: [Int?]
  /// Names of the axes: `["time", "column"]`, `["height", "width", "channel"]`.
  public var axes: [String]
  /// Names along the last axis, if it has any.
  public var columns: [String]?
  public var unit: String?
  /// Time steps a second, Hz, of a series.
  public var rate: Double?
  /// A value times this is in `unit`; `nil` stands for 1. 1/32768 for sound in 16 bits.
  public var scale: Double?
  /// Whether every time step has a time stamp of its own.
  public var hasTimes: Bool

  public var isSeries: Bool { shape.first == .some(nil) }

  public init(
    name: String, type: ElementType, shape: [Int?], axes: [String], columns: [String]? = nil,
    unit: String? = nil, rate: Double? = nil, scale: Double? = nil, hasTimes: Bool = false
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    self.axes = axes
    self.columns = columns
    self.unit = unit
    self.rate = rate
    self.scale = scale
    self.hasTimes = hasTimes
  }

  /// Columns of a table or of a text file: float32 `[width]`, or `[time, width]` of a series.
  public init(
    name: String, width: Int, isSeries: Bool, columns: [String]? = nil, unit: String? = nil,
    rate: Double? = nil
  ) {
    self.init(
      name: name, type: .float32, shape: isSeries ? [nil, width] : [width],
      axes: isSeries ? ["time", "column"] : ["column"], columns: columns, unit: unit, rate: rate)
  }
}

/// What became of one sample of the index.
public enum SampleOutcome: Sendable {
  case sample(SampleRecord)
  case unreadable(UnreadableSample)
}

/// A sample whose values could not be had, and why.
public struct UnreadableSample: Sendable, Hashable {
  public var entry: SampleIndex.Entry
  /// The modality that failed; `nil` for the label map.
  public var modality: String?
  /// As the layout names it.
  public var path: String
  /// Where in the file, as `byte 1024` or `1.25 s`, when it is known.
  public var place: String?
  public var reason: String

  public init(
    entry: SampleIndex.Entry, modality: String?, path: String, place: String? = nil, reason: String
  ) {
    self.entry = entry
    self.modality = modality
    self.path = path
    self.place = place
    self.reason = reason
  }
}

/// One sample with its values.
public struct SampleRecord: Sendable {
  public struct Values: Sendable, Equatable {
    /// As the form says; of a series `[time, …]`.
    public var array: NumberArray
    /// Seconds, one for each time step, where the form says that steps have time stamps.
    public var times: [Double]?
    /// Time of the first step on the recording's clock, s.
    public var start: Double

    public init(_ array: NumberArray, times: [Double]? = nil, start: Double = 0) {
      self.array = array
      self.times = times
      self.start = start
    }

    /// Columns of a table, or `steps` rows of them.
    public init(_ values: [Float], steps: Int? = nil) {
      self.init(
        NumberArray(
          values, shape: steps.map { [$0, $0 == 0 ? 1 : values.count / $0] } ?? [values.count]))
    }
  }

  public var entry: SampleIndex.Entry
  /// One for each modality of the source; `nil` where the sample misses it.
  public var modalities: [Values?]
  /// The class of every pixel, uint8 `[height, width]`, 255 where nobody knows it; `nil` where the
  /// labels are none of maps, or the sample has none.
  public var labelMap: NumberArray?

  public init(entry: SampleIndex.Entry, modalities: [Values?], labelMap: NumberArray? = nil) {
    self.entry = entry
    self.modalities = modalities
    self.labelMap = labelMap
  }
}

/// What a sample is labelled with.
public enum SampleLabel: Sendable, Hashable {
  /// Nothing, or a map that comes with the values.
  case none
  /// One class of the list.
  case single(Int)
  /// Any number of classes of the list, ascending.
  case multiple([Int])
  /// One number for each value of the list; `nil` where nobody knows. At least one is known.
  case values([Float?])
}

/// Which samples there are: everything about them but their values.
public struct SampleIndex: Sendable {
  /// The kind of labels that a data set has.
  public enum Labelling: String, Sendable, Hashable {
    case none
    /// One class for each sample.
    case single
    /// Any number of classes for each sample.
    case multiple
    /// One class for each pixel.
    case map
    /// One number or several for each sample.
    case values
  }

  public struct Entry: Sendable, Hashable {
    public var id: String
    /// A name of `SplitName`.
    public var split: String
    public var label: SampleLabel
    /// What must not be divided between splits, such as an actor or a scene.
    public var group: String?
    /// Which row of the source it is, from 0; rows that no split names are left out.
    public var row: Int

    public init(id: String, split: String, label: SampleLabel, group: String? = nil, row: Int) {
      self.id = id
      self.split = split
      self.label = label
      self.group = group
      self.row = row
    }
  }

  /// In the order of the source.
  public var entries: [Entry]
  /// Empty when the source has no labels; names of the values where labels are such.
  public var classes: [String]
  public var labelling: Labelling
  /// What the user should read although it stops nothing.
  public var warnings: [Diagnostic]
  /// Rows of the source that are no samples here, by reason: `"no such file": 12`.
  public var leftOut: [String: Int]

  public init(
    entries: [Entry], classes: [String], labelling: Labelling? = nil,
    warnings: [Diagnostic] = [], leftOut: [String: Int] = [:]
  ) {
    self.entries = entries
    self.classes = classes
    self.labelling = labelling ?? (classes.isEmpty ? .none : .single)
    self.warnings = warnings
    self.leftOut = leftOut
  }

  /// Samples of a split.
  public func count(of split: String) -> Int { entries.count { $0.split == split } }
}
