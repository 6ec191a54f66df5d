/// A network that cannot be built, filled or fed as asked.
public struct NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What of the network: a modality, a parameter.
  public var subject: String
  public var message: String

  public init(_ subject: String, _ message: String) {
    self.subject = subject
    self.message = message
  }

  init(_ modality: ModalityShape, _ message: String) {
    self.init("modality '\(modality.name)'", message)
  }

  public var description: String { "\(subject): \(message)" }
}
