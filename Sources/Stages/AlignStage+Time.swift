import Configuration
import Dataflow
import Diagnostics

extension AlignStage {
  /// How the steps of one stream are brought to the grid of a clip or window.
  public struct TimeDescription: Hashable, Sendable, Decodable {
    public enum Policy: String, Hashable, Sendable, Decodable, CaseIterable {
      /// Its own steps at its own rate.
      case native
      case nearest
      case linear
      /// The last step at or before each time of the grid.
      case hold
      /// Some steps evenly over the clip.
      case sample
    }

    /// What becomes of time stamps that are no clock's.
    public enum Faults: String, Hashable, Sendable, Decodable, CaseIterable {
      /// Steps are put in the order of their stamps, of equal ones the first is kept, and a stamp
      /// that is no number is an error.
      case sort
      /// As `sort`, but a step whose stamp is no number is left out.
      case drop
      /// All of that is an error.
      case error
    }

    public var policy: Policy
    /// Steps a second of the output, Hz.
    public var rate: Double?
    /// Farthest that a step may be from a recorded one, s.
    public var tolerance: Double?
    public var frames: Int?
    public var faults: Faults

    static let keys: [Key] = [
      Key(
        "policy", .choice(Policy.allCases.map(\.rawValue)), default: "native",
        "Which recorded step stands at a time of the grid: its own ones ('native'), the nearest, "
          + "on the line between two ('linear'), the last before ('hold'), some evenly ('sample')."),
      Key("rate", .positiveNumber, "Steps a second of 'nearest', 'linear' and 'hold', Hz."),
      Key(
        "tolerance", .nonNegativeNumber,
        "Farthest that a step of 'nearest', 'linear' or 'hold' may be from a recorded one, s, lest "
          + "'valid' masks it; any distance when absent."),
      Key(
        "frames", .integer(1...65_536),
        "Steps of 'sample': at the middle of as many equal parts of the clip, the one shown then."),
      Key(
        "faults", .choice(Faults.allCases.map(\.rawValue)), default: "sort",
        "What becomes of time stamps out of order or twice (sorted, the first kept: counted) and of "
          + "those that are no number: an error ('sort'), left out ('drop'); all an error ('error')."
      ),
    ]

    func check(at path: [String], report: (Complaint) -> Void) {
      let name = policy.rawValue
      let isGrid = [.nearest, .linear, .hold].contains(policy)
      if isGrid, rate == nil {
        report(
          Complaint(
            path, "the policy '\(name)' does not say at which rate",
            mend: "add 'rate: HZ'"))
      }
      if !isGrid, rate != nil {
        report(
          Complaint(
            path + ["rate"], "the policy '\(name)' has no rate of its own",
            mend: policy == .native
              ? "take 'policy: nearest', 'linear' or 'hold', or remove 'rate'" : "remove 'rate'"))
      }
      if !isGrid, tolerance != nil {
        report(
          Complaint(
            path + ["tolerance"], "the policy '\(name)' has no tolerance",
            mend: "take 'policy: nearest', 'linear' or 'hold' with a 'rate', or remove it"))
      }
      if policy == .sample, frames == nil {
        report(
          Complaint(
            path, "the policy 'sample' does not say how many steps are kept",
            mend: "add 'frames: NUMBER'"))
      }
      if policy != .sample, frames != nil {
        report(
          Complaint(
            path + ["frames"], "the policy '\(name)' keeps no given number of steps",
            mend: "take 'policy: sample', or remove 'frames'"))
      }
    }
  }

  /// How the clock of a stream differs from the common one: it shows offset + (1 + drift) · t when
  /// the common clock shows t.
  public struct ClockDescription: Hashable, Sendable, Decodable {
    /// A table with the times of events on both clocks.
    public struct Estimate: Hashable, Sendable, Decodable {
      public enum Group: String, Hashable, Sendable, Decodable, CaseIterable {
        case recording
        case all
      }

      public var events: String
      public var per: Group
      /// Columns of the table.
      public var id: String
      public var reference: String
      /// The modality's name when `nil`.
      public var time: String?
      public var delimiter: Delimiter?

