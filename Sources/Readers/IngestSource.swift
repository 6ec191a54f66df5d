public import Diagnostics

/// What samples are read from: their index first, then their values one sample at a time, so that
/// no more than the index and one sample need to be in memory.
public protocol IngestSource: Sendable {
  /// In the order of `SampleRecord.modalities`.
  var modalities: [ModalityForm] { get }

  /// The first pass: ids, labels and splits, all checked.
  ///
  /// - Throws: `Diagnostic`, or `DiagnosticList` with the first twenty faults, at their places.
  func index() throws -> SampleIndex

  /// The second pass: the values of every sample of `index`, in its order.
  ///
  /// After a first fault `body` is not called any more, and the pass goes on to find others.
  ///
  /// - Throws: what `body` throws; `Diagnostic`, or `DiagnosticList` with the first twenty faults.
  func read(_ index: SampleIndex, _ body: (SampleRecord) throws -> Void) throws
}

/// What the values of a modality look like, before any has been read.
public struct ModalityForm: Sendable, Hashable {
  public var name: String
  /// Values of one sample, or of one time step of it.
  public var width: Int
  public var isSeries: Bool
  /// Names of the columns, if they have any.
  public var columns: [String]?
  public var unit: String?
  /// Time steps a second, Hz, of a series.
  public var rate: Double?

  public init(
    name: String, width: Int, isSeries: Bool, columns: [String]? = nil, unit: String? = nil,
    rate: Double? = nil
  ) {
    self.name = name
    self.width = width
    self.isSeries = isSeries
    self.columns = columns
    self.unit = unit
    self.rate = rate
  }
}

/// One sample with its values.
public struct SampleRecord: Sendable {
  public struct Values: Sendable, Equatable {
    /// `[width]`, or `[steps, width]` row after row.
    public var values: [Float]
    /// `nil` where the modality is no series.
    public var steps: Int?

    public init(_ values: [Float], steps: Int? = nil) {
      self.values = values
      self.steps = steps
    }
  }

  public var entry: SampleIndex.Entry
  /// One for each modality of the source; `nil` where the sample misses it.
  public var modalities: [Values?]

  public init(entry: SampleIndex.Entry, modalities: [Values?]) {
    self.entry = entry
    self.modalities = modalities
  }
}

/// Which samples there are: everything about them but their values.
public struct SampleIndex: Sendable {
  public struct Entry: Sendable, Hashable {
    public var id: String
    /// A name of `SplitName`.
    public var split: String
    /// In the class list; −1 without a label.
    public var label: Int
    /// Which row of the source it is, from 0; rows that no split names are left out.
    public var row: Int

    public init(id: String, split: String, label: Int, row: Int) {
      self.id = id
      self.split = split
      self.label = label
      self.row = row
    }
  }

  /// In the order of the source.
  public var entries: [Entry]
  /// Empty when the source has no labels.
  public var classes: [String]
  /// What the user should read although it stops nothing.
  public var warnings: [Diagnostic]

  public init(entries: [Entry], classes: [String], warnings: [Diagnostic] = []) {
    self.entries = entries
    self.classes = classes
    self.warnings = warnings
  }

  /// Samples of a split.
  public func count(of split: String) -> Int { entries.count { $0.split == split } }
}

/// How a source says which sample is in which split.
public enum SplitRule: Sendable, Hashable {
  /// By lot in each class: `test` of all samples, `labelled` of the others.
  case shares(test: Double, labelled: Double, seed: UInt64)
  /// Tables with the ids of each split, in the column `id`.
  case files([SplitFile], id: String)
  /// A column of the source with the words labelled, unlabelled, test.
  case column(String)
}

/// A table that belongs to one split.
public struct SplitFile: Sendable, Hashable {
  /// A name of `SplitName`.
  public var split: String
  public var path: String

  public init(split: String, path: String) {
    self.split = split
    self.path = path
  }
}
