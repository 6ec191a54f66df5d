public import Configuration
public import Dataflow
import Diagnostics

/// Makes records of samples: all modalities of an id side by side, on one clock and one grid, in fixed
/// shapes.
///
/// Several inputs are joined by id. Each stream is brought to the common clock and to a grid by a
/// policy of its own, cut into windows where asked; pictures, depth and label maps are cropped and
/// resized together. Values keep the type and the unit in which they were recorded. Mean and standard
/// deviation of chosen modalities over the samples of named splits are stored beside them, for whoever
/// feeds networks.
public enum AlignStage: Stage {
  /// Which modalities are meant.
  public enum Modalities: Hashable, Sendable, Decodable {
    case all
    case named([String])

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let names = try? container.decode([String].self) {
        self = .named(names)
        return
      }
      let word = try container.decode(String.self)
      guard word == AlignStage.all else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "'\(word)' is neither 'all' nor a list")
      }
      self = .all
    }

    /// Those of `available` that are meant.
    public func chosen(of available: [String]) -> [String] {
      switch self {
      case .all: available
      case .named(let names): available.filter { names.contains($0) }
      }
    }
  }

  /// Which modalities get mean 0 and standard deviation 1 for networks, over the samples of which
  /// splits.
  public struct Standardisation: Hashable, Sendable, Decodable {
    /// What one mean and one deviation are of.
    public enum Group: String, Hashable, Sendable, Decodable, CaseIterable {
      /// A place along the last axis: a column, a channel.
      case column
      /// All values of the modality.
      case modality
    }

    public var modalities: Modalities
    /// The splits whose statistics are taken; never the test split unless it is named here.
    public var splits: [Split]
    public var per: Group

    private enum CodingKeys: String, CodingKey { case modalities, splits, per }

    public init(
      modalities: Modalities, splits: [Split] = [.labelled, .unlabelled], per: Group = .column
    ) {
      self.modalities = modalities
      self.splits = splits
      self.per = per
    }

    public init(from decoder: any Decoder) throws {
      if let modalities = try? decoder.singleValueContainer().decode(Modalities.self) {
        self.init(modalities: modalities)
        return
      }
      let container = try decoder.container(keyedBy: CodingKeys.self)
      self.init(
        modalities: try container.decode(Modalities.self, forKey: .modalities),
        splits: try container.decode([Split].self, forKey: .splits),
        per: try container.decode(Group.self, forKey: .per))
    }
  }

  /// What becomes of a sample that misses a modality.
  public enum Missing: String, Hashable, Sendable, Decodable, CaseIterable {
    case drop
    /// Zeros in its place, and `present` 0.
    case keep
    case error
  }

  public struct Configuration: Decodable, Sendable {
    public var from: [StageReference]
    /// The modalities to keep; `nil` means all.
    public var modalities: [String]?
    /// By modality.
    public var time: [String: TimeDescription]
    /// By modality.
    public var clock: [String: ClockDescription]
    public var window: Window?
    public var space: SpaceDescription?
    /// `nil` leaves labels as they are.
    public var labels: LabelsDescription?
    public var standardise: Standardisation?
    public var missing: Missing
    public var packing: PackingDescription

    private enum CodingKeys: String, CodingKey {
      case from, modalities, time, clock, window, space, labels, standardise, missing
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      from = try container.decodeReferences(forKey: .from)
      modalities = try container.decodeIfPresent([String].self, forKey: .modalities)
      time = try container.decodeIfPresent([String: TimeDescription].self, forKey: .time) ?? [:]
      clock = try container.decodeIfPresent([String: ClockDescription].self, forKey: .clock) ?? [:]
      window = try container.decodeIfPresent(Window.self, forKey: .window)
      space = try container.decodeIfPresent(SpaceDescription.self, forKey: .space)
      labels = try container.decodeIfPresent(LabelsDescription.self, forKey: .labels)
      standardise = try container.decodeIfPresent(Standardisation.self, forKey: .standardise)
      missing = try container.decode(Missing.self, forKey: .missing)
      packing = try PackingDescription(from: decoder)
    }
  }

  static let all = "all"
  public static let kind = "align"
  public static let documentation =
    "Joins samples by id, brings their modalities to one clock and one grid, and gives fixed shapes."
  public static let from = Port(
    "from", .samples, count: .many,
    "The samples; several inputs bring other modalities of the same ids, or other ids.")
  public static let inputs = [from]
  public static let output = PortType.alignedSamples
  public static let keys =
    [
      Key("modalities", .nonEmptyList(.string), "The modalities to keep; all when absent."),
      Key(
        "time", .map(.object(TimeDescription.keys)),
        "How each stream is brought to the grid; at its own steps when absent."),
      Key(
        "clock", .map(.object(ClockDescription.keys)),
        "How the clock of a stream differs from the common one, given or estimated from events."),
      Key(
        "window", .object(Window.keys),
        "Cuts every stream into windows of equal length on the common clock, each a sample of its "
          + "own."),
      Key(
        "space", .object(SpaceDescription.keys),
        "Crops, resizes and cuts pictures, depth and label maps together."),
      Key(
        "labels", .object(LabelsDescription.keys),
        "Makes of a label map the list of the classes that a sample shows."),
      Key(
        "standardise",
        .either([
          .choice([all]), .list(.string),
          .object([
            Key(
              "modalities", .either([.choice([all]), .list(.string)]), default: .string(all),
              "The modalities to standardise: 'all', or their names."),
            Key(
              "splits", .list(.choice(Split.allCases.map(\.rawValue)), count: 1...3),
              default: .array(["labelled", "unlabelled"]),
              "The splits whose mean and standard deviation are taken."),
            Key(
              "per", .choice(Standardisation.Group.allCases.map(\.rawValue)), default: "column",
              "What a mean and a deviation are of: each place along the last axis, or all values "
                + "of the modality."),
          ]),
        ]),
        "Modalities that get mean 0 and standard deviation 1 in each column: 'all', their names, "
          + "or with the splits that the statistics are taken of."),
      // The default loses nothing and hides nothing: whoever has incomplete samples says what
      // shall become of them.
      Key(
        "missing", .choice(Missing.allCases.map(\.rawValue)), default: "error",
        "What becomes of a sample that misses a modality: dropped, kept with zeros, an error."),
    ] + PackingDescription.keys
  public static let usesDevice = false
  public static let version = 2

  public static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription {
    let sources = inputs.all(from.name)
    let joined = join(sources, report: report)
    var modalities = joined.modalities
    if let wanted = configuration.modalities {
      NameChecks.check(
        wanted, called: "modality", plural: "modalities", among: modalities, of: "the input",
        at: ["modalities"], report: report)
      modalities = wanted
    }
    check(
      configuration.time, configuration.clock, available: modalities, report: report)
    configuration.space?.check(available: modalities, report: report)
    if let standardise = configuration.standardise {
      check(standardise, available: modalities, splits: joined.splits, report: report)
    }
    configuration.window?.check(report: report)
    configuration.packing.check(available: modalities, report: report)
    let labels = configuration.labels?.check(
      task: joined.task, classes: joined.classes, report: report)
    return OutputDescription(
      .alignedSamples, modalities: modalities, splits: joined.splits,
      task: labels?.task ?? joined.task, classes: labels.map(\.classes) ?? joined.classes)
  }

  private struct Joined {
    var modalities: [String]?
    var splits: [Split]
    var task: LearningTask?
    var classes: [String]?
  }

  private static func join(
    _ sources: [StageInputs.Source], report: (Complaint) -> Void
  ) -> Joined {
    var modalities: [String] = []
    var known: (classes: [String], owner: StageReference)?
    for (index, source) in sources.enumerated() {
      if sources.firstIndex(where: { $0.reference == source.reference }) != index {
        report(
          Complaint(
            [from.name, "\(index)"], "'\(source.reference)' is joined with itself",
            mend: "remove one"))
        continue
      }
      // The same modality again is that of other samples.
      modalities += (source.description?.modalities ?? []).filter { !modalities.contains($0) }
      guard let classes = source.description?.classes else { continue }
      if let known, known.classes != classes {
        report(
          Complaint(
            [from.name, "\(index)"],
            "'\(known.owner)' has the classes \(known.classes.joined(separator: ", ")); "
              + "'\(source.reference)' has \(classes.joined(separator: ", "))",
            mend: "give both the same 'classes' in the same order"))
      }
      known = known ?? (classes, source.reference)
    }
    let isKnown = !sources.isEmpty && sources.allSatisfy { $0.description?.modalities != nil }
    let descriptions = sources.compactMap(\.description)
    return Joined(
      modalities: isKnown ? modalities : nil,
      splits: Split.allCases.filter { split in descriptions.contains { $0.splits.contains(split) }
      },
      task: descriptions.lazy.compactMap(\.task).first, classes: known?.classes)
  }

  private static func check(
    _ standardise: Standardisation, available: [String]?, splits: [Split],
    report: (Complaint) -> Void
  ) {
    if case .named(let names) = standardise.modalities {
      NameChecks.check(
        names, called: "modality", plural: "modalities", among: available, of: "the output",
        at: ["standardise"], report: report)
    }
    if standardise.splits.contains(.test) {
      report(
        Complaint(
          ["standardise", "splits"], "the statistics look at the test split",
          mend: "take [labelled, unlabelled]", isWarning: true))
    }
    if !splits.isEmpty, !standardise.splits.contains(where: { splits.contains($0) }) {
      report(
        Complaint(
          ["standardise"],
          "there are no samples in the splits "
            + standardise.splits.map(\.rawValue).joined(separator: ", "),
          mend: "splits: \(splits.map(\.rawValue).joined(separator: ", "))"))
    }
  }
}
