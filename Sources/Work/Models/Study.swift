import Dataflow
import Diagnostics
import Foundation
import Networks
import Shards
import Tensors
import Training

/// Networks to train side by side, each a shard of the output as soon as it is done.
struct Study: Sendable {
  /// One network to train.
  struct Item: Sendable {
    var variant: String
    var seed: Int
    var trainer: Trainer
    var source: MemorySource
    var classes: [String]
    var provenance: ModelCheckpoint.Provenance
  }

  var items: [Item]

  /// Trains what an earlier attempt has not finished, on as many threads as the job has.
  ///
  /// - Returns: all networks, in the order of the items.
  /// - Throws: `Diagnostic` when a training cannot start or diverges; what is finished stays.
  func run(into writer: OutputWriter, _ context: StageContext) async throws -> [ModelCheckpoint] {
    let device = try Device(context.job.device)
    let progress = Progress(context, items)
    let results = Results(count: items.count)
    try await SideBySide.run(items.count, threads: context.job.threads) { index, isCancelled in
      let item = items[index]
      let file = ModelCheckpoint.file(item.variant, item.seed)
      if let (arrays, attributes) = try writer.finishedArrays(in: file) {
        let checkpoint = try ModelCheckpoint(arrays, attributes, subject: file, device: device)
        results.set(index, checkpoint)
        progress.finish(index)
        return
      }
      let trained = try train(item, isCancelled: isCancelled) { progress.update(index, $0) }
      let checkpoint = ModelCheckpoint(
        variant: item.variant, seed: item.seed, network: trained.network, classes: item.classes,
        report: trained.report, provenance: item.provenance)
      try checkpoint.write(to: writer)
      results.set(index, checkpoint)
      progress.finish(index)
    }
    return results.all
  }

  private func train(
    _ item: Item, isCancelled: () -> Bool, progress: (TrainingProgress) -> Void
  ) throws -> TrainedNetwork {
    let subject = "'\(item.variant)' seed \(item.seed)"
    do {
      return try item.trainer.train(
        seed: item.seed, on: item.source, isCancelled: isCancelled, progress: progress)
    } catch let error as TrainingError {
      if case .diverged = error {
        throw Diagnostic(
          subject, "\(error)",
          mend: "lower the learning-rate, or look for outliers with 'mke inspect'")
      }
      throw Diagnostic(subject, "\(error)")
    } catch let error as NetworkError {
      throw Diagnostic(subject, "\(error)", mend: "look at 'network' in the pipeline file")
    } catch let error as TensorError {
      throw Diagnostic(subject, "\(error)")
    }
  }

  /// `@unchecked Sendable`: every access holds `lock`.
  private final class Results: @unchecked Sendable {
    private let lock = NSLock()
    private var found: [ModelCheckpoint?]

    init(count: Int) { found = Array(repeating: nil, count: count) }

    func set(_ index: Int, _ checkpoint: ModelCheckpoint) {
      lock.withLock { found[index] = checkpoint }
    }

    var all: [ModelCheckpoint] { lock.withLock { found.compactMap { $0 } } }
  }

  /// Steps done over all networks. `@unchecked Sendable`: every access holds `lock`.
  private final class Progress: @unchecked Sendable {
    private let lock = NSLock()
    private let context: StageContext
    private let items: [Item]
    private var shares: [Double]
    private var finished = 0

    init(_ context: StageContext, _ items: [Item]) {
      self.context = context
      self.items = items
      shares = Array(repeating: 0, count: items.count)
    }

    func update(_ index: Int, _ step: TrainingProgress) {
      lock.withLock { shares[index] = Double(step.step) / Double(max(1, step.total)) }
      var figures = ["loss": step.loss]
      figures["held-back agreement"] = step.heldBackAgreement
      emit(index, figures: figures)
    }

    func finish(_ index: Int) {
      lock.withLock { shares[index] = 1 }
      emit(index, figures: [:])
    }

    private func emit(_ index: Int, figures: [String: Double]) {
      // In thousandths of a network: steps of variants differ.
      let done = lock.withLock { shares.reduce(0, +) }
      context.progress(
        "\(items[index].variant) seed \(items[index].seed)", Int(done * 1000),
        of: items.count * 1000, unit: "‰ networks", figures: figures)
    }
  }
}

extension Device {
  /// - Throws: `Diagnostic` for a device that this machine does not have.
  init(_ name: String) throws {
    switch name {
    case "cpu": self = .cpu
    case "cuda":
      guard Device.cudaDeviceCount > 0 else {
        throw Diagnostic(
          "device 'cuda'", "libtorch \(LibTorch.version) finds no CUDA device here",
          mend: "run with '--device cpu', or point $LIBTORCH at a libtorch with CUDA")
      }
      self = .cuda(0)
    default:
      throw Diagnostic("device '\(name)'", "there is no such device", mend: "devices: cpu, cuda")
    }
  }
}
