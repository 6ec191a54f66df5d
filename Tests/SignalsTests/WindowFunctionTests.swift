import Signals
import Testing

@Suite struct WindowFunctionTests {
  @Test func isPeriodic() {
    #expect(WindowFunction.hann.values(4) == [0, 0.5, 1, 0.5])
    #expect(WindowFunction.hamming.values(2).map { ($0 * 100).rounded() } == [8, 100])
  }

  /// As torch.hann_window(1) has it: the formula would give nothing.
  @Test func oneSampleIsKept() {
    #expect(WindowFunction.hann.values(1) == [1])
    #expect(WindowFunction.hann.values(0) == [])
  }
}
