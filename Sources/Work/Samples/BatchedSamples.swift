import Shards
import Tensors

/// The samples of a split in order, some at a time: memory is bounded by the batch.
struct BatchedSamples {
  struct Batch {
    var ids: [String]
    /// By modality, float32 `[n, …sample shape]`.
    var inputs: [String: Tensor]
  }

  private let readings: [ModalityReading]
  private let preparations: [String: InputPreparation]
  private let reader: SampleReader

  /// - preparations: by modality, where not as the stages that train want their inputs.
  init(
    _ samples: SampleSet, modalities: [String],
    preparing preparations: [String: InputPreparation] = [:], batchSize: Int, threads: Int
  ) throws {
    self.preparations = preparations
    readings = try samples.readings(modalities)
    reader = try samples.output.read(
      [StandardField.id] + readings.flatMap(\.paths), of: samples.split.rawValue,
      options: ReadOptions(threads: threads, samplesPerBatch: batchSize))
  }

  /// `nil` after the last one.
  func next() throws -> Batch? {
    guard let batch = try reader.next() else { return nil }
    var inputs: [String: Tensor] = [:]
    for reading in readings {
      let stored = try reading.input(batch.columns)
      inputs[reading.shape.name] = try preparations[reading.shape.name]?(stored) ?? stored.floats()
    }
    return Batch(ids: batch.columns[StandardField.id]?.texts ?? [], inputs: inputs)
  }
}
