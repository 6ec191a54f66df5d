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
