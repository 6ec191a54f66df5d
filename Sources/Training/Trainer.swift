import Foundation
internal import Layers
public import Networks
public import Recipes
public import Tensors

/// A network and how it came to be.
public struct TrainedNetwork: Sendable {
  public var network: Network
  public var report: TrainingReport
}

/// Trains networks of one description on one set of samples, one seed at a time.
///
/// A seed's network is a function of the settings, the samples and the seed alone: the random start,
/// the held-back part, the order of samples and the transforms draw from four streams of the seed.
/// So seeds and variants may be trained side by side on as many threads as there are cores.
public struct Trainer: Sendable {
  public var network: NetworkDescription
  public var classes: Int
  public var training: TrainingDescription
  /// T on the student's side.
  public var transforms: [TransformDescription]
  public var consistency: ConsistencyDescription?
  /// How much each class weighs in the loss (see `crossEntropy`); all 1 when absent.
  public var classWeights: [Float]?
  public var device: Device
  /// Whether small perceptrons take their gradients from the fused call; tests compare both ways.
  var usesFusedGradients = true
  /// What networks start as instead of at random; tests give the start of a reference.
  var start: [NamedTensor]?

  public init(
    network: NetworkDescription, classes: Int, training: TrainingDescription,
    transforms: [TransformDescription] = [], consistency: ConsistencyDescription? = nil,
    classWeights: [Float]? = nil, device: Device = .cpu
  ) {
    self.network = network
    self.classes = classes
    self.training = training
    self.transforms = transforms
    self.consistency = consistency
    self.classWeights = classWeights
    self.device = device
  }

