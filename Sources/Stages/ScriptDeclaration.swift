public import Configuration
import Diagnostics
import Foundation

/// What a TorchScript file takes and returns: written beside it by `Tools/export_teacher.py` and by
/// `mke export`, or in the pipeline file.
public struct ScriptDeclaration: Codable, Hashable, Sendable {
  /// One tensor that the network takes.
  public struct Input: Codable, Hashable, Sendable {
    /// The numbers that go in.
    public enum Values: String, Codable, Hashable, Sendable, CaseIterable {
      /// As they stand in the shards: bytes of pictures are 0 … 255.
      case recorded
      /// In their unit: bytes of pictures become 0 … 1.
      case scaled
    }

    /// What stands where a sample lacks the modality, or a step of it.
    public enum Missing: String, Codable, Hashable, Sendable, CaseIterable { case zero, nan }

    public enum Element: String, Codable, Hashable, Sendable, CaseIterable {
      case float32, float64, float16, int64, int32, uint8
    }

    public var modality: String
    /// Order of the axes: n the batch, c the last axis of a sample, t, h and w as they are, 1 an axis
    /// of one.
    public var layout: String
    public var type: Element?
    /// Of one sample, with the axes as in the shards; 0 stands for any length.
    public var shape: [Int]?
    public var values: Values?
    /// `(x · scale − mean) / std`, after `values`.
    public var scale: Double?
    public var mean: [Double]?
    public var std: [Double]?
    /// As many copies of a sample's one channel.
    public var channels: Int?
    public var missing: Missing?

    public init(modality: String, layout: String) {
      self.modality = modality
      self.layout = layout
    }
  }

  /// How the tensors go in.
  public enum Call: String, Codable, Hashable, Sendable, CaseIterable {
    /// One by one, in the order of `inputs`.
    case arguments
    /// As one dict from modality to tensor.
    case dict
  }

  /// What comes out.
  public struct Output: Codable, Hashable, Sendable {
    public enum Values: String, Codable, Hashable, Sendable, CaseIterable {
      case logits, probabilities
      case logProbabilities = "log-probabilities"
      /// Of a regression, in the units of the task.
      case values
    }

    /// Where in what is returned the tensor is: a place in a tuple or list, a key of a dict.
    public enum Place: Codable, Hashable, Sendable {
      case index(Int)
      case key(String)

      public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let index = try? container.decode(Int.self) {
          self = .index(index)
        } else {
          self = .key(try container.decode(String.self))
        }
      }

