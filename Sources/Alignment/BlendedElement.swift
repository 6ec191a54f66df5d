import Arrays

/// A number that means are taken of, in float64.
protocol BlendedElement: ArrayElement {
  var real: Double { get }
  /// The nearest number of this type, the farther from zero of two that are equally near; clamped to
  /// what the type holds.
  init(nearest real: Double)
}

extension BlendedElement where Self: FixedWidthInteger {
  var real: Double { Double(self) }

  init(nearest real: Double) {
    if let exact = Self(exactly: real.rounded()) {
      self = exact
    } else {
      // Beyond the bounds, or not a number.
      self = real.isNaN ? 0 : (real < 0 ? Self.min : Self.max)
    }
  }
}

extension UInt8: BlendedElement {}
extension Int16: BlendedElement {}
extension UInt16: BlendedElement {}
extension Int32: BlendedElement {}
extension Int64: BlendedElement {}
extension UInt64: BlendedElement {}

extension Float16: BlendedElement {
  var real: Double { Double(self) }
  init(nearest real: Double) { self.init(real) }
}

extension Float: BlendedElement {
  var real: Double { Double(self) }
  init(nearest real: Double) { self.init(real) }
}

extension Double: BlendedElement {
  var real: Double { self }
  init(nearest real: Double) { self = real }
}

extension ElementType {
  /// Calls `body` with the Swift type of the numbers.
  func withSwiftType<Result>(_ body: (any BlendedElement.Type) throws -> Result) rethrows -> Result
  {
    switch self {
    case .uint8: try body(UInt8.self)
    case .int16: try body(Int16.self)
    case .uint16: try body(UInt16.self)
    case .int32: try body(Int32.self)
    case .int64: try body(Int64.self)
    case .uint64: try body(UInt64.self)
    case .float16: try body(Float16.self)
    case .float32: try body(Float.self)
    case .float64: try body(Double.self)
    }
  }
}
