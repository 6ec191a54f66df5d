import Configuration
import Dataflow
import Diagnostics

/// A teacher that was trained elsewhere: a TorchScript file and what it says of itself.
public struct TeacherFile: Decodable, Sendable {
  public enum Declaration: Decodable, Sendable {
    /// A JSON file.
    case file(String)
    case inline(ScriptDeclaration)

    public init(from decoder: any Decoder) throws {
      if let path = try? decoder.singleValueContainer().decode(String.self) {
        self = .file(path)
      } else {
        self = .inline(try ScriptDeclaration(from: decoder))
      }
    }

    /// - Throws: `Diagnostic` or `DiagnosticList` for a file that is no declaration.
    public func read() throws -> ScriptDeclaration {
      switch self {
      case .file(let path): try ScriptDeclaration(reading: path)
      case .inline(let declaration): declaration
      }
    }
  }

  /// TorchScript.
  public var path: String
  /// `nil` is a fault that `describe` tells.
  public var declaration: Declaration?
  /// The classes of the task, in its order.
  public var classes: [String]?
  /// From a class of the network to one of the task.
  public var rename: [String: String]
  /// From a class of the task to several of the network.
  public var merge: [String: [String]]
  /// A table with the column `id`: the samples that it has learned from.
  public var trainedOn: String?

  private enum CodingKeys: String, CodingKey {
    case path = "file"
    case declaration, classes, rename, merge
    case trainedOn = "trained-on"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    path = try container.decode(String.self, forKey: .path)
    declaration = try container.decodeIfPresent(Declaration.self, forKey: .declaration)
    classes = try container.decodeIfPresent([Word].self, forKey: .classes)?.map(\.text)
    rename =
      try container.decodeIfPresent([String: Word].self, forKey: .rename)?.mapValues(\.text) ?? [:]
    merge =
      try container.decodeIfPresent([String: [Word]].self, forKey: .merge)?
      .mapValues { $0.map(\.text) } ?? [:]
    trainedOn = try container.decodeIfPresent(String.self, forKey: .trainedOn)
  }

  static let keys: [Key] = [
    Key(
      "file", .path, "A teacher trained elsewhere: a TorchScript file, in place of training one."),
    Key(
      "declaration", .either([.path, .object(ScriptDeclaration.keys)]),
      "What 'file' takes and returns: the JSON file beside it, or the same keys here."),
    Key(
      "classes", .list(ScriptDeclaration.className, count: 1...Int.max),
      "With 'file': the classes of the task in their order; those of 'from', else the network's own, "
        + "when absent."),
    Key(
      "rename", .map(ScriptDeclaration.className),
      "With 'file': a class of the network by another name, as in {kitten: cat}."),
    Key(
      "merge", .map(.nonEmptyList(ScriptDeclaration.className)),
      "With 'file': one class made of several of the network, as in {animal: [cat, dog]}."),
    Key(
      "trained-on", .path,
      "With 'file': a table with the ids of the samples that it has learned from, for the leak "
        + "check."),
  ]

  /// Checks what can be checked without running it, and says what the model will be.
  func describe(
    samples: OutputDescription?, origin: String?, report: (Complaint) -> Void
  ) -> OutputDescription {
    guard let source = declaration else {
      report(
        Complaint(
          ["file"], "nothing says what this network takes and returns",
          mend: "add 'declaration: FILE.json', which Tools/export_teacher.py writes"))
      return OutputDescription(.model)
    }
    let declaration: ScriptDeclaration
    do {
      declaration = try source.read()
    } catch {
      for fault in Diagnostic.all(of: error, subject: "declaration") {
        report(Complaint(["declaration"], "\(fault.subject): \(fault.message)", mend: fault.mend))
      }
      return OutputDescription(.model)
    }
    var isInline = false
    if case .inline = source { isInline = true }
    declaration.check { path, message, mend in
      report(
        isInline
          ? Complaint(["declaration"] + path, message, mend: mend)
          : Complaint(
            ["declaration"], "'\(path.joined(separator: "."))': \(message)", mend: mend))
    }
    if let task = samples?.task, task != declaration.answers {
      report(
        Complaint(
          ["declaration"],
          "the network answers '\(declaration.answers.rawValue)', and the samples ask for "
            + "'\(task.rawValue)'", mend: "take a network for '\(task.rawValue)'"))
    }
    let available = samples?.modalities
    for input in declaration.inputs {
      if let available, !available.contains(input.modality) {
        report(
          Complaint(
            ["declaration"],
            "the network sees '\(input.modality)', which the samples do not have",
            mend: Suggestions.mend(input.modality, among: available, called: "modalities")))
      }
      if samples == nil, input.shape?.contains(0) ?? true {
        report(
          Complaint(
            ["declaration"],
            "nothing says of what shape the samples of '\(input.modality)' are",
            mend: "add 'from: STAGE.labelled', or 'shape: […]' to the input"))
      }
    }
    var mapping: ClassMapping?
    do throws(ClassMapping.Fault) {
      let found = try ClassMapping(
        declaration.classes, task: classes ?? samples?.classes, rename: rename, merge: merge)
      if declaration.answers == .regression { try found.checkValues() }
      mapping = found
    } catch {
      report(Complaint(error.path, error.message, mend: error.mend))
    }
    return OutputDescription(
      .model, modalities: declaration.inputs.map(\.modality), splits: [.labelled],
      task: declaration.answers,
      // Without a list of the task's classes only a run can tell.
      classes: mapping?.classes, origin: origin)
  }
}
