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

  /// The parameter whose value was put in here.
  public struct Parameter: Sendable {
    public var name: String
    /// Where the parameter got its value: its line in the file, or `--set name=value`.
    public var location: SourceLocation

    public init(name: String, location: SourceLocation) {
      self.name = name
      self.location = location
    }
  }

  public var content: Content
  public var location: SourceLocation
  /// The folder that a relative path in this scalar starts from: the folder of the file it was
  /// written in, or the current folder for a value that came from the command line.
  public var pathBase: String
  /// A scalar as it was written, which `1e3` and `007` lose when they become numbers.
  public var text: String?
  public var parameter: Parameter?
  /// A fault was reported here already; checks pass over it.
  public var isFaulty = false

  public init(
    _ content: Content, at location: SourceLocation, pathBase: String, text: String? = nil
  ) {
    self.content = content
    self.location = location
    self.pathBase = pathBase
    self.text = text
  }

  /// A value that was not written in a file, such as a default, standing at `location`.
  public init(_ value: Value, at location: SourceLocation, pathBase: String) {
    let content: Content =
      switch value {
      case .array(let items):
        .array(items.map { LocatedValue($0, at: location, pathBase: pathBase) })
      case .object(let members):
        .object(
          members.sorted { $0.key < $1.key }.map {
            Member(
              key: $0.key, keyLocation: location,
              value: LocatedValue($0.value, at: location, pathBase: pathBase))
          })
      default: .scalar(value)
      }
    self.init(content, at: location, pathBase: pathBase)
  }

  /// The member under `key`; `nil` when this is no mapping or has no such key.
  public subscript(key: String) -> LocatedValue? { member(key)?.value }

  /// The member under `key` with the place of its key.
  public func member(_ key: String) -> Member? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.key == key }
  }

  /// Whether this is the null scalar: a key with nothing after its colon.
  public var isNull: Bool { if case .scalar(.null) = content { !isFaulty } else { false } }

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
