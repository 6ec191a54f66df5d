import Arrays
import Configuration
import Dataflow
import Diagnostics
import Foundation
import Networks
import Readers
import Shards
import Stages
import Tensors

/// Brings a teacher in from a TorchScript file: held against its declaration before anything else,
/// then copied into the output, so that the store is whole without the file.
struct ExternalTeacher {
  private let teacher: TeacherFile
  private let context: StageContext

  init(_ teacher: TeacherFile, _ context: StageContext) {
    self.teacher = teacher
    self.context = context
  }

  static let file = "teacher.pt"
  static let declarationFile = "teacher.json"

  func run() throws {
    guard let declaration = try teacher.declaration?.read() else {
      throw Diagnostic(teacher.path, "nothing says what this network takes and returns")
    }
    guard let data = FileManager.default.contents(atPath: teacher.path) else {
      throw Diagnostic(teacher.path, "it cannot be read")
    }
    let bytes = [UInt8](data)
    let device = try Device(context.job.device)
    let script = try ScriptFile.load(bytes, subject: teacher.path, device: device)
    try check(script, against: declaration)
    let samples = try context.inputs(TeacherStage.from).first.map { try SampleSet($0) }
    if let samples, samples.task != declaration.answers {
      throw Diagnostic(
        teacher.path,
        "it answers '\(declaration.answers.rawValue)', and '\(samples.input.reference)' asks for "
          + "'\(samples.task.rawValue)'", mend: "take a network for '\(samples.task.rawValue)'")
    }
    let mapping: ClassMapping
    do {
      mapping = try ClassMapping(
        declaration.classes, task: try teacher.classes ?? samples?.classes(),
        rename: teacher.rename, merge: teacher.merge)
      if declaration.answers == .regression { try mapping.checkValues() }
    } catch let fault as ClassMapping.Fault {
      throw Diagnostic(
        "stage '\(context.job.stage)': \(fault.path.joined(separator: "."))", fault.message,
        mend: fault.mend)
    }
    let modalities = try shapes(declaration, of: samples)
    let network = ScriptedNetwork(
      script,
      ScriptRecord(
        declaration: declaration, mapping: mapping, modalities: modalities,
        parameters: script.parameterCount), subject: teacher.path)
    let descriptions = try modalities.map { modality in
      try samples?.modality(modality.name)
        ?? ModalityDescription(name: modality.name, type: .float32, shape: modality.shape)
    }
    let trial = try ScriptTrial(network)
    try trial.run(try batch(network, of: samples, device: device))
    for warning in trial.warnings { context.warn(warning.message, mend: warning.mend) }
    tell(mapping, declaration.answers)

    let writer = try ModelOutput.writer(context)
    try writer.writeFile(Self.file, bytes)
    try writer.writeFile(
      Self.declarationFile, Array((try JSON.details(declaration).indentedJSON + "\n").utf8))
    if let path = teacher.trainedOn {
      try TrainedOn.write(DelimitedTable(reading: path), to: writer)
    } else {
      context.warn(
        "nobody says what this teacher has learned from: the leak check passes it over",
        mend: "add 'trained-on: FILE.csv' with the ids of its training samples in the column 'id'")
    }
    let details = ModelDetails(
      networks: [
        ModelDetails.Entry(
          variant: context.job.stage, seed: 0, file: Self.file, report: nil,
          script: network.record)
      ], lights: [])
    _ = try writer.finish(
      task: declaration.answers, classes: mapping.classes,
      units: samples?.output.manifest.units, modalities: descriptions,
      details: try JSON.details(details))
    context.summarise(
      "\((teacher.path as NSString).lastPathComponent): \(script.parameterCount) parameters, sees "
        + modalities.map(\.name).joined(separator: ", ") + "; checked on "
        + (samples.map { "samples of '\($0.input.reference)'" } ?? "made-up samples"))
  }

  private func check(_ script: Script, against declaration: ScriptDeclaration) throws {
    let wanted = declaration.call == .dict ? 1 : declaration.inputs.count
    let taken = try script.argumentCounts()
    guard taken.contains(wanted) else {
      throw Diagnostic(
        teacher.path,
        "\(wanted) input\(wanted == 1 ? "" : "s") declared, and it takes "
          + "\(taken.lowerBound == taken.upperBound ? "\(taken.lowerBound)" : "\(taken)"): "
          + "'\(try script.signature())'",
        mend: "correct 'inputs' or 'call' of the declaration")
    }
  }

  /// The shape of one sample of each input.
  private func shapes(
    _ declaration: ScriptDeclaration, of samples: SampleSet?
  ) throws -> [ModalityShape] {
    let found = try samples?.shapes(declaration.inputs.map(\.modality))
    return try declaration.inputs.enumerated().map { place, input in
      guard let own = found?[place] else {
        return ModalityShape(input.modality, input.shape ?? [])
      }
      guard own.shape.count == input.rank else {
        throw Diagnostic(
          "modality '\(own.name)'",
          "layout '\(input.layout)' is of samples of \(input.rank) axes, and these have the shape "
            + "\(own.shape)", mend: "correct 'layout' of the declaration")
      }
      if let shape = input.shape {
        guard zip(shape, own.shape).allSatisfy({ $0 == 0 || $0 == $1 }) else {
          throw Diagnostic(
            "modality '\(own.name)'",
            "the network takes samples of shape \(shape), and these have the shape \(own.shape)",
            mend: "bring them to its shape in the align stage")
        }
      }
      return own
    }
  }

