/// 1 at every step.
public struct ConstantSchedule: Schedule {
  public init() {}

  public func factor(at step: Int, of total: Int) -> Double { 1 }
}
