public import Configuration
public import Dataflow

/// The job of `mke export`: a model leaves the store as files for other programs. It is no kind that
/// a pipeline file may name; its face is what `mke` and the worker agree on.
public enum ExportStage: Stage {
  public struct Configuration: Codable, Sendable {
    /// Seeds to export; the first one when empty.
    public var seeds: [Int]
    public var isEverySeed: Bool
    /// What else the model card says, by heading.
    public var notes: [String: String]

    public init(seeds: [Int], isEverySeed: Bool, notes: [String: String]) {
      self.seeds = seeds
      self.isEverySeed = isEverySeed
      self.notes = notes
    }

    private enum CodingKeys: String, CodingKey {
      case seeds, notes
      case isEverySeed = "every-seed"
    }
  }

  public static let kind = "export"
  public static let documentation = "Writes networks as TorchScript, safetensors and model cards."
  public static let model = Port("model", .model, selection: .variant, "The model to export.")
  public static let evaluations = Port(
    "evaluations", .evaluation, count: .many, "What is known of how good it is.")
  public static let inputs = [model, evaluations]
  public static let output = PortType.model
  public static let keys: [Key] = []
  public static let usesDevice = false
  public static let version = 1

  public static func describe(
    _ configuration: Configuration, inputs: StageInputs, report: (Complaint) -> Void
  ) -> OutputDescription { OutputDescription(.model) }
}