  /// A few samples as the network wants them: real ones where there are some.
  private func batch(
    _ network: ScriptedNetwork, of samples: SampleSet?, device: Device
  ) throws -> [Tensor] {
    guard let samples else {
      let stream = try RandomStream(seed: 0)
      return try network.modalities.map {
        try stream.uniform([ScriptTrial.samples] + $0.shape, in: 0..<1).moved(to: device)
      }
    }
    let names = network.modalities.map(\.name)
    var preparations: [String: InputPreparation] = [:]
    for name in names {
      preparations[name] = try network.preparation(of: samples.modality(name))
    }
    let batches = try BatchedSamples(
      samples, modalities: names, preparing: preparations, batchSize: ScriptTrial.samples,
      threads: 1)
    guard let batch = try batches.next() else { return [] }
    return try names.compactMap { try batch.inputs[$0]?.moved(to: device) }
  }

  /// Says aloud how classes become those of the task.
  private func tell(_ mapping: ClassMapping, _ declaredTask: LearningTask) {
    let noun = declaredTask.namesNoun
    if !mapping.changes.isEmpty {
      context.summarise("\(noun): \(mapping.changes.joined(separator: "; "))")
    }
    if !mapping.dropped.isEmpty {
      context.warn(
        "the teacher's \(noun) \(mapping.dropped.joined(separator: ", ")) are none of the task: "
          + "what it gives them is left out",
        mend: "name them in 'rename' or 'merge' if they belong to one")
    }
    if !mapping.unknown.isEmpty {
      context.warn(
        "the teacher does not know \(mapping.unknown.joined(separator: ", ")): it will never say so",
        mend: "map its classes by 'rename' or 'merge', or take a teacher that knows all")
    }
  }
}

/// Holds a network against its declaration on a few samples.
final class ScriptTrial {
  static let samples = 4
  /// How far apart two answers to one sample may be, relative to the greatest answer.
  static let tolerance = 1e-3

  private let network: ScriptedNetwork
  private(set) var warnings: [Diagnostic] = []

  init(_ network: ScriptedNetwork) throws { self.network = network }

  /// - Parameter inputs: as the network wants them, `[n, …sample shape]`.
  /// - Throws: `Diagnostic` for what it does otherwise than declared.
  func run(_ inputs: [Tensor]) throws {
    guard let count = inputs.first?.shape.first, count > 0 else { return }
    let together = try network.answer(inputs)
    let numbers = try together.doubles()
    let size = numbers.count / count
    let greatest = numbers.reduce(1) { max($0, abs($1)) }
    for row in 0..<count {
      let alone = try network.answer(inputs.map { try $0.sliced(row..<row + 1) }).doubles()
      let apart = zip(alone, numbers[row * size..<(row + 1) * size])
        .reduce(0) { max($0, abs($1.0 - $1.1)) }
      guard apart <= Self.tolerance * greatest else {
        throw Diagnostic(
          network.subject,
          "it answers a sample otherwise alone than among \(count) (by \(apart)): it is in training "
            + "mode, or mixes samples",
          mend: "call 'network.eval()' before it is traced or scripted")
      }
    }
    try check(together, numbers)
  }

  /// Whether the numbers can be what they were declared as.
  private func check(_ answer: Tensor, _ numbers: [Double]) throws {
    let values = network.declaration.output.values
    let isOfShares = network.task == .singleLabel || network.task == .segmentation
    let sums = !isOfShares ? [] : try answer.sum(axis: 1).doubles()
    let areShares = numbers.allSatisfy { (-1e-4...1.0001).contains($0) }
    let sumToOne = sums.allSatisfy { abs($0 - 1) < 1e-2 }
    func fault(_ what: String) -> Diagnostic {
      Diagnostic(
        network.subject, "'\(values.rawValue)' are declared, and \(what)",
        mend: "correct 'output: {values: …}' of the declaration")
    }
    switch values {
    case .probabilities:
      guard areShares else { throw fault("some of its answers are outside 0 to 1") }
      guard sumToOne else { throw fault("those of a sample do not sum to 1") }
    case .logProbabilities:
      guard numbers.allSatisfy({ $0 <= 1e-4 }) else {
        throw fault("some of its answers are above 0")
      }
      let totals =
        !isOfShares ? [] : try answer.logSumExp(axis: 1).doubles()
      guard totals.allSatisfy({ abs($0) < 1e-2 }) else {
        throw fault("the probabilities of a sample do not sum to 1")
      }
    case .values: break
    case .logits:
      if areShares, sumToOne, !sums.isEmpty {
        warnings.append(
          Diagnostic(
            .warning, network.subject,
            "'logits' are declared, and its answers look like probabilities: each sample's sum to 1",
            mend: "if they are, declare 'output: {values: probabilities}'"))
      }
    }
  }
}
