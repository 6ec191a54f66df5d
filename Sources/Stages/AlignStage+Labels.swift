import Configuration
import Dataflow
import Diagnostics

extension AlignStage {
  /// What becomes of label maps: a list of the classes that a sample shows, for several labels at a
  /// time.
  public struct LabelsDescription: Hashable, Sendable, Decodable {
    /// The classes that are looked for, in their new order; all when `nil`.
    public var present: [String]?
    /// Of the pixels whose class is known, for a class to be there.
    public var minShare: Double

    private enum CodingKeys: String, CodingKey {
      case present
      case minShare = "min-share"
    }

    static let all = "all"

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      if case .named(let names) = try container.decode(Modalities.self, forKey: .present) {
        present = names
      }
      minShare = try container.decode(Double.self, forKey: .minShare)
    }

    static let keys: [Key] = [
      Key(
        "present", .either([.choice([all]), .nonEmptyList(.string)]), default: .string(all),
        "The classes that are looked for: 'all', or their names."),
      Key(
        "min-share", .number(Shape.Interval(0, 1, isLowerOpen: true)), default: 0.01,
        "Share of the pixels with a known class that a class must fill to be there."),
    ]

    /// - Returns: the task and the classes of the output.
    func check(
      task: LearningTask?, classes: [String]?, report: (Complaint) -> Void
    ) -> (task: LearningTask, classes: [String]?) {
      if let task, task != .segmentation {
        report(
          Complaint(
            ["labels"], "the input has no label maps that could be looked through",
            mend: "remove 'labels', or give the ingest stage 'target: {kind: map, …}'"))
      }
      if let present {
        NameChecks.check(
          present, called: "class", plural: "classes", among: classes, of: "the input",
          at: ["labels", "present"], report: report)
      }
      return (.multiLabel, present ?? classes)
    }
  }
}
