/// A value that has the shape it should have.
public struct CheckedValue: Hashable, Sendable {
  /// With defaults filled in, numbers as doubles where the shape says so, and paths absolute.
  public var value: Value
  /// What of it can change a result: without keys that only say how fast or how packed, and with a
  /// path replaced by the way to its key.
  public var fingerprinted: Value
  /// What the `path` keys point at, as far as it can change a result.
  public var files: [File]

  /// What one `path` key points at.
  public struct File: Hashable, Sendable {
    /// The way to the key: `file.path`, `tables.0`.
    public var name: String
    /// Absolute.
    public var path: String

    public init(name: String, path: String) {
      self.name = name
      self.path = path
    }
  }

  public init(_ value: Value) { self.init(value: value, fingerprinted: value, files: []) }

  public init(value: Value, fingerprinted: Value, files: [File]) {
    self.value = value
    self.fingerprinted = fingerprinted
    self.files = files
  }

  /// A list of checked items.
  init(items: [CheckedValue]) {
    self.init(
      value: .array(items.map(\.value)), fingerprinted: .array(items.map(\.fingerprinted)),
      files: items.flatMap(\.files))
  }
}
