import Testing

@testable import Tensors

/// Modules traced here, saved, loaded and run.
@Suite struct ScriptTests {
  /// A small map with a parameter and a buffer.
  static func script() throws -> (script: Script, weight: Tensor) {
    let weight = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]).asParameter()
    let scale = try Tensor([2] as [Float], shape: [1])
    let input = try Tensor([1, 0, 0, 0, 1, 0] as [Float], shape: [2, 3])
    let script = try Script(
      tracing: [input], arguments: ["x"], parameters: [("a.0.weight", weight)],
      buffers: [("inputs.x.scale", scale)]
    ) { try linear($0[0] * scale, weight: weight, bias: nil) }
    return (script, weight)
  }

  @Test func aTraceRunsOnAnyNumberOfRowsAndSurvivesSaving() throws {
    let (script, _) = try Self.script()
    let loaded = try Script(script.bytes())
    #expect(loaded.parameterCount == 6)
    #expect(try loaded.argumentCounts() == 1...1)
    #expect(try loaded.signature().contains("Tensor x"))
    for count in [1, 2, 5] {
      let rows = try Tensor((0..<count * 3).map(Float.init), shape: [count, 3])
      let answer = try loaded([rows])
      #expect(answer.shape == [count, 2])
      #expect(try answer.floats().prefix(2) == [16, 34])
      #expect(try answer.floats() == script([rows]).floats())
    }
  }

  @Test func theSameTraceSavesTheSameBytes() throws {
    #expect(try Self.script().script.bytes() == Self.script().script.bytes())
  }

  @Test func aParameterThatMovesIsSavedAsItThenIs() throws {
    let (script, weight) = try Self.script()
    try weight.assign(Tensor.zeros([2, 3]))
    let answer = try Script(script.bytes())([Tensor([1, 1, 1] as [Float], shape: [1, 3])])
    #expect(try answer.floats() == [0, 0])
  }

  @Test func whatTheTracedFunctionThrowsComesOut() throws {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try Script(tracing: [Tensor.zeros([1])], arguments: ["x"], parameters: [], buffers: []) {
        _ in throw Stop()
      }
    }
  }

  @Test(arguments: [[], [0x50, 0x4B, 0x03, 0x04], Array("no network".utf8)] as [[UInt8]])
  func bytesThatAreNoModuleAreRefused(_ bytes: [UInt8]) throws {
    #expect(throws: TensorError.self) { try Script(bytes) }
  }

  @Test func everyCutOfAModuleIsRefused() throws {
    let bytes = try Self.script().script.bytes()
    for length in stride(from: 0, to: bytes.count - 1, by: 97) {
      #expect(throws: TensorError.self) { try Script(Array(bytes.prefix(length))) }
    }
  }

  @Test func aWrongPlaceInTheAnswerIsNamed() throws {
    let (script, _) = try Self.script()
    let rows = try Tensor.zeros([1, 3])
    let error = #expect(throws: TensorError.self) { try script([rows], at: [.key("logits")]) }
    #expect(error?.message.contains("it returns a tensor, not a dict with 'logits'") == true)
    let other = #expect(throws: TensorError.self) { try script([rows], at: [.index(1)]) }
    #expect(other?.message.contains("not a tuple or list with place 1") == true)
    #expect(throws: TensorError.self) { try script([rows, rows]) }
  }

  @Test func helpersAgreeWithTheirFormulas() throws {
    let x = try Tensor([0, 1, 2, -1] as [Double], shape: [2, 2])
    let sums = try x.logSumExp(axis: 1).doubles()
    #expect(abs(sums[0] - 1.3132616875182228) < 1e-12)
    #expect(try x.greatest(axis: 1).doubles() == [1, 2])
    #expect(try x.clamped(to: 0...1).doubles() == [0, 1, 1, 0])
    let holes = try Tensor([1, .nan] as [Float], shape: [2])
    #expect(try !holes.isFinite())
    #expect(try holes.replacingNaN(with: 3).floats() == [1, 3])
  }
}
