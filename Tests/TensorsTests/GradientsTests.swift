import Dispatch
import Tensors
import Testing

@Suite struct GradientsTests {
  @Test func parametersThatTheLossDoesNotReachGetZero() throws {
    let a = try Tensor([1, 2] as [Float], shape: [2]).asParameter()
    let b = try Tensor.zeros([3]).asParameter()
    let found = try gradients(of: a.squared().sum(), withRespectTo: [a, b])
    #expect(try found.map { try $0.floats() } == [[2, 4], [0, 0, 0]])
  }

  @Test func detachedTensorsAreConstants() throws {
    let a = try Tensor([3] as [Float], shape: [1]).asParameter()
    let found = try gradients(of: (a * a.detached()).sum(), withRespectTo: [a])
    #expect(try found[0].item() == 3)
  }

  @Test func aLossMustBeOneNumberWithAHistory() throws {
    let a = try Tensor([1, 2] as [Float], shape: [2]).asParameter()
    let error = #expect(throws: TensorError.self) {
      try gradients(of: a.squared(), withRespectTo: [a])
    }
    #expect(error?.operation == "gradients")
    #expect(error?.shapes == [[2], [2]])
    #expect(throws: TensorError.self) {
      try gradients(of: a.detached().sum(), withRespectTo: [a])
    }
    #expect(throws: TensorError.self) {
      try gradients(of: a.sum(), withRespectTo: [Tensor.zeros([2])])
    }
    let loss = try a.squared().sum()
    _ = try gradients(of: loss, withRespectTo: [a])
    // The history is used up.
    #expect(throws: TensorError.self) { try gradients(of: loss, withRespectTo: [a]) }
  }

  @Test func classesCannotBeParameters() throws {
    #expect(throws: TensorError.self) { try Tensor(classes: [1]).asParameter() }
  }

  @Test func nothingIsRecordedInsideWithoutGradients() throws {
    let a = try Tensor([3] as [Float], shape: [1]).asParameter()
    let inside = try withoutGradients { try a.squared() }
    #expect(!inside.requiresGradient)
    #expect(try a.squared().requiresGradient)
    struct Left: Error {}
    #expect(throws: Left.self) { try withoutGradients { throw Left() } }
    #expect(try a.squared().requiresGradient)
    let nested = try withoutGradients {
      _ = try withoutGradients { try a.squared() }
      return try a.squared()
    }
    #expect(!nested.requiresGradient)
  }

  @Test func recordingIsAMatterOfTheThread() throws {
    let a = try Tensor([3] as [Float], shape: [1]).asParameter()
    withoutGradients {
      DispatchQueue.concurrentPerform(iterations: 8) { index in
        // This thread may take part, with its own setting.
        let other = try? withoutGradients { try a.squared() }
        #expect(other?.requiresGradient == false, "\(index)")
      }
    }
    #expect(try a.squared().requiresGradient)
  }
}
