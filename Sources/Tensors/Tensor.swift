internal import CTorch
internal import Foundation

/// An array of numbers with a shape, computed by libtorch.
///
/// Copies share their elements. Operations never change their operands; the few that write in place
/// say so (`assign`, the optimisers' steps, batch normalisation's running statistics).
public struct Tensor: Sendable {
  let handle: TensorHandle

  init(_ handle: TensorHandle) { self.handle = handle }

  /// - Throws: `TensorError` when `values` does not fill `shape`.
  public init(_ values: [Float], shape: [Int]) throws(TensorError) {
    self = try Self.filled(values, shape: shape, type: .float32)
  }

  public init(_ values: [Double], shape: [Int]) throws(TensorError) {
    self = try Self.filled(values, shape: shape, type: .float64)
  }

  public init(_ values: [Int64], shape: [Int]) throws(TensorError) {
    self = try Self.filled(values, shape: shape, type: .int64)
  }

  public init(_ values: [Int32], shape: [Int]) throws(TensorError) {
    self = try Self.filled(values, shape: shape, type: .int32)
  }

  /// int64, for classes and indices.
  public init(classes values: [Int], shape: [Int]? = nil) throws(TensorError) {
    try self.init(values.map(Int64.init), shape: shape ?? [values.count])
  }

  /// Elements of `type` from raw bytes in the machine's byte order, row after row.
  public init(bytes: UnsafeRawBufferPointer, shape: [Int], type: DType) throws(TensorError) {
    // `nil` where the product does not fit an Int.
    let wanted = shape.reduce(type.size as Int?) { total, length in
      guard let (product, isTooLarge) = total?.multipliedReportingOverflow(by: length) else {
        return nil
      }
      return isTooLarge ? nil : product
    }
    guard shape.allSatisfy({ $0 >= 0 }), bytes.count == wanted else {
      throw TensorError(
        operation: "tensor", shapes: [shape],
        message: "\(bytes.count / type.size) values of \(type) do not fill the shape")
    }
    self = try TorchCall.make("tensor", []) { _, out in
      ct_from_bytes(bytes.baseAddress, type.code, shape.map(Int64.init), shape.count, out)
    }
  }

  /// Every element the same.
  public static func full(
    _ value: Double, shape: [Int], type: DType = .float32, device: Device = .cpu
  ) throws(TensorError) -> Tensor {
    try TorchCall.make("full", []) { _, out in
      ct_full(value, type.code, shape.map(Int64.init), shape.count, device.code, out)
    }
  }

  public static func zeros(
    _ shape: [Int], type: DType = .float32, device: Device = .cpu
  ) throws(TensorError) -> Tensor {
    try full(0, shape: shape, type: type, device: device)
  }

  private static func filled<Element>(
    _ values: [Element], shape: [Int], type: DType
  ) throws(TensorError) -> Tensor {
    let result: Result<Tensor, TensorError> = values.withUnsafeBytes { bytes in
      Result { () throws(TensorError) in try Tensor(bytes: bytes, shape: shape, type: type) }
    }
    return try result.get()
  }

  // MARK: What it is

  public var shape: [Int] { (0..<rank).map { Int(ct_size(handle.pointer, $0)) } }
  public var rank: Int { ct_rank(handle.pointer) }
  /// Elements in all.
  public var count: Int { Int(ct_count(handle.pointer)) }
  public var device: Device {
    let index = ct_device(handle.pointer).index
    return index < 0 ? .cpu : .cuda(Int(index))
  }
  /// `nil` for the element types that `DType` does not name.
  public var type: DType? {
    var code = CT_FLOAT32
    return ct_dtype(handle.pointer, &code) ? DType(rawValue: Int(code.rawValue)) : nil
  }
  /// Whether operations on it are recorded for `gradients(of:withRespectTo:)`.
  public var requiresGradient: Bool { ct_requires_gradient(handle.pointer) }

  // MARK: Its elements, row after row, converted to the wanted type

  public func floats() throws(TensorError) -> [Float] { try elements(.float32, zero: Float(0)) }
  public func doubles() throws(TensorError) -> [Double] { try elements(.float64, zero: Double(0)) }
  public func integers() throws(TensorError) -> [Int] {
    try elements(.int64, zero: Int64(0)).map(Int.init)
  }

  /// The one element of a tensor that has one.
  public func item() throws(TensorError) -> Double {
    guard count == 1 else {
      throw TensorError(operation: "item", shapes: [shape], message: "has \(count) elements, not 1")
    }
    return try doubles()[0]
  }

  /// Copies the elements as `type` into `bytes`, which they must fill.
  public func copy(into bytes: UnsafeMutableRawBufferPointer, as type: DType) throws(TensorError) {
    try TorchCall.run("copy", [self]) { operands in
      ct_copy_out(operands[0], type.code, bytes.baseAddress, bytes.count)
    }
  }

  private func elements<Element>(
    _ type: DType, zero: Element
  ) throws(TensorError) -> [Element] {
    var result = [Element](repeating: zero, count: count)
    let outcome: Result<Void, TensorError> = result.withUnsafeMutableBytes { bytes in
      Result { () throws(TensorError) in try copy(into: bytes, as: type) }
    }
    try outcome.get()
    return result
  }

  // MARK: Copies

  /// The same values in another type; the tensor itself when it has that type.
  public func converted(to type: DType) throws(TensorError) -> Tensor {
    let device = device.code
    return try TorchCall.make("convert", [self]) { ct_to($0[0], type.code, device, $1) }
  }

  /// The same values on another device; the tensor itself when it is there.
  public func moved(to device: Device) throws(TensorError) -> Tensor {
    let type = (type ?? .float32).code
    return try TorchCall.make("move", [self]) { ct_to($0[0], type, device.code, $1) }
  }

  /// Elements of its own, no history.
  public func copied() throws(TensorError) -> Tensor {
    try TorchCall.make("copy", [self]) { ct_copy($0[0], $1) }
  }

  /// The same elements without history: a constant to `gradients(of:withRespectTo:)`.
  public func detached() throws(TensorError) -> Tensor {
    try TorchCall.make("detach", [self]) { ct_detach($0[0], $1) }
  }

  /// A copy whose operations are recorded: a parameter.
  public func asParameter() throws(TensorError) -> Tensor {
    let parameter = try copied()
    try TorchCall.run("parameter", [parameter]) { ct_set_requires_gradient($0[0], true) }
    return parameter
  }

  /// Overwrites the elements, in place, with those of `source`, which has the same shape.
  public func assign(_ source: Tensor) throws(TensorError) {
    try TorchCall.run("assign", [self, source]) { ct_assign($0[0], $0[1]) }
  }
}
