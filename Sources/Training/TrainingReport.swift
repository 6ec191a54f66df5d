/// How a network was trained and what it came to.
public struct TrainingReport: Codable, Hashable, Sendable {
  public struct Point: Codable, Hashable, Sendable {
    /// From 1.
    public var step: Int
    /// Mean over the steps since the last point.
    public var loss: Double
    /// Share of the held-back samples on which the network and the targets agree; of a regression how
    /// much of the variance of its targets is explained.
    public var heldBackAgreement: Double?
  }

  public var seed: Int
  /// Samples trained on and samples held back.
  public var samples: Int
  public var heldBack: Int
  public var steps: Int
  /// How many steps it should have been; only where training stopped before.
  public var plannedSteps: Int?
  /// The step whose network was kept.
  public var selectedStep: Int
  /// About fifty points.
  public var curve: [Point]
  /// Of the last point of the curve.
  public var finalLoss: Double
  /// Share of the training samples on which the kept network, clean and in evaluation, agrees with
  /// the (likeliest class of the) targets; of a regression how much of the variance of its targets it
  /// explains.
  public var agreement: Double
  /// The same on the held-back samples.
  public var heldBackAgreement: Double?
  /// How many training samples the kept network gives to each class; of a segmentation how many
  /// pixels; empty of a regression.
  public var predictedClasses: [Int]
}

/// Where a training stands.
public struct TrainingProgress: Sendable {
  public var seed: Int
  /// Steps done.
  public var step: Int
  public var total: Int
  /// Of the last step.
  public var loss: Double
  /// On the held-back samples, when last measured.
  public var heldBackAgreement: Double?
}
