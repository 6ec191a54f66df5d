import Dispatch
import Tensors
import Testing

@Suite struct LibTorchTests {
  @Test func saysItsVersion() {
    #expect(LibTorch.version.split(separator: ".").count == 3)
  }

  /// The sum of many values is taken in parts, one for each thread: it tells how many there are.
  @Test func anOperationTakesOneThreadWhateverCallsIt() throws {
    let x = try RandomStream(seed: 1).normal([200_000])
    let alone = try x.sum().item()
    DispatchQueue.concurrentPerform(iterations: 16) { _ in
      #expect((try? x.sum().item()) == alone)
      #expect(LibTorch.intraOperationThreads == 1)
    }
  }
}
