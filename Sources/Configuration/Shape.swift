/// What a configuration value may be. The one description from which values are checked, defaults
/// are filled in, and the JSON Schemas for editors are made.
public indirect enum Shape: Sendable {
  case bool
  case integer(ClosedRange<Int>)
  /// A finite number inside the interval.
  case number(Interval)
  case string
  /// One of the named words.
  case choice([String])
  /// The path of a file or folder outside the store, relative to the pipeline file (or to the
  /// current folder when it comes from `--set`). Checking makes it absolute; it must exist.
  case path
  /// The name of another stage, with an optional selection: `points` or `points.labelled`.
  case reference
  case list(Shape, count: ClosedRange<Int>)
  /// A mapping with free keys: `{xa: …, xb: …}`.
  case map(Shape)
  case object([Key])
  /// A mapping whose `kind` names which keys it has. `{kind: mlp, hidden: [32]}`.
  case tagged([Tag])
  /// The first shape that the value's form fits: scalars, lists and mappings must tell them apart.
  case either([Shape])

  /// The keys that go with one word of `kind`.
  public struct Tag: Sendable {
    public var kind: String
    public var documentation: String
    public var keys: [Key]

    public init(_ kind: String, _ documentation: String, keys: [Key] = []) {
      self.kind = kind
      self.documentation = documentation
      self.keys = keys
    }
  }

  /// Bounds of a number; a bound is part of the interval unless it is said to be open.
  public struct Interval: Sendable {
    public var lower: Double
    public var upper: Double
    public var isLowerOpen: Bool
    public var isUpperOpen: Bool

    public init(
      _ lower: Double = -.infinity, _ upper: Double = .infinity, isLowerOpen: Bool = false,
      isUpperOpen: Bool = false
    ) {
      self.lower = lower
      self.upper = upper
      self.isLowerOpen = isLowerOpen
      self.isUpperOpen = isUpperOpen
    }

    public func contains(_ number: Double) -> Bool {
      (isLowerOpen ? number > lower : number >= lower)
        && (isUpperOpen ? number < upper : number <= upper)
    }
  }

  public static let anyInteger = Shape.integer(Int.min...Int.max)
  /// 1, 2, 3 …
  public static let positiveInteger = Shape.integer(1...Int.max)
  /// 0, 1, 2 …
  public static let count = Shape.integer(0...Int.max)
  public static let anyNumber = Shape.number(Interval())
  public static let positiveNumber = Shape.number(Interval(0, isLowerOpen: true))
  public static let nonNegativeNumber = Shape.number(Interval(0))
  /// 0...1
  public static let share = Shape.number(Interval(0, 1))
  public static func list(_ element: Shape) -> Shape { .list(element, count: 0...Int.max) }
  public static func nonEmptyList(_ element: Shape) -> Shape { .list(element, count: 1...Int.max) }
}

/// One key of a mapping.
public struct Key: Sendable {
  public var name: String
  public var shape: Shape
  /// One sentence; shown by editors and by error messages.
  public var documentation: String
  /// Filled in when the key is absent. A key with neither default nor requirement stays absent.
  public var defaultValue: Value?
  public var isRequired: Bool
  /// Whether the key can change what the stage makes. A key that only says how fast or how packed
  /// (`compression`, a batch size of inference) stays out of fingerprints.
  public var changesResult = true

  /// A key that may be absent, with the value that it then has.
  public init(
    _ name: String, _ shape: Shape, default defaultValue: Value? = nil, _ documentation: String
  ) {
    self.name = name
    self.shape = shape
    self.documentation = documentation
    self.defaultValue = defaultValue
    self.isRequired = false
  }

  /// A key that must be there.
  public static func required(_ name: String, _ shape: Shape, _ documentation: String) -> Key {
    var key = Key(name, shape, documentation)
    key.isRequired = true
    return key
  }

  /// The same key, kept out of fingerprints: it can change neither bits nor meaning of the output.
  public var keptOutOfFingerprint: Key {
    var key = self
    key.changesResult = false
    return key
  }
}
