import Configuration
import Crypto
import Diagnostics
import Foundation
import Networks
import Shards
import Stages
import Tensors
import Training

/// What a model output says of a TorchScript file in it.
struct ScriptRecord: Codable, Hashable, Sendable {
  var declaration: ScriptDeclaration
  var mapping: ClassMapping
  /// As the samples have them.
  var modalities: [ModalityShape]
  /// Numbers in all parameters.
  var parameters: Int
}

/// A network from a TorchScript file, which answers as its declaration says.
struct ScriptedNetwork: ServedNetwork {
  let script: Script
  let record: ScriptRecord
  /// What messages call it: its file.
  let subject: String

  init(_ script: Script, _ record: ScriptRecord, subject: String) {
    self.script = script
    self.record = record
    self.subject = subject
  }

  /// The copy in a model output.
  init(_ record: ScriptRecord, _ file: String, of output: Output, device: Device) throws {
    let path = "\(output.directory)/\(file)"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Diagnostic(path, "it cannot be read", mend: "rerun its stage with --force")
    }
    let digest = SHA256.hash(data: data).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    guard output.manifest.files.first(where: { $0.file == file })?.sha256 == digest else {
      throw Diagnostic(
        path, "it is not what its stage wrote: its SHA-256 differs",
        mend: "rerun its stage with --force")
    }
    self.init(
      try ScriptFile.load([UInt8](data), subject: path, device: device), record, subject: path)
  }

  var declaration: ScriptDeclaration { record.declaration }
  var modalities: [ModalityShape] { record.modalities }
  var task: LearningTask { declaration.answers }

  var outputShape: [Int] {
    let classes = record.mapping.classes.count
    guard task == .segmentation, let picture = modalities.first?.picture else { return [classes] }
    return [classes, picture.height, picture.width]
  }

  /// Few enough that foreign networks of usual size stay within some hundred megabytes.
  private var samplesPerPass: Int {
    max(1, min(64, (1 << 24) / max(1, modalities.map(\.width).max() ?? 1)))
  }

  func preparation(of modality: ModalityDescription) throws -> InputPreparation? {
    guard let input = declaration.inputs.first(where: { $0.modality == modality.name }) else {
      return nil
    }
    let unit = input.values == .recorded ? 1 : modality.scale ?? 1
    let mean = input.mean ?? []
    let columns = record.modalities.first { $0.name == modality.name }?.shape.last ?? 1
    guard [0, 1, columns].contains(mean.count) || columns == 1 && mean.count == input.channels
    else {
      throw Diagnostic(
        subject,
        "the declaration has \(mean.count) means for '\(modality.name)', whose samples have "
          + "\(columns) channels", mend: "give one for each channel, or one for all")
    }
    // Means of repeated channels are subtracted when there are so many.
    let isRepeated = columns == 1 && mean.count > 1
    return InputPreparation(
      scaling: InputScaling(
        scale: unit * (input.scale ?? 1), mean: isRepeated ? [] : mean,
        std: isRepeated ? [] : input.std ?? []),
      missing: input.missing == .nan ? .nan : 0)
  }

  func logits(_ inputs: [Tensor], batchSize: Int?) throws -> Tensor {
    let count = inputs.first?.shape.first ?? 0
    let size = max(1, batchSize ?? samplesPerPass)
    let parts = try stride(from: 0, to: count, by: size).map { start in
      let rows = start..<min(count, start + size)
      return try mapped(answer(inputs.map { try $0.sliced(rows) }))
    }
    return parts.count == 1 ? parts[0] : try Tensor.concatenate(parts, axis: 0)
  }

  /// What the module returns of prepared inputs, checked: float32 `[n, class]` or `[n, class, height,
  /// width]` of the network's own classes.
  func answer(_ inputs: [Tensor]) throws -> Tensor {
    let laid = try zip(declaration.inputs, inputs).map(laid)
    var raw: Tensor
    do {
      raw = try script(
        laid, names: declaration.call == .dict ? declaration.inputs.map(\.modality) : nil,
        at: steps)
    } catch {
      let shapes = laid.map { "\($0.type.map { "\($0)" } ?? "") \($0.shape)" }
      throw Diagnostic(
        subject,
        "it does not run on \(shapes.joined(separator: " and ")): "
          + ScriptFile.words(error.message),
        mend: "hold the declaration's 'inputs' and 'output' against "
          + "'\((try? script.signature()) ?? "forward")'")
    }
    // A single value may come without an axis of its own.
    if task == .regression, declaration.classes.count == 1, raw.rank == 1 {
      raw = try raw.reshaped([-1, 1])
    }
    var wanted = [laid.first?.shape.first ?? 0, declaration.classes.count]
    wanted += outputShape.dropFirst()
    guard raw.shape == wanted else {
      throw Diagnostic(
        subject,
        "it answers \(raw.shape), and \(wanted) was declared: \(declaration.classes.count) "
          + task.namesNoun
          + (task == .segmentation ? " for each pixel" : " for each of \(wanted[0]) samples"),
        mend: "correct 'classes', 'task' or 'output' of the declaration")
    }
    switch raw.type {
    case .float32, .float64, .float16, nil: break
    default:
      throw Diagnostic(
        subject, "it answers numbers of type \(raw.type.map { "\($0)" } ?? "?"), not of floats",
        mend: "export the network before its argmax")
    }
    let answer = try raw.converted(to: .float32)
    guard try answer.isFinite() else {
      throw Diagnostic(
        subject, "some of its answers are no finite numbers",
        mend: "hold 'values', 'scale', 'mean' and 'std' against what the network was trained on")
    }
    return answer
  }

  private var steps: [Script.Step] {
    switch declaration.output.at {
    case .index(let index): [.index(index)]
    case .key(let key): [.key(key)]
    case nil: []
    }
  }

  /// `[n, …sample shape]` in the layout and type that the network wants.
  private func laid(_ input: ScriptDeclaration.Input, _ values: Tensor) throws -> Tensor {
    var values = values
    let last = values.rank - 1
    if let channels = input.channels, channels > 1 {
      guard values.shape[last] == 1 else {
        throw Diagnostic(
          "modality '\(input.modality)'",
          "'channels: \(channels)' repeats one channel, and the samples have \(values.shape[last])",
          mend: "remove 'channels' from the declaration")
      }
      values = try Tensor.concatenate(Array(repeating: values, count: channels), axis: last)
      if let mean = input.mean, let std = input.std, mean.count > 1 {
        values = try InputScaling(mean: mean, std: std)(values)
      }
    }
    values = try values.permuted(input.order.compactMap(\.self)).contiguous()
    if input.order.contains(nil) {
      var sizes = values.shape.makeIterator()
      values = try values.reshaped(input.order.map { $0 == nil ? 1 : sizes.next() ?? 1 })
    }
    let type: DType =
      switch input.type ?? .float32 {
      case .float32: .float32
      case .float64: .float64
      case .float16: .float16
      case .int64: .int64
      case .int32: .int32
      case .uint8: .uint8
      }
    return try values.converted(to: type)
  }

  /// Logits of the task's classes.
  private func mapped(_ answer: Tensor) throws -> Tensor {
    let isSigmoid = task == .multiLabel
    let logits: Tensor
    switch (declaration.output.values, isSigmoid) {
    case (.logits, _), (.values, _), (.logProbabilities, false): logits = answer
    case (.probabilities, false): logits = try answer.clamped(to: 1e-30...1).logarithm()
    case (.probabilities, true): logits = try Self.logOdds(answer)
    case (.logProbabilities, true): logits = try Self.logOdds(answer.exponential())
    }
    let sources = record.mapping.sources
    if sources == declaration.classes.indices.map({ [$0] }) { return logits }
    if sources.allSatisfy({ $0.count == 1 }) {
      return try logits.selecting(
        Tensor(classes: sources.flatMap(\.self)).moved(to: logits.device), axis: 1)
    }
    func picked(_ places: [Int]) throws -> Tensor {
      try logits.selecting(Tensor(classes: places).moved(to: logits.device), axis: 1)
    }
    let rest = Array(logits.shape.dropFirst(2))
    let shape = [logits.shape[0], 1] + rest
    // A class that it does not know is all but impossible.
    let known = sources.flatMap(\.self)
    let unlikely =
      isSigmoid
      ? try Tensor.full(-30, shape: shape, device: logits.device)
      : try (picked(known).logSumExp(axis: 1) + Tensor.full(-30, shape: [], device: logits.device))
        .reshaped(shape)
    return try Tensor.concatenate(
      sources.map { places in
        switch places.count {
        case 0: return unlikely
        case 1: return try picked(places)
        default:
          // Of several labels at a time: as likely as the likeliest of them.
          let parts = try picked(places)
          return try (isSigmoid ? parts.greatest(axis: 1) : parts.logSumExp(axis: 1))
            .reshaped(shape)
        }
      }, axis: 1)
  }

  private static func logOdds(_ probabilities: Tensor) throws(TensorError) -> Tensor {
    let likely = try probabilities.clamped(to: 1e-7...0.9999999)
    let one = try Tensor.full(1, shape: [], device: likely.device)
    return try likely.logarithm() - (one - likely).logarithm()
  }
}