  /// Trains the network of one seed.
  ///
  /// - progress: called about ten times a second, and after the last step
  /// - Throws: `TrainingError`, `NetworkError`, `TensorError`, what `source` throws, and
  ///   `CancellationError` as soon as `isCancelled` says so.
  public func train(
    seed: Int, on source: some BatchSource, isCancelled: () -> Bool = { Task.isCancelled },
    progress: (TrainingProgress) -> Void = { _ in }
  ) throws -> TrainedNetwork {
    let bits = UInt64(bitPattern: Int64(seed))
    let network = try Network(
      self.network, modalities: source.modalities, classes: classes,
      stream: RandomStream(seed: bits, purpose: "start", device: device))
    if let start { try network.load(start) }
    if let values = source.valueStatistics {
      guard network.valueScale != nil else {
        throw TrainingError.settings(
          "the targets are values, and the head answers '\(network.task.rawValue)'")
      }
      try network.setValueScale(mean: values.mean, std: values.std)
    }
    let objective = try objective(network)
    var optimizer = try training.optimizer.makeOptimizer(
      objective.parameters,
      isSpared: objective.isSpared.map { $0 && training.decay == .weights })
    var average = try training.ema.map { try ParameterAverage(of: objective.parameters, decay: $0) }
    let parts = try split(
      source.count, stream: RandomStream(seed: bits, purpose: "hold back"))
    var batches = try BatchOrder(
      parts.training, size: training.batchSize,
      stream: RandomStream(seed: bits, purpose: "order"), source: source, device: device)
    let total = try steps(perEpoch: batches.perEpoch)
    let transformStream = try RandomStream(seed: bits, purpose: "transforms", device: device)
    let schedule = try training.makeSchedule(total: total, perEpoch: batches.perEpoch)

    let interval = max(1, total / 50)
    var curve: [TrainingReport.Point] = []
    var sum = 0.0
    var finalLoss = 0.0
    var best: (agreement: Double, step: Int, state: [NamedTensor])?
    var stop = Patience(measurements: training.patience)
    var done = total
    var lastReport = ContinuousClock.now
    for step in 1...total {
      if isCancelled() { throw CancellationError() }
      let rate = training.optimizer.learningRate * schedule.factor(at: step - 1, of: total)
      var (loss, gradients) = try objective.lossAndGradients(
        try batches.next(), stream: transformStream)
      guard loss.isFinite else {
        throw TrainingError.diverged(seed: seed, step: step, loss: loss, learningRate: rate)
      }
      if let most = training.clipGradients {
        let clipped = try clippedGradients(gradients, to: most)
        guard clipped.norm.isFinite else {
          throw TrainingError.diverged(seed: seed, step: step, loss: loss, learningRate: rate)
        }
        gradients = clipped.gradients
      }
      try optimizer.step(gradients, learningRate: rate)
      try average?.update()
      sum += loss
      if step % interval == 0 || step == total {
        let since = step - (curve.last?.step ?? 0)
        finalLoss = sum / Double(since)
        var point = TrainingReport.Point(step: step, loss: finalLoss)
        sum = 0
        if let held = parts.heldBack {
          try objective.lending(average?.values) {
            let agreement = try measure(network, source, held).agreement
            point.heldBackAgreement = agreement
            // Of equals the later one: it has learned longer.
            if training.select == .agreement, agreement >= best?.agreement ?? 0 {
              best = (agreement, step, try network.state())
            }
            if stop.isOver(after: agreement) { done = step }
          }
        }
        curve.append(point)
      }
      if step == done {
        // The next loss would show what this step led to, and there is none.
        guard try Tensor.meanMagnitude(of: objective.parameters).isFinite else {
          throw TrainingError.diverged(seed: seed, step: step, loss: loss, learningRate: rate)
        }
      }
      if step == done || lastReport.duration(to: .now) > .milliseconds(100) {
        lastReport = .now
        progress(
          TrainingProgress(
            seed: seed, step: step, total: done, loss: loss,
            heldBackAgreement: curve.last?.heldBackAgreement))
      }
      if step == done { break }
    }
    try objective.updateNetwork(average?.values ?? objective.parameters)
    if let best { try network.load(best.state) }
    let onTraining = try measure(network, source, parts.training)
    return TrainedNetwork(
      network: network,
      report: TrainingReport(
        seed: seed, samples: parts.training.count, heldBack: parts.heldBack?.count ?? 0,
        steps: done, plannedSteps: done < total ? total : nil,
        selectedStep: best?.step ?? done, curve: curve, finalLoss: finalLoss,
        agreement: onTraining.agreement,
        heldBackAgreement: try parts.heldBack.map { try measure(network, source, $0).agreement },
        predictedClasses: onTraining.histogram))
  }

  func objective(_ network: Network) throws -> any Objective {
    for transform in transforms.expanded { try check(transform, network) }
    let labelSmoothing = training.labelSmoothing ?? 0
    guard (0..<1).contains(labelSmoothing) else {
      throw TrainingError.settings(
        "a label-smoothing is from 0 to less than 1, not \(labelSmoothing)")
    }
    if network.valueScale != nil {
      guard labelSmoothing == 0, classWeights == nil, consistency?.divergence != .kl else {
        throw TrainingError.settings(
          "a regression has no classes: neither smoothed labels, nor class weights, nor a KL "
            + "divergence")
      }
    } else if let loss = training.loss {
      throw TrainingError.settings("'\(loss.kind)' is a loss of regressions")
    }
    if let classWeights, classWeights.count != classes {
      throw TrainingError.settings("\(classWeights.count) class weights for \(classes) classes")
    }
    // The fused call knows the plain cross entropy alone.
    if usesFusedGradients, classWeights == nil, labelSmoothing == 0,
      let fused = try FusedObjective(
        network, transforms: transforms, consistency: consistency,
        isSplit: training.decay == .weights, device: device)
    {
      return fused
    }
    return RecordedObjective(
      network, transforms: transforms, consistency: consistency,
      classWeights: try classWeights.map {
        try Tensor($0, shape: [$0.count]).moved(to: device)
      }, labelSmoothing: labelSmoothing, valueLoss: training.loss ?? .squaredError)
  }

