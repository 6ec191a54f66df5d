import Dataflow
import Diagnostics
import Layers
import Networks
import Recipes
import Shards
import Tensors
import Training

/// One trained network with all that is needed to build it again: a model shard.
struct ModelCheckpoint {
  var variant: String
  var seed: Int
  var network: Network
  /// In the order of the logits.
  var classes: [String]
  var report: TrainingReport
  /// What the model was trained on, and what its teachers were.
  var provenance: Provenance

  /// Where the training samples of a model came from.
  struct Provenance: Codable, Hashable, Sendable {
    /// `points.unlabelled`
    var samples: String
    /// Of the stage that made them.
    var fingerprint: String
    /// `labels`, `labels seed 0`, `truth`.
    var labels: String
  }

  static func file(_ variant: String, _ seed: Int) -> String { "\(variant)-seed-\(seed).h5" }

  func write(to writer: OutputWriter) throws {
    let arrays = try network.state().map { entry in
      NamedArray(entry.name, try entry.tensor.floats(), shape: entry.tensor.shape)
    }
    try writer.writeArrays(
      Self.file(variant, seed), arrays,
      attributes: [
        "variant": variant,
        "seed": String(seed),
        "network": try JSON.text(network.description),
        "modalities": try JSON.text(network.modalities),
        "classes": try JSON.text(classes),
        "training": try JSON.text(report),
        "provenance": try JSON.text(provenance),
      ])
  }

  /// - Throws: `Diagnostic` when the shard lacks something or its parameters do not fit.
  init(_ file: String, of output: Output, device: Device) throws {
    let (arrays, attributes) = try output.arrays(in: file)
    try self.init(arrays, attributes, subject: "\(output.directory)/\(file)", device: device)
  }

  init(
    _ arrays: [NamedArray], _ attributes: [String: String], subject: String, device: Device
  ) throws {
    func attribute(_ name: String) throws -> String {
      guard let text = attributes[name] else {
        throw Diagnostic(
          subject, "a model shard without the attribute '\(name)'",
          mend: "train it again: --force its stage")
      }
      return text
    }
    variant = try attribute("variant")
    seed = Int(try attribute("seed")) ?? 0
    classes = try JSON.value([String].self, try attribute("classes"), of: subject)
    report = try JSON.value(TrainingReport.self, try attribute("training"), of: subject)
    provenance = try JSON.value(Provenance.self, try attribute("provenance"), of: subject)
    do {
      network = try Network(
        try JSON.value(NetworkDescription.self, try attribute("network"), of: subject),
        modalities: try JSON.value([ModalityShape].self, try attribute("modalities"), of: subject),
        classes: classes.count,
        state: try arrays.map {
          NamedTensor($0.name, try Tensor($0.values(as: Float.self), shape: $0.shape))
        }, device: device)
    } catch let error as NetworkError {
      throw Diagnostic(
        subject, "the parameters do not fit the network: \(error)",
        mend: "train it again: --force its stage")
    }
  }

  init(
    variant: String, seed: Int, network: Network, classes: [String], report: TrainingReport,
    provenance: Provenance
  ) {
    self.variant = variant
    self.seed = seed
    self.network = network
    self.classes = classes
    self.report = report
    self.provenance = provenance
  }
}

/// The networks of a model output that a reference selects.
struct ModelSet {
  let input: Job.Input
  let checkpoints: [ModelCheckpoint]

  /// - Throws: `Diagnostic` when a shard cannot be read or the variant is not there.
  init(_ input: Job.Input, device: Device) throws {
    self.input = input
    let output = try Output(opening: input.directory, schema: PortType.model.rawValue)
    let details = try JSON.value(
      ModelDetails.self, output.manifest.details.canonicalJSON,
      of: "\(input.directory)/manifest.json")
    let wanted = details.networks.filter {
      input.reference.selection == nil || input.reference.selection == $0.variant
    }
    guard !wanted.isEmpty else {
      throw Diagnostic(
        "input '\(input.reference)'", "the model has no such variant",
        mend: Suggestions.mend(
          input.reference.selection ?? "", among: details.variants, called: "variants"))
    }
    checkpoints = try wanted.map { try ModelCheckpoint($0.file, of: output, device: device) }
  }

  /// In the order of the file.
  var variants: [String] {
    checkpoints.reduce(into: []) { if !$0.contains($1.variant) { $0.append($1.variant) } }
  }

  /// Checks that every network can read these samples.
  func check(_ samples: SampleSet) throws {
    for checkpoint in checkpoints {
      let task = checkpoint.network.task
      guard task == samples.task else {
        throw Diagnostic(
          "model '\(input.reference)'",
          "it answers '\(task.rawValue)', and '\(samples.input.reference)' asks for "
            + "'\(samples.task.rawValue)'",
          mend: "take a model that was trained for '\(samples.task.rawValue)'")
      }
      let found = try samples.shapes(checkpoint.network.modalities.map(\.name))
      for (wanted, found) in zip(checkpoint.network.modalities, found)
      where wanted.shape != found.shape {
        throw Diagnostic(
          "modality '\(wanted.name)'",
          "'\(samples.input.reference)' has samples of shape \(found.shape), the model "
            + "'\(input.reference)' was trained on \(wanted.shape)",
          mend: "use the same align stage for both")
      }
      let classes = try samples.classes()
      guard classes == checkpoint.classes else {
        throw Diagnostic(
          "model '\(input.reference)'",
          "it knows the classes \(checkpoint.classes.joined(separator: ", ")); "
            + "'\(samples.input.reference)' has \(classes.joined(separator: ", "))",
          mend: "give both the same 'classes' in the same order")
      }
    }
  }
}