/// TorchScript files: what they are when they are not what they should be.
enum ScriptFile {
  /// - Throws: `Diagnostic` that says what the bytes are instead, and how to make a right file.
  static func load(_ bytes: [UInt8], subject: String, device: Device) throws -> Script {
    let mend =
      "save it with 'torch.jit.save(torch.jit.trace(network.eval(), example), FILE)': "
      + "Tools/export_teacher.py shows how"
    guard bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) else {
      let what =
        bytes.isEmpty
        ? "it is empty"
        : bytes.starts(with: [0x80])
          ? "it is a pickle, as old versions of torch.save write"
          : "it is no TorchScript archive (it does not start as a zip file)"
      throw Diagnostic(subject, what, mend: mend)
    }
    do {
      return try Script(bytes, device: device)
    } catch {
      let words = words(error.message)
      if words.contains("central directory") || words.contains("invalid header") {
        throw Diagnostic(
          subject, "the archive is cut short or damaged: \(words)", mend: "copy it again")
      }
      if words.contains("constants.pkl") || words.contains("code/") {
        throw Diagnostic(
          subject,
          "it holds tensors alone, as torch.save writes them, and no network: \(words)", mend: mend)
      }
      throw Diagnostic(subject, "it cannot be loaded as TorchScript: \(words)", mend: mend)
    }
  }

  /// The last line of what TorchScript says, which is the reason; what stands before is where.
  static func words(_ message: String) -> String {
    let lines = message.split(separator: "\n").map {
      $0.trimmingCharacters(in: .whitespaces)
    }.filter { !$0.isEmpty }
    let reason = lines.last { $0.hasPrefix("RuntimeError") || $0.contains("Error:") }
    var text = reason ?? lines.first ?? message
    if text.hasPrefix("RuntimeError: ") { text.removeFirst("RuntimeError: ".count) }
    return text.count > 400 ? text.prefix(400) + " …" : text
  }
}