  /// What only the shapes of the samples can tell of a transform.
  private func check(_ transform: TransformDescription, _ network: Network) throws {
    for name in transform.modalities ?? []
    where !network.modalities.contains(where: { $0.name == name }) {
      throw TrainingError.settings("a transform touches '\(name)', which the network has not")
    }
    if let fault = transform.faults.first?.fault { throw TrainingError.settings(fault) }
    let touched = network.touched(by: transform).map { network.modalities[$0] }
    for modality in touched {
      switch transform {
      case .timeShift where ![2, 4].contains(modality.shape.count):
        throw TrainingError.settings(
          "'time-shift' takes samples of shape [time, channel]; those of '\(modality.name)' are"
            + " \(modality.shape)")
      case .timeMask where ![2, 4].contains(modality.shape.count):
        throw TrainingError.settings(
          "'time-mask' takes samples of shape [time, channel]; those of '\(modality.name)' are"
            + " \(modality.shape)")
      case .frequencyMask where modality.shape.count != 2:
        throw TrainingError.settings(
          "'frequency-mask' takes samples of shape [time, frequency]; those of '\(modality.name)'"
            + " are \(modality.shape)")
      case .rotation where modality.isOfPictures:
        throw TrainingError.settings(
          "'rotation' turns what sensors measure in space; '\(modality.name)' is of pictures")
      case .rotation where (modality.shape.last ?? 0) % 3 != 0:
        throw TrainingError.settings(
          "'rotation' takes channels in triples of x, y and z; '\(modality.name)' has"
            + " \(modality.shape.last ?? 0)")
      case _ where transform.movesPixels && !modality.isOfPictures && network.task != .segmentation:
        throw TrainingError.settings(
          "a transform moves the pixels of '\(modality.name)', whose samples \(modality.shape) are"
            + " no pictures")
      case _ where transform.takesPictures && !transform.movesPixels && !modality.isOfPictures:
        throw TrainingError.settings(
          "a transform changes the pictures of '\(modality.name)', whose samples \(modality.shape)"
            + " are none")
      default: continue
      }
    }
    guard transform.takesPictures else { return }
    guard let first = touched.first else {
      throw TrainingError.settings(
        "a transform \(transform.movesPixels ? "moves pixels" : "changes pictures"), and no modality"
          + " is of pictures")
    }
    guard transform.movesPixels, transform.isJoint else { return }
    if let kind = transform.kindThatNeedsOneSize,
      let other = touched.first(where: { one in
        !Self.isOfOneSize(one, first)
      })
    {
      throw TrainingError.settings(
        "'\(kind)' moves pictures that lie on each other; '\(first.name)' and '\(other.name)'"
          + " differ in size; name the modalities that it shall touch, or write 'joint: false'")
    }
    if network.task == .segmentation, touched.count < network.modalities.count {
      throw TrainingError.settings(
        "a transform moves the pixels and labels of some modalities and leaves others where they are;"
          + " leave out its 'modalities', or write 'joint: false' to leave the labels too")
    }
  }

  private static func isOfOneSize(_ one: ModalityShape, _ other: ModalityShape) -> Bool {
    guard let one = one.picture, let other = other.picture else { return false }
    return one == other
  }

  private func steps(perEpoch: Int) throws -> Int {
    switch (training.steps, training.epochs) {
    case (let steps?, nil) where steps > 0: return steps
    case (nil, let epochs?) where epochs > 0:
      return try TrainingDescription.product(epochs, perEpoch)
    default: throw TrainingError.settings("a training needs either 'steps' or 'epochs'")
    }
  }

