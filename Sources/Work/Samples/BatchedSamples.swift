import Shards
import Tensors

/// The samples of a split in order, some at a time: memory is bounded by the batch.
struct BatchedSamples {
  struct Batch {
    var ids: [String]
    /// By modality, float32 `[n, …sample shape]`.
    var inputs: [String: Tensor]
  }

  private let shapes: [(name: String, shape: [Int])]
  private let reader: SampleReader

  init(_ samples: SampleSet, modalities: [String], batchSize: Int, threads: Int) throws {
    shapes = try samples.shapes(modalities).map { ($0.name, $0.shape) }
    reader = try samples.output.read(
      [StandardField.id] + modalities.map(StandardField.modality), of: samples.split.rawValue,
      options: ReadOptions(threads: threads, samplesPerBatch: batchSize))
  }

  /// `nil` after the last one.
  func next() throws -> Batch? {
    guard let batch = try reader.next() else { return nil }
    var inputs: [String: Tensor] = [:]
    for (name, shape) in shapes {
      guard let column = batch.columns[StandardField.modality(name)] else { continue }
      inputs[name] = try Tensor(column, sampleShape: shape)
    }
    return Batch(ids: batch.columns[StandardField.id]?.texts ?? [], inputs: inputs)
  }
}
