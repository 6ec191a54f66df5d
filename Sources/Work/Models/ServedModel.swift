import Arrays
import Configuration
import Dataflow
import Diagnostics
import Networks
import Shards
import Tensors
import Training

/// What `infer` and `evaluate` need of a network, whoever made it.
protocol ServedNetwork: Sendable {
  /// In the order in which `logits` takes their tensors.
  var modalities: [ModalityShape] { get }
  var task: LearningTask { get }
  /// The logits of one sample: `[class]`, `[class, height, width]`; of a regression `[value]`.
  var outputShape: [Int] { get }
  /// How recorded values of a modality become its input; `nil` stands for the way of the stages that
  /// train: scaled, standardised by what `align` measured, zeros where something is missing.
  func preparation(of modality: ModalityDescription) throws -> InputPreparation?
  /// Logits, or values in their own units, `[batch] + outputShape` in evaluation, without history, `batchSize` samples at a time.
  func logits(_ inputs: [Tensor], batchSize: Int?) throws -> Tensor
}

extension Network: ServedNetwork {
  func preparation(of modality: ModalityDescription) -> InputPreparation? { nil }

  func logits(_ inputs: [Tensor], batchSize: Int?) throws -> Tensor {
    try logits(inputs, presence: nil, batchSize: batchSize)
  }
}

/// How recorded values become the input of a network that says so itself.
struct InputPreparation: Hashable, Sendable {
  var scaling: InputScaling
  /// What stands for missing steps and samples.
  var missing: Double

  static func == (left: InputPreparation, right: InputPreparation) -> Bool {
    left.scaling == right.scaling && left.missing.bitPattern == right.missing.bitPattern
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(scaling)
    hasher.combine(missing.bitPattern)
  }

  /// float32 `[n, …sample shape]`
  func callAsFunction(_ input: StoredInput) throws(TensorError) -> Tensor {
    var result = try scaling(input.values)
    for mask in [input.valid, input.present] {
      guard let mask else { continue }
      let absent = try mask.equals(Tensor.zeros([], type: .uint8, device: mask.device))
      let axes = [Int](repeating: 1, count: max(0, input.values.rank - mask.rank))
      result = try result.filled(where: absent.reshaped(mask.shape + axes), with: missing)
    }
    return result
  }
}

/// One network of a model output, ready to answer.
struct ServedModel: Sendable {
  var variant: String
  var seed: Int
  /// In the order of the logits.
  var classes: [String]
  var network: any ServedNetwork

  /// - Throws: `Diagnostic` when what is stored lacks something or does not fit.
  init(_ entry: ModelDetails.Entry, of output: Output, device: Device) throws {
    variant = entry.variant
    seed = entry.seed
    if let script = entry.script {
      classes = script.mapping.classes
      network = try ScriptedNetwork(script, entry.file, of: output, device: device)
    } else {
      let checkpoint = try ModelCheckpoint(entry.file, of: output, device: device)
      classes = checkpoint.classes
      network = checkpoint.network
    }
  }
}

/// The networks of a model output that a reference selects.
struct ModelSet {
  let input: Job.Input
  let members: [ServedModel]

  /// - Throws: `Diagnostic` when a shard cannot be read or the variant is not there.
  init(_ input: Job.Input, device: Device) throws {
    self.input = input
    let output = try Output(opening: input.directory, schema: PortType.model.rawValue)
    members = try ModelDetails.entries(of: output, selectedBy: input.reference).map {
      try ServedModel($0, of: output, device: device)
    }
  }

  /// In the order of the file.
  var variants: [String] {
    members.reduce(into: []) { if !$0.contains($1.variant) { $0.append($1.variant) } }
  }

  /// Checks that every network can read these samples.
  func check(_ samples: SampleSet) throws {
    for member in members {
      let task = member.network.task
      guard task == samples.task else {
        throw Diagnostic(
          "model '\(input.reference)'",
          "it answers '\(task.rawValue)', and '\(samples.input.reference)' asks for "
            + "'\(samples.task.rawValue)'",
          mend: "take a model that was trained for '\(samples.task.rawValue)'")
      }
      let found = try samples.shapes(member.network.modalities.map(\.name))
      for (wanted, found) in zip(member.network.modalities, found)
      where wanted.shape != found.shape {
        throw Diagnostic(
          "modality '\(wanted.name)'",
          "'\(samples.input.reference)' has samples of shape \(found.shape), the model "
            + "'\(input.reference)' was trained on \(wanted.shape)",
          mend: "use the same align stage for both")
      }
      let classes = try samples.classes()
      guard classes == member.classes else {
        throw Diagnostic(
          "model '\(input.reference)'",
          "it knows the \(task.namesNoun) \(member.classes.joined(separator: ", ")); "
            + "'\(samples.input.reference)' has \(classes.joined(separator: ", "))",
          mend: task == .regression
            ? "give both the same 'columns' in the same order"
            : "give both the same 'classes' in the same order")
      }
    }
  }

  /// How the networks want their inputs, by modality; those not named as the stages that train.
  func preparations(of samples: SampleSet) throws -> [String: InputPreparation] {
    var result: [String: InputPreparation] = [:]
    // All networks of a set come from one stage: they want the same.
    for member in members {
      for modality in member.network.modalities {
        result[modality.name] = try member.network.preparation(of: samples.modality(modality.name))
      }
    }
    return result
  }
}
