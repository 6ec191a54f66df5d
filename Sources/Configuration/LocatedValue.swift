public import Diagnostics

/// A value as it stands in a file: every scalar, list, mapping and key knows its line and column.
public struct LocatedValue: Sendable {
  public indirect enum Content: Sendable {
    /// Null, boolean, number or string.
    case scalar(Value)
    case array([LocatedValue])
    /// In the order of the file; the checker reports a key that stands twice.
    case object([Member])
  }

  public struct Member: Sendable {
    public var key: String
    public var keyLocation: SourceLocation
    public var value: LocatedValue

    public init(key: String, keyLocation: SourceLocation, value: LocatedValue) {
      self.key = key
      self.keyLocation = keyLocation
      self.value = value
    }
  }

  public var content: Content
  public var location: SourceLocation
  /// The folder that a relative path in this scalar starts from: the folder of the file it was
  /// written in, or the current folder for a value that came from the command line.
  public var pathBase: String

  public init(_ content: Content, at location: SourceLocation, pathBase: String) {
    self.content = content
    self.location = location
    self.pathBase = pathBase
  }

  /// The member under `key`; `nil` when this is no mapping or has no such key.
  public subscript(key: String) -> LocatedValue? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The same without locations.
  public var value: Value {
    switch content {
    case .scalar(let value): value
    case .array(let items): .array(items.map(\.value))
    case .object(let members):
      .object(
        Dictionary(
          members.map { ($0.key, $0.value.value) }, uniquingKeysWith: { first, _ in first }
        ))
    }
  }
}
