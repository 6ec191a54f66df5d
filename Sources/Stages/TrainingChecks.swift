import Configuration
import Dataflow
import Diagnostics
import Recipes

/// What single keys of a training cannot show.
extension NetworkChecks {
  static func check(
    training: TrainingDescription, on samples: OutputDescription?,
    head: LearningTask? = nil, at path: [String],
    report: (Complaint) -> Void
  ) {
    switch (training.epochs, training.steps) {
    case (nil, nil):
      report(
        Complaint(
          path, "neither 'epochs' nor 'steps' says how long to train",
          mend: "add 'steps: 2000' or 'epochs: 50'"))
    case (.some, .some):
      report(
        Complaint(
          path + ["steps"], "both 'epochs' and 'steps' say how long to train",
          mend: "keep one of them"))
    default: break
    }
    if training.select == .agreement, training.holdBack == 0 {
      report(
        Complaint(
          path + ["select"], "'select: agreement' has no held-back samples to measure on",
          mend: "add 'hold-back: 0.1'"))
    }
    if case .sgd(_, let momentum, true, _) = training.optimizer, momentum == 0 {
      report(
        Complaint(
          path + ["optimizer", "nesterov"], "'nesterov: true' looks ahead along a momentum of 0",
          mend: "add 'momentum: 0.9' or remove 'nesterov'"))
    }
    if let task = samples?.task ?? head { checkLoss(training, task, at: path, report: report) }
    checkSchedule(training, at: path, report: report)
    checkStops(training, at: path, report: report)
    if case .named(let named) = training.classWeights, let classes = samples?.classes {
      for name in named.keys.sorted() where !classes.contains(name) {
        report(
          Complaint(
            path + ["class-weights", name], "there is no class '\(name)'",
            mend: Suggestions.mend(name, among: classes, called: "classes")))
      }
    }
    if training.decay == .weights, training.optimizer.weightDecay == 0 {
      report(
        Complaint(
          path + ["decay"], "'decay: weights' spares some parameters a weight decay of 0",
          mend: "add 'weight-decay: 0.01' to the optimizer, or remove 'decay'", isWarning: true))
    }
  }

  /// What goes with classes alone, or with values alone.
  private static func checkLoss(
    _ training: TrainingDescription, _ task: LearningTask, at path: [String],
    report: (Complaint) -> Void
  ) {
    guard task == .regression else {
      if training.loss != nil {
        report(
          Complaint(
            path + ["loss"],
            "'loss' says what a regression minimises, and the samples ask for '\(task.rawValue)', "
              + "which minimises the cross entropy", mend: "remove it"))
      }
      return
    }
    let given = [
      training.classWeights == nil ? nil : "class-weights",
      training.labelSmoothing == nil ? nil : "label-smoothing",
    ]
    for key in given.compactMap(\.self) {
      report(
        Complaint(
          path + [key], "'\(key)' is about classes, and a regression has none", mend: "remove it"))
    }
  }

  private static func checkSchedule(
    _ training: TrainingDescription, at path: [String], report: (Complaint) -> Void
  ) {
    if case .step(let epochs, let steps, _) = training.schedule {
      let key = path + ["schedule"]
      switch (epochs, steps) {
      case (nil, nil):
        report(
          Complaint(
            key, "neither 'epochs' nor 'steps' says when the learning rate falls",
            mend: "write '{kind: step, epochs: 30, gamma: 0.1}'"))
      case (.some, .some):
        report(
          Complaint(
            key + ["steps"], "both 'epochs' and 'steps' say when the learning rate falls",
            mend: "keep one of them"))
      default: break
      }
    }
    guard let warmUp = training.warmUp else { return }
    let key = path + ["warm-up"]
    let given = [warmUp.steps != nil, warmUp.epochs != nil, warmUp.share != nil]
    switch given.count(where: { $0 }) {
    case 0:
      report(
        Complaint(
          key, "none of 'steps', 'epochs' and 'share' says how long to warm up",
          mend: "write '{share: 0.05}'"))
    case 1: break
    default:
      report(
        Complaint(
          key, "more than one of 'steps', 'epochs' and 'share' says how long to warm up",
          mend: "keep one of them"))
    }
    for (name, own, whole) in [
      ("steps", warmUp.steps, training.steps), ("epochs", warmUp.epochs, training.epochs),
    ] {
      guard let own, let whole, own >= whole else { continue }
      report(
        Complaint(
          key + [name], "a warm-up of \(own) \(name) leaves nothing of a training of \(whole)",
          mend: "warm up for less, such as '{share: 0.05}'"))
    }
  }

  /// What decides when a training ends and which network it keeps.
  private static func checkStops(
    _ training: TrainingDescription, at path: [String], report: (Complaint) -> Void
  ) {
    guard training.patience != nil else { return }
    let key = path + ["patience"]
    if training.holdBack == 0 {
      report(
        Complaint(
          key, "'patience' has no held-back samples to measure on", mend: "add 'hold-back: 0.1'"))
    } else if training.select == .last {
      report(
        Complaint(
          key, "a training that stops after its best network keeps the last one",
          mend: "add 'select: agreement'", isWarning: true))
    }
  }
}
