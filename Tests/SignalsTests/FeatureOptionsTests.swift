import Diagnostics
import Signals
import Testing

@Suite struct FeatureOptionsTests {
  @Test func defaultsAreTorchaudios() throws {
    let options = try FeatureOptions(kind: .mfcc)
    #expect(options.fftLength == 400)
    #expect(options.windowLength == 400)
    #expect(options.hopLength == 200)
    #expect(options.power == 2)
    #expect(options.melCount == 128)
    #expect(options.maximumFrequency == 8000)
    #expect(options.coefficientCount == 40)
    #expect(options.logarithm == .decibels(top: 80))
    #expect(try FeatureOptions(kind: .logMel).logarithm == .natural(offset: 1e-6))
    #expect(try FeatureOptions(kind: .logMel, windowLength: 300).hopLength == 150)
    // torchaudio's maximum is a whole number of Hz.
    #expect(try FeatureOptions(kind: .logMel, sampleRate: 22051).maximumFrequency == 11025)
  }

  private func complaints(_ make: () throws -> FeatureOptions) -> [String] {
    do {
      _ = try make()
      return []
    } catch {
      return Diagnostic.all(of: error, subject: "").map(\.description)
    }
  }

  @Test func aHopOfNothingIsRefused() {
    #expect(
      complaints { try FeatureOptions(kind: .spectrogram, hopLength: 0) } == [
        "features: error: 'hop-length' is 0; it must be from 1 to 1000000000 samples"
      ])
  }

  @Test func frequenciesBeyondHalfTheRateAreRefused() {
    #expect(
      complaints {
        try FeatureOptions(
          kind: .logMel, sampleRate: 8000, maximumFrequency: 8000, at: { "a.yaml:3:\($0)" })
      } == [
        """
        a.yaml:3:maximum-frequency: error: 'maximum-frequency' is 8000.0; it must be half the \
        sample rate of 8000 Hz at most, 4000.0
          mend: a sound holds nothing above half its sample rate
        """
      ])
  }

  @Test func allFaultsAreToldTogether() {
    let found = complaints {
      try FeatureOptions(
        kind: .mfcc, sampleRate: 16000, fftLength: 256, windowLength: 300, hopLength: -1,
        padding: -1, power: .nan, melCount: 13, minimumFrequency: 4000, maximumFrequency: 100,
        logarithm: .decibels(top: -1), coefficientCount: 14)
    }
    #expect(
      found.map { $0.split(separator: "\n")[0] } == [
        "features: error: 'window-length' is 300; it must be from 1 to 'fft-length', 256 samples",
        "features: error: 'hop-length' is -1; it must be from 1 to 1000000000 samples",
        "features: error: 'padding' is -1; it must be from 0 to 1000000000 samples",
        "features: error: 'power' is nan; it must be above 0 and finite",
        "features: error: 'maximum-frequency' is 100.0; it must be above 'minimum-frequency', "
          + "4000.0 Hz",
        "features: error: 'top-decibels' is -1.0; it must be 0 or above, and finite",
        "features: error: 'coefficient-count' is 14; it must be from 1 to 'mel-count', 13",
      ])
  }

  @Test func extremeNumbersAreRefusedNotComputed() {
    func isRefused(_ make: () throws -> FeatureOptions) -> Bool { !complaints(make).isEmpty }
    for number in [Int.min, -1, 0, Int.max] {
      #expect(isRefused { try FeatureOptions(kind: .mfcc, sampleRate: number) })
      #expect(isRefused { try FeatureOptions(kind: .mfcc, fftLength: number) })
      #expect(isRefused { try FeatureOptions(kind: .mfcc, windowLength: number) })
      #expect(isRefused { try FeatureOptions(kind: .mfcc, hopLength: number) })
      #expect(isRefused { try FeatureOptions(kind: .mfcc, melCount: number) })
      #expect(isRefused { try FeatureOptions(kind: .mfcc, coefficientCount: number) })
      #expect(isRefused { try FeatureOptions(kind: .mfcc, padding: number) } == (number != 0))
    }
    for number in [Double.nan, .infinity, -.infinity, -1] {
      #expect(isRefused { try FeatureOptions(kind: .mfcc, power: number) })
      #expect(isRefused { try FeatureOptions(kind: .mfcc, minimumFrequency: number) })
      #expect(isRefused { try FeatureOptions(kind: .mfcc, maximumFrequency: number) })
      #expect(
        isRefused { try FeatureOptions(kind: .mfcc, logarithm: .natural(offset: number)) })
    }
  }
}