      public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .index(let index): try container.encode(index)
        case .key(let key): try container.encode(key)
        }
      }
    }

    public var values: Values
    /// `nil` when it is returned itself.
    public var at: Place?

    public init(values: Values, at: Place? = nil) {
      self.values = values
      self.at = at
    }
  }

  public var task: LearningTask?
  /// In the order of the answers; of a regression the names of its values.
  public var classes: [String]
  public var inputs: [Input]
  public var call: Call?
  public var output: Output
  /// Free words about where the network comes from.
  public var about: String?

  public init(task: LearningTask, classes: [String], inputs: [Input], output: Output) {
    self.task = task
    self.classes = classes
    self.inputs = inputs
    self.output = output
  }

  private enum CodingKeys: String, CodingKey { case task, classes, inputs, call, output, about }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    task = try container.decodeIfPresent(LearningTask.self, forKey: .task)
    classes = try container.decode([Word].self, forKey: .classes).map(\.text)
    inputs = try container.decode([Input].self, forKey: .inputs)
    call = try container.decodeIfPresent(Call.self, forKey: .call)
    output = try container.decode(Output.self, forKey: .output)
    about = try container.decodeIfPresent(String.self, forKey: .about)
  }

  public var answers: LearningTask { task ?? .singleLabel }

  static let className = Shape.either([.string, .anyInteger])

  static let inputKeys: [Key] = [
    .required("modality", .string, "The modality that goes in."),
    .required(
      "layout", .string,
      "Order of the axes, as in nchw: n the batch, c the last axis of a sample (channels, features), "
        + "t time, h height, w width, 1 an axis of one."),
    Key(
      "type", .choice(Input.Element.allCases.map(\.rawValue)),
      "Of the numbers; float32 when absent."),
    Key(
      "shape", .nonEmptyList(.count),
      "Of one sample, with its axes as mke has them; 0 stands for any length."),
    Key(
      "values", .choice(Input.Values.allCases.map(\.rawValue)),
      "The numbers that go in: 'scaled' to their unit (bytes of pictures become 0 to 1; the default) "
        + "or as 'recorded' (0 to 255)."),
    Key("scale", .positiveNumber, "Factor on these numbers; 1 when absent."),
    Key("mean", .nonEmptyList(.anyNumber), "Taken from them then: one for each channel, or one."),
    Key("std", .nonEmptyList(.positiveNumber), "What they are divided by then."),
    Key(
      "channels", .integer(2...4096),
      "How often a sample's one channel is repeated, as grey to RGB."),
    Key(
      "missing", .choice(Input.Missing.allCases.map(\.rawValue)),
      "What stands for missing steps and samples, after all this: zero (the default) or nan."),
  ]

  public static let keys: [Key] = [
    Key(
      "task", .choice(LearningTask.allCases.map(\.rawValue)),
      "What the network answers; single-label when absent."),
    .required(
      "classes", .list(className, count: 1...Int.max),
      "Its classes, or the names of its values, in the order of its answers."),
    .required(
      "inputs", .nonEmptyList(.object(inputKeys)), "The tensors that it takes, in their order."),
    Key(
      "call", .choice(Call.allCases.map(\.rawValue)),
      "How they go in: as 'arguments' (the default), or as one 'dict' by modality."),
    .required(
      "output",
      .object([
        .required(
          "values", .choice(Output.Values.allCases.map(\.rawValue)), "What the numbers are."),
        Key(
          "at", .either([.count, .string]),
          "Where they are: a place in a tuple or list, from 0, or a key of a dict."),
      ]), "What it returns."),
    Key("about", .string, "Free words about where the network comes from."),
  ]

  /// Reads a declaration from a JSON file.
  ///
  /// - Throws: `DiagnosticList` or `Diagnostic` that name the file and the key.
  public init(reading path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Diagnostic(path, "it cannot be read", mend: "give the JSON file beside the network")
    }
    let value: Value
    do {
      value = try Value(json: [UInt8](data))
    } catch {
      throw Diagnostic(
        path, "it is no JSON: \(error.message) (byte \(error.offset))",
        mend: "write it with Tools/export_teacher.py")
    }
    var checker = ShapeChecker()
    let folder = (path as NSString).deletingLastPathComponent
    let checked = checker.check(
      LocatedValue(value, at: SourceLocation(file: path), pathBase: folder), .object(Self.keys),
      at: ValuePath(), hint: "write it with Tools/export_teacher.py")
    guard let checked, checker.faults.isEmpty else { throw DiagnosticList(checker.faults.inOrder) }
    self = try checked.value.decode(Self.self)
  }

  /// What single keys cannot show.
  public func check(report: (_ path: [String], _ message: String, _ mend: String) -> Void) {
    if (answers == .regression) != (output.values == .values) {
      report(
        ["output", "values"],
        "'\(output.values.rawValue)' are no answers of '\(answers.rawValue)'",
        answers == .regression
          ? "write 'values: values'" : "write 'logits', or 'task: regression' above")
    }
    for (place, name) in classes.enumerated() where classes.firstIndex(of: name) != place {
      report(["classes", "\(place)"], "class '\(name)' is listed twice", "remove one")
    }
    for (place, input) in inputs.enumerated() {
      let key = ["inputs", "\(place)"]
      if inputs.firstIndex(where: { $0.modality == input.modality }) != place {
        report(
          key + ["modality"], "modality '\(input.modality)' is listed twice", "remove one")
      }
      if Self.axes[input.axes] == nil {
        report(
          key + ["layout"], "'\(input.layout)' is no layout",
          "take one of nc, ntc, nct, nhwc, nchw, nthwc, ncthw, ntchw; a 1 stands for an axis of one, "
            + "as in n1tc")
      } else if let shape = input.shape, shape.count != input.rank {
        report(
          key + ["shape"],
          "layout '\(input.layout)' is of samples of \(input.rank) axes, and this shape has "
            + "\(shape.count)",
          "write the shape of one sample as mke has it: [height, width, channel]")
      }
      if (input.mean == nil) != (input.std == nil) {
        report(
          key + [input.mean == nil ? "std" : "mean"], "a mean goes with a standard deviation",
          "give both 'mean' and 'std', or neither")
      } else if let mean = input.mean, let std = input.std, mean.count != std.count {
        report(
          key + ["std"], "\(mean.count) means and \(std.count) deviations",
          "give one of each for every channel")
      }
    }
  }

  /// Letters of a sample's axes, in the order of the shards, by the sorted letters of a layout.
  static let axes: [String: String] = [
    "c": "c", "ct": "tc", "hw": "hw", "chw": "hwc", "chtw": "thwc",
  ]
}

extension ScriptDeclaration.Input {
  /// The sorted letters of the axes of a sample; empty when the layout has no batch in front.
  fileprivate var axes: String {
    guard layout.first == "n" else { return "" }
    return String(layout.dropFirst().filter { $0 != "1" }.sorted())
  }

  /// Axes of one sample.
  public var rank: Int { axes.count }

  /// Where the axes of the layout come from: places in `[batch] + sample`, `nil` for an axis of one.
  public var order: [Int?] {
    let own = "n" + (ScriptDeclaration.axes[axes] ?? "")
    return layout.map { letter in
      own.firstIndex(of: letter).map { own.distance(from: own.startIndex, to: $0) }
    }
  }
}
