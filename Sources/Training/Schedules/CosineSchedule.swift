import Foundation

/// `(1 + cos(π · step / total)) / 2`: from 1 down to nearly 0.
///
/// Source: Loshchilov and Hutter, "SGDR", ICLR 2017, one cycle down to zero. Reference:
/// `torch.optim.lr_scheduler.CosineAnnealingLR`, stepped after every optimiser step.
public struct CosineSchedule: Schedule {
  public init() {}

  public func factor(at step: Int, of total: Int) -> Double {
    (1 + cos(Double.pi * Double(step) / Double(total))) / 2
  }
}
