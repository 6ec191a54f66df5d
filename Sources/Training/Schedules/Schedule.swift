public import Recipes

/// How the learning rate moves.
public protocol Schedule: Sendable {
  /// The factor of the learning rate at `step`, from 0, of `total`.
  func factor(at step: Int, of total: Int) -> Double
}

extension TrainingDescription.Schedule {
  public var schedule: any Schedule {
    switch self {
    case .constant: ConstantSchedule()
    case .cosine: CosineSchedule()
    }
  }
}
