import Signals
import Testing

@Suite struct MelScaleTests {
  @Test(arguments: MelScale.allCases)
  func frequenciesComeBack(scale: MelScale) {
    for frequency in stride(from: 0.0, through: 24000, by: 321.5) {
      #expect(abs(scale.frequency(scale.mel(frequency)) - frequency) < 1e-9 * max(1, frequency))
    }
  }

  /// The scales' own definitions: 1000 Hz are about 1000 mel, and 15 mel of 200/3 Hz.
  @Test func knownPlaces() {
    #expect(abs(MelScale.htk.mel(1000) - 1000) < 0.02)
    #expect(abs(MelScale.slaney.mel(1000) - 15) < 1e-12)
    #expect(abs(MelScale.slaney.mel(6400) - 42) < 1e-12)
  }
}
