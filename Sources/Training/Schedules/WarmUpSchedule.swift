/// A linear rise over the first `steps` steps, `(step + 1) / (steps + 1)`, then `schedule` over those
/// that are left.
///
/// Source: Goyal et al., "Accurate, Large Minibatch SGD", 2017, gradual warm-up. Reference:
/// `torch.optim.lr_scheduler.SequentialLR` of `LinearLR` with a start factor of 1 / (steps + 1) and
/// the schedule.
public struct WarmUpSchedule: Schedule {
  public var steps: Int
  public var schedule: any Schedule

  public init(steps: Int, then schedule: any Schedule) {
    self.steps = steps
    self.schedule = schedule
  }

  public func factor(at step: Int, of total: Int) -> Double {
    step < steps
      ? Double(step + 1) / Double(steps + 1)
      : schedule.factor(at: step - steps, of: total - steps)
  }
}