      static let keys: [Key] = [
        .required(
          "events", .path,
          "A table with one row for each event: its time on the common clock and on this one, s."),
        Key(
          "per", .choice(Group.allCases.map(\.rawValue)), default: "recording",
          "Whether every recording has its own clock, or all have one."),
        Key("id", .string, default: "id", "Column of the sample ids; not needed with 'per: all'."),
        Key(
          "reference", .string, default: "reference", "Column of the times on the common clock."),
        Key("time", .string, "Column of the times on this clock; the modality's name when absent."),
        Delimiter.key("a tab for .tsv, else a comma"),
      ]
    }

    /// Seconds.
    public var offset: Double?
    /// Seconds per second.
    public var drift: Double?
    public var estimate: Estimate?

    static let keys: [Key] = [
      Key("offset", .anyNumber, "Seconds that this clock is ahead of the common one."),
      Key(
        "drift", .number(Shape.Interval(-0.5, 1)),
        "Seconds that it gains in each second: 20e-6 for a clock that is 20 ppm too fast."),
      Key(
        "estimate", .object(Estimate.keys),
        "In place of both: they are estimated from events that were seen on both clocks, by least "
          + "squares."),
    ]

    func check(at path: [String], report: (Complaint) -> Void) {
      if estimate != nil, offset != nil || drift != nil {
        report(
          Complaint(
            path + ["estimate"], "the clock is both given and estimated",
            mend: "keep 'estimate', or 'offset' and 'drift'"))
      }
      if estimate == nil, offset == nil, drift == nil {
        report(
          Complaint(
            path, "nothing says how this clock differs from the common one",
            mend: "add 'offset: SECONDS', or 'estimate: {events: TABLE}'"))
      }
    }
  }

  /// Pieces of equal length that each stream is cut into; every piece becomes a sample.
  public struct Window: Hashable, Sendable, Decodable {
    /// What becomes of a last piece that is too short.
    public enum Partial: String, Hashable, Sendable, Decodable, CaseIterable {
      case drop
      /// Filled up with zeros that `valid` tells of.
      case pad
      case error
    }

    /// Which pieces become samples.
    public enum Take: String, Hashable, Sendable, Decodable, CaseIterable {
      case all, first, middle
    }

    /// Seconds.
    public var length: Double
    /// Seconds from the start of one window to the start of the next; `length` when absent.
    public var hop: Double?
    public var partial: Partial
    public var take: Take

    /// Seconds from the start of one window to the start of the next.
    public var step: Double { hop ?? length }

    static let keys: [Key] = [
      .required("length", .positiveNumber, "Seconds."),
      Key(
        "hop", .positiveNumber,
        "Seconds from the start of one window to the next; 'length' when absent."),
      Key(
        "partial", .choice(Partial.allCases.map(\.rawValue)), default: "drop",
        "What becomes of a last window that is too short: dropped, padded with zeros, an error."),
      Key(
        "take", .choice(Take.allCases.map(\.rawValue)), default: "all",
        "Which windows become samples: all, the one at the start, the one in the middle."),
    ]

    func check(report: (Complaint) -> Void) {
      if take != .all, hop != nil {
        report(
          Complaint(
            ["window", "hop"], "there is no next window with 'take: \(take.rawValue)'",
            mend: "remove 'hop'"))
      } else if step > length {
        report(
          Complaint(
            ["window", "hop"],
            "a hop of \(step) s is longer than the window of \(length) s: "
              + "what lies between is lost", mend: "take 'hop: \(length)' or less",
            isWarning: true))
      }
    }
  }

  static func check(
    _ time: [String: TimeDescription], _ clock: [String: ClockDescription],
    available: [String]?, report: (Complaint) -> Void
  ) {
    for (name, description) in time.sorted(by: { $0.key < $1.key }) {
      NameChecks.check(name, available, of: "the output", at: ["time", name], report: report)
      description.check(at: ["time", name], report: report)
    }
    for (name, description) in clock.sorted(by: { $0.key < $1.key }) {
      NameChecks.check(name, available, of: "the output", at: ["clock", name], report: report)
      description.check(at: ["clock", name], report: report)
    }
  }
}

extension NameChecks {
  /// Complains of a modality that is none of those `available`; `nil` when only the data can tell.
  static func check(
    _ name: String, _ available: [String]?, of owner: String, at path: [String],
    report: (Complaint) -> Void
  ) {
    guard let available, !available.contains(name) else { return }
    report(
      Complaint(
        path, "\(owner) has no modality '\(name)'",
        mend: Suggestions.mend(name, among: available, called: "modalities")))
  }
}
