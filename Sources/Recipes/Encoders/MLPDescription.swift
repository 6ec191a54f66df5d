public import Configuration

/// Linear layers, each followed by its activation, over the values of a sample in one row.
public struct MLPDescription: EncoderSettings {
  /// Widths of the layers, first to last.
  public var hidden: [Int]
  public var activation: ActivationDescription
  public var weights: String?

  public init(
    hidden: [Int], activation: ActivationDescription = .relu, weights: String? = nil
  ) {
    self.hidden = hidden
    self.activation = activation
    self.weights = weights
  }

  public static let keys: [Key] = [
    .required("hidden", .nonEmptyList(.positiveInteger), "Widths of the layers, first to last."),
    ActivationDescription.key, EncoderKeys.weights,
  ]
}
