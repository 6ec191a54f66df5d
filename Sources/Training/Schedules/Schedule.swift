public import Recipes

/// How the learning rate moves.
public protocol Schedule: Sendable {
  /// The factor of the learning rate at `step`, from 0, of `total`.
  func factor(at step: Int, of total: Int) -> Double
}

extension TrainingDescription {
  /// The schedule of a training of `total` steps, of which `perEpoch` see every sample once.
  ///
  /// - Throws: `TrainingError` when a length is missing or nothing is left after the warm-up.
  public func makeSchedule(total: Int, perEpoch: Int) throws -> any Schedule {
    let main = try schedule.makeSchedule(perEpoch: perEpoch)
    guard let warmUp else { return main }
    let steps =
      switch (warmUp.steps, warmUp.epochs, warmUp.share) {
      case (let steps?, nil, nil): steps
      case (nil, let epochs?, nil): try Self.product(epochs, perEpoch)
      case (nil, nil, let share?) where (0..<1).contains(share):
        Int((Double(total) * share).rounded())
      default:
        throw TrainingError.settings("a warm-up needs either 'steps', 'epochs' or a 'share'")
      }
    guard (0..<total).contains(steps) else {
      throw TrainingError.settings(
        "a warm-up of \(steps) steps leaves nothing of a training of \(total)")
    }
    return steps == 0 ? main : WarmUpSchedule(steps: steps, then: main)
  }

  /// - Throws: `TrainingError` when it is more than a step can be numbered by.
  static func product(_ epochs: Int, _ perEpoch: Int) throws -> Int {
    let (steps, isTooMany) = epochs.multipliedReportingOverflow(by: perEpoch)
    guard !isTooMany else {
      throw TrainingError.settings("\(epochs) epochs of \(perEpoch) steps are too many")
    }
    return steps
  }
}

extension ScheduleDescription {
  fileprivate func makeSchedule(perEpoch: Int) throws -> any Schedule {
    switch self {
    case .constant: return ConstantSchedule()
    case .cosine: return CosineSchedule()
    case .step(let epochs, let steps, let gamma):
      let interval =
        switch (epochs, steps) {
        case (let epochs?, nil): try TrainingDescription.product(epochs, perEpoch)
        case (nil, let steps?): steps
        default:
          throw TrainingError.settings("a step schedule needs either 'epochs' or 'steps'")
        }
      guard interval > 0 else {
        throw TrainingError.settings("the learning rate cannot fall after every \(interval) steps")
      }
      return StepSchedule(interval: interval, gamma: gamma)
    }
  }
}
