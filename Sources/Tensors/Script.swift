internal import CTorch

/// A TorchScript module: one that PyTorch saved, or one traced from a function of tensors.
public struct Script: Sendable {
  /// A step into what a module returns, on the way to its logits.
  public enum Step: Hashable, Sendable {
    /// A place in a tuple or list.
    case index(Int)
    /// A key of a dict.
    case key(String)
  }

  private let handle: ScriptHandle

  private init(_ handle: ScriptHandle) { self.handle = handle }

  /// What `torch.jit.save` wrote, in evaluation mode.
  ///
  /// - Throws: `TensorError` for bytes that are no TorchScript archive, or one without `forward`.
  public init(_ bytes: [UInt8], device: Device = .cpu) throws(TensorError) {
    var result: OpaquePointer?
    try TorchCall.run("load", []) { _ in
      bytes.withUnsafeBytes { ct_script_load($0.baseAddress, $0.count, device.code, &result) }
    }
    self.init(try Self.handle(result, "load"))
  }

  /// Traces `body`: the module does to any inputs what `body` did to these.
  ///
  /// What depends on the shapes of `inputs` in Swift becomes a constant of the module: for any number
  /// of samples, `body` must leave their number to libtorch (`reshaped([-1, …])`).
  ///
  /// - Parameters:
  ///   - arguments: names of the inputs; letters, digits and underscores.
  ///   - parameters: the very tensors that `body` uses, under dotted names.
  ///   - buffers: the same of what no optimiser moves.
  /// - Throws: `TensorError`, or what `body` threw.
  public init(
    tracing inputs: [Tensor], arguments: [String], parameters: [(name: String, tensor: Tensor)],
    buffers: [(name: String, tensor: Tensor)], _ body: ([Tensor]) throws -> Tensor
  ) throws {
    precondition(inputs.count == arguments.count, "an argument for each input")
    let attributes = parameters + buffers
    let named = CStrings(attributes.map(\.name))
    let arguments = CStrings(arguments)
    var result: OpaquePointer?
    // `body` does not outlive this call.
    try withoutActuallyEscaping(body) { body in
      let traced = Traced(body)
      do {
        try TorchCall.run("trace", inputs + attributes.map(\.tensor)) { operands in
          arguments.withPointers { arguments in
            named.withPointers { names in
              ct_script_trace(
                arguments, operands, inputs.count, names, operands + inputs.count,
                attributes.count,
                { context, inputs, count, out in
                  guard let context, let inputs, let out else { return false }
                  let traced = Unmanaged<Traced>.fromOpaque(context).takeUnretainedValue()
                  let tensors = UnsafeBufferPointer(start: inputs, count: count).compactMap {
                    $0.map { Tensor(TensorHandle(owning: $0)) }
                  }
                  return traced.run(tensors, out)
                }, Unmanaged.passUnretained(traced).toOpaque(), &result)
            }
          }
        }
      } catch {
        throw traced.fault ?? error
      }
    }
    self.init(try Self.handle(result, "trace"))
  }

  /// What `torch.jit.load` reads.
  public func bytes() throws(TensorError) -> [UInt8] {
    var text: OpaquePointer?
    try TorchCall.run("save", []) { _ in ct_script_save(handle.pointer, &text) }
    return Self.taken(text)
  }

  /// As TorchScript says it: `forward(__torch__.Net self, Tensor x) -> Tensor`.
  public func signature() throws(TensorError) -> String {
    var text: OpaquePointer?
    try TorchCall.run("signature", []) { _ in ct_script_signature(handle.pointer, &text) }
    return String(decoding: Self.taken(text), as: UTF8.self)
  }

  /// How many arguments `forward` can be called with.
  public func argumentCounts() throws(TensorError) -> ClosedRange<Int> {
    var (needed, all) = (0, 0)
    try TorchCall.run("arguments", []) { _ in
      ct_script_arguments(handle.pointer, &needed, &all)
    }
    return min(needed, all)...all
  }

  /// Numbers in all parameters.
  public var parameterCount: Int { Int(ct_script_parameter_count(handle.pointer)) }

  /// Runs `forward` without gradients.
  ///
  /// - Parameters:
  ///   - names: where given, the inputs go in as one dict.
  ///   - steps: the way to the tensor in what it returns.
  /// - Throws: `TensorError` with what TorchScript said.
  public func callAsFunction(
    _ inputs: [Tensor], names: [String]? = nil, at steps: [Step] = []
  ) throws(TensorError) -> Tensor {
    let keys = CStrings(names ?? [])
    let places = CStrings(
      steps.map { if case .key(let key) = $0 { key } else { "" } })
    return try TorchCall.make("forward", inputs) { operands, out in
      keys.withPointers { keys in
        places.withPointers { places in
          let path = steps.enumerated().map { place, step in
            switch step {
            case .index(let index): CTStep(key: nil, index: Int64(index))
            case .key: CTStep(key: places?[place], index: 0)
            }
          }
          return ct_script_forward(
            handle.pointer, operands, names == nil ? nil : keys, inputs.count, path, path.count,
            out)
        }
      }
    }
  }

  private static func handle(
    _ pointer: OpaquePointer?, _ operation: String
  ) throws(TensorError) -> ScriptHandle {
    guard let pointer else {
      throw TensorError(operation: operation, shapes: [], message: "gave no module")
    }
    return ScriptHandle(owning: pointer)
  }

  private static func taken(_ text: OpaquePointer?) -> [UInt8] {
    guard let text else { return [] }
    defer { ct_text_free(text) }
    return Array(UnsafeRawBufferPointer(start: ct_text_bytes(text), count: ct_text_length(text)))
  }
}

/// The function that a trace runs once, and what went wrong in it.
private final class Traced {
  private let body: ([Tensor]) throws -> Tensor
  private(set) var fault: (any Error)?

  init(_ body: @escaping ([Tensor]) throws -> Tensor) { self.body = body }

  func run(_ inputs: [Tensor], _ out: UnsafeMutablePointer<OpaquePointer?>) -> Bool {
    do {
      let answer = try body(inputs)
      // The caller gets a handle of its own.
      var copy: OpaquePointer?
      try TorchCall.run("answer", [answer]) { ct_share($0[0], &copy) }
      out.pointee = copy
      return true
    } catch {
      fault = error
      return false
    }
  }
}

/// One module, freed when its last owner goes away.
///
/// `@unchecked Sendable`: in evaluation `forward` writes to nothing that it shares.
private final class ScriptHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { ct_script_free(pointer) }
}

/// Texts as C sees them.
private struct CStrings {
  private let bytes: [CChar]
  private let starts: [Int]

  init(_ texts: [String]) {
    var (bytes, starts): ([CChar], [Int]) = ([], [])
    for text in texts {
      starts.append(bytes.count)
      bytes += text.utf8CString
    }
    self.bytes = bytes
    self.starts = starts
  }

  func withPointers<Result>(
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
  ) -> Result {
    bytes.withUnsafeBufferPointer { bytes in
      let pointers = starts.map { start in bytes.baseAddress.map { $0 + start } }
      return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
  }
}
