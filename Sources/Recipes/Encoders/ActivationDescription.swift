import Configuration

public enum ActivationDescription: String, Codable, Hashable, Sendable, CaseIterable {
  case relu, gelu, tanh, sigmoid

  static let key = key(default: .relu)

  static func key(default activation: ActivationDescription) -> Key {
    Key(
      "activation", .choice(allCases.map(\.rawValue)), default: .string(activation.rawValue),
      "After every hidden layer.")
  }
}
