/// A training that cannot start or cannot go on.
public enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Settings or data that contradict each other.
  case settings(String)
  /// The loss is no number any more, or, where it is one, what its step made of the parameters is
  /// none; `step` from 1.
  case diverged(seed: Int, step: Int, loss: Double, learningRate: Double)

  public var description: String {
    switch self {
    case .settings(let message): message
    case .diverged(let seed, let step, let loss, let rate):
      loss.isFinite
        ? "seed \(seed) diverged: step \(step), of loss \(loss) and learning rate \(rate), makes of the "
          + "parameters what is no number"
        : "seed \(seed) diverged: the loss is \(loss) at step \(step), learning rate \(rate)"
    }
  }
}