  /// Indices of the samples to train on, and of those held back.
  private func split(
    _ count: Int, stream: RandomStream
  ) throws -> (training: Tensor, heldBack: Tensor?) {
    let held = Int((Double(count) * training.holdBack).rounded())
    guard held > 0 else {
      if training.patience != nil {
        throw TrainingError.settings(
          "patience needs held-back samples, and a share of \(training.holdBack) of \(count) is none"
        )
      }
      if training.select == .agreement {
        throw TrainingError.settings(
          "select: agreement needs held-back samples, and a share of \(training.holdBack) of"
            + " \(count) is none")
      }
      return (try Tensor(classes: Array(0..<count)), nil)
    }
    guard held < count else {
      throw TrainingError.settings("all \(count) samples are held back")
    }
    let order = try stream.permutation(count)
    return (try order.sliced(held..<count), try order.sliced(0..<held))
  }

  /// How often the network, in evaluation, agrees with the targets, and what it predicts.
  private func measure(
    _ network: Network, _ source: some BatchSource, _ indices: Tensor
  ) throws -> (agreement: Double, histogram: [Int]) {
    var comparison = Targets.Comparison(classes: network.valueScale == nil ? classes : 0)
    let size = network.samplesPerPass
    for start in stride(from: 0, to: indices.count, by: size) {
      let rows = try indices.sliced(start..<min(indices.count, start + size))
      let batch = try source.batch(rows).moved(to: device)
      let logits = try network.logits(batch.inputs)
      if let scale = network.valueScale {
        try Targets.values(scale.standardised(batch.targets.values())).compare(
          scale.standardised(logits), into: &comparison)
      } else {
        try batch.targets.compare(logits, into: &comparison)
      }
    }
    return (comparison.agreement, comparison.histogram)
  }
}

/// When a training has learned for long enough.
private struct Patience {
  /// Measurements in a row that may be no better than the best; `nil` for all of them.
  let measurements: Int?
  private var best = -Double.infinity
  private var sinceBest = 0

  init(measurements: Int?) { self.measurements = measurements }

  /// Whether it ends with this measurement.
  mutating func isOver(after agreement: Double) -> Bool {
    sinceBest = agreement > best ? 0 : sinceBest + 1
    best = max(best, agreement)
    return measurements.map { sinceBest >= $0 } ?? false
  }
}

/// The order in which samples are trained on: all at once, or shuffled anew for each epoch.
///
/// Every epoch takes every sample once, in batches of nearly equal size, none larger than asked for:
/// a last batch of what is left over would be too small for batch normalisation, whose running
/// statistics it moves as much as a whole one. No batch is a single sample unless that was asked
/// for; of an odd number in pairs, one batch has three.
private struct BatchOrder<Source: BatchSource> {
  private let indices: Tensor
  private let stream: RandomStream
  private let source: Source
  private let device: Device
  /// The one batch of a full-batch training.
  private let whole: Batch?
  private var order: Tensor
  /// Of the epoch, from 0.
  private var place = 0

  /// Steps that see every sample once.
  let perEpoch: Int

  init(
    _ indices: Tensor, size: Int?, stream: RandomStream, source: Source, device: Device
  ) throws {
    let count = indices.count
    let size = min(size ?? count, count)
    self.indices = indices
    self.stream = stream
    self.source = source
    self.device = device
    order = indices
    let batches = (count + size - 1) / size
    perEpoch = size == 1 ? count : max(1, min(batches, count / 2))
    whole = perEpoch == 1 ? try source.batch(indices).moved(to: device) : nil
  }

  mutating func next() throws -> Batch {
    if let whole { return whole }
    if place == 0 { order = try indices.selecting(stream.permutation(indices.count)) }
    let rows = place * indices.count / perEpoch..<(place + 1) * indices.count / perEpoch
    place = (place + 1) % perEpoch
    return try source.batch(order.sliced(rows)).moved(to: device)
  }
}

extension TransformDescription {
  /// How T is called where pictures that share its draw must be of one size.
  fileprivate var kindThatNeedsOneSize: String? {
    switch self {
    case .cropShift: "crop-shift"
    case .resizedCrop: "random-resized-crop"
    default: nil
    }
  }
}
