import Foundation

/// `gamma ^ ⌊step / interval⌋`: a fall after every `interval` steps.
///
/// Reference: `torch.optim.lr_scheduler.StepLR`, stepped after every optimiser step.
public struct StepSchedule: Schedule {
  /// Optimiser steps, at least 1.
  public var interval: Int
  public var gamma: Double

  public init(interval: Int, gamma: Double) {
    precondition(interval > 0, "the learning rate falls after some steps")
    self.interval = interval
    self.gamma = gamma
  }

  public func factor(at step: Int, of total: Int) -> Double {
    pow(gamma, Double(step / interval))
  }
}
