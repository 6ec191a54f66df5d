import Arrays
import Diagnostics
import Foundation
import Signals
import Testing

@Suite struct SoundFeaturesTests {
  private func noise(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  private func floats(_ array: NumberArray) -> [Float] { array.values(as: Float.self) }

  // MARK: Shapes and times

  @Test func shapesNameFramesChannelsAndFeatures() throws {
    let features = SoundFeatures(
      try FeatureOptions(kind: .logMel, fftLength: 64, hopLength: 10, melCount: 8))
    #expect(try features(noise(100, seed: 1)).shape == [11, 8])
    let sound = NumberArray(noise(200, seed: 1), shape: [100, 2])
    #expect(try features(sound).shape == [11, 2, 8])
    #expect(try features(sound.reshaped([200, 1])).shape == [21, 8])
    #expect(try features(sound.reshaped([200])).shape == [21, 8])
    #expect(features.rate == 1600)
    #expect(features.axis == "mel")
    let mfcc = SoundFeatures(
      try FeatureOptions(kind: .mfcc, fftLength: 64, melCount: 8, coefficientCount: 5))
    #expect(mfcc.featureCount == 5)
    #expect(mfcc.axis == "coefficient")
    let spectrogram = SoundFeatures(try FeatureOptions(kind: .spectrogram, fftLength: 63))
    #expect(spectrogram.featureCount == 32)
    #expect(spectrogram.axis == "bin")
  }

  /// A click is loudest in the frame whose time is the click's.
  @Test(arguments: [true, false], [0, 70])
  func timesAreThoseOfTheSound(isCentred: Bool, padding: Int) throws {
    let features = SoundFeatures(
      try FeatureOptions(
        kind: .spectrogram, sampleRate: 1000, fftLength: 32, hopLength: 4, padding: padding,
        isCentred: isCentred))
    var click = [Float](repeating: 0, count: 300)
    click[120] = 1
    let result = try features(click)
    let energies = floats(result)
    let count = features.featureCount
    let loudest = (0..<result.shape[0]).max { energies[$0 * count] < energies[$1 * count] } ?? 0
    let time = features.start + Double(loudest) / features.rate
    // The nearest frame is at most half a hop away.
    #expect(abs(time - 0.120) <= 0.002_000_1)
    #expect(try features.frameCount(samples: 300) == result.shape[0])
  }

  // MARK: Values

  @Test func channelsAreTakenEachForItself() throws {
    let (left, right) = (noise(700, seed: 2), noise(700, seed: 3))
    for kind in FeatureOptions.Kind.allCases {
      let features = SoundFeatures(
        try FeatureOptions(
          kind: kind, fftLength: 50, melCount: 7, logarithm: .natural(offset: 1e-6),
          coefficientCount: 6))
      let count = features.featureCount
      let both = floats(
        try features(
          NumberArray(zip(left, right).flatMap { [$0, $1] }, shape: [700, 2])))
      for (channel, samples) in [left, right].enumerated() {
        let alone = try features(samples)
        let wanted = floats(alone)
        for frame in 0..<alone.shape[0] {
          let place = (2 * frame + channel) * count
          #expect(both[place..<place + count] == wanted[frame * count..<(frame + 1) * count])
        }
      }
    }
  }

  @Test func everyTypeOfSampleGivesTheSame() throws {
    let samples = noise(900, seed: 4).map { Int16($0 * 32767) }
    let features = SoundFeatures(try FeatureOptions(kind: .logMel, fftLength: 100, melCount: 12))
    let wanted = try features(NumberArray(samples, shape: [900]))
    let reals = samples.map { Float($0) / 32768 }
    #expect(try features(reals) == wanted)
    #expect(try features(NumberArray(reals, shape: [900, 1])) == wanted)
    #expect(try features(NumberArray(reals.map(Double.init), shape: [900])) == wanted)
    // Halves hold multiples of 1/2048 exactly.
    let coarse = samples.map { Float($0 / 16) / 2048 }
    #expect(
      try features(NumberArray(coarse.map { Float16($0) }, shape: [900])) == features(coarse))
  }

  @Test func halfPrecisionIsTheRoundedFeature() throws {
    for kind in [FeatureOptions.Kind.logMel, .mfcc, .spectrogram] {
      let (whole, half) = (
        SoundFeatures(
          try FeatureOptions(kind: kind, fftLength: 64, melCount: 9, coefficientCount: 7)),
        SoundFeatures(
          try FeatureOptions(
            kind: kind, fftLength: 64, melCount: 9, coefficientCount: 7, isHalfPrecision: true))
      )
      let samples = noise(517, seed: 5)
      let result = try half(samples)
      #expect(result.type == .float16)
      #expect(half.type == .float16)
      #expect(result.values(as: Float16.self) == floats(try whole(samples)).map { Float16($0) })
    }
  }

  /// Which frames lie side by side must not show: bit for bit.
  @Test func aFrameKnowsNothingOfItsNeighbours() throws {
    let options = try FeatureOptions(
      kind: .logMel, fftLength: 120, hopLength: 40, isCentred: false, melCount: 11)
    let features = SoundFeatures(options)
    let samples = noise(4000, seed: 6)
    let all = floats(try features(samples))
    for start in [1, 2, 3, 5, 33] {
      let part = floats(try features(Array(samples[(start * 40)...])))
      #expect(part[...] == all[(start * 11)...])
    }
  }

  @Test func brokenSamplesSpoilTheirOwnFramesAlone() throws {
    let features = SoundFeatures(
      try FeatureOptions(
        kind: .logMel, fftLength: 64, hopLength: 64, isCentred: false, melCount: 6))
    var samples = noise(64 * 10, seed: 7)
    let clean = floats(try features(samples))
    samples[64 * 4 + 30] = .nan
    samples[64 * 7 + 31] = .infinity
    let result = floats(try features(samples))
    for frame in 0..<10 {
      for mel in 0..<6 {
        let value = result[frame * 6 + mel]
        #expect([4, 7].contains(frame) ? value.isNaN : value == clean[frame * 6 + mel])
      }
    }
  }

  @Test func silenceIsTheOffsetAlone() throws {
    let features = SoundFeatures(try FeatureOptions(kind: .logMel, melCount: 20))
    let result = floats(try features([Float](repeating: 0, count: 1000)))
    // log(1e-6) to the digits of float32.
    #expect(result.allSatisfy { abs($0 - -13.815_51) < 1e-5 })
  }

  @Test func levelsEndAtTheTopBelowTheLoudest() throws {
    var samples = noise(3000, seed: 8)
    for index in 1000..<2000 { samples[index] = 0 }
    let features = SoundFeatures(
      try FeatureOptions(
        kind: .logMel, fftLength: 128, melCount: 10, logarithm: .decibels(top: 25)))
    let levels = floats(try features(samples))
    let (least, loudest) = (levels.min() ?? 0, levels.max() ?? 0)
    #expect(abs(loudest - least - 25) < 1e-4)
    let free = SoundFeatures(
      try FeatureOptions(
        kind: .logMel, fftLength: 128, melCount: 10, logarithm: .decibels(top: nil)))
    #expect(abs((floats(try free(samples)).min() ?? 0) - -100) < 1e-4)
  }

  @Test func oneValueServesManyThreads() async throws {
    let features = SoundFeatures(try FeatureOptions(kind: .mfcc, fftLength: 128, melCount: 40))
    let samples = noise(2000, seed: 9)
    let wanted = try features(samples)
    try await withThrowingTaskGroup(of: NumberArray.self) { group in
      for _ in 0..<8 { group.addTask { try features(samples) } }
      for try await result in group { #expect(result == wanted) }
    }
  }

  // MARK: What has no features

  private func complaint(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func tooShortASoundSaysWhatItTakes() throws {
    let features = SoundFeatures(try FeatureOptions(kind: .logMel, melCount: 20))
    #expect(
      complaint { _ = try features(noise(200, seed: 1), subject: "a.wav") } == """
        a.wav: error: the sound has 200 samples; mirroring its ends takes more than 200
          mend: 'padding-mode: constant', or a shorter 'fft-length' than 400
        """)
    #expect(try features(noise(201, seed: 1)).shape == [2, 20])
    #expect(
      complaint { _ = try features([], subject: "a.wav") }
        == "a.wav: error: the sound has no samples")
    let begun = SoundFeatures(
      try FeatureOptions(kind: .logMel, isCentred: false, melCount: 20))
    #expect(
      complaint { _ = try begun(noise(399, seed: 1)) } == """
        sound: error: the sound has 399 samples, fewer than one frame of 400
          mend: a shorter 'fft-length', or centred frames
        """)
    #expect(try begun(noise(400, seed: 1)).shape == [1, 20])
  }

  @Test func zerosAroundMakeAFrameOfOneSample() throws {
    let features = SoundFeatures(
      try FeatureOptions(kind: .spectrogram, fftLength: 30, paddingMode: .constant))
    // The window is 1 in its middle, and a click has all frequencies.
    let energies = floats(try features([0.5]))
    #expect(energies.count == 16)
    for energy in energies { #expect(abs(energy - 0.25) < 1e-6) }
  }

  @Test func aRepeatedSampleIsConstant() throws {
    let features = SoundFeatures(
      try FeatureOptions(kind: .spectrogram, fftLength: 30, paddingMode: .replicate))
    let energies = floats(try features([0.5]))
    // The window's own spectrum: 15 and 7.5 times the sample, then nothing.
    #expect(abs(energies[0] - 56.25) < 1e-4)
    #expect(abs(energies[1] - 14.0625) < 1e-4)
    for energy in energies[2...] { #expect(energy < 1e-9) }
  }

  @Test func arraysThatAreNoSoundAreRefused() throws {
    let features = SoundFeatures(try FeatureOptions(kind: .spectrogram, fftLength: 4))
    #expect(
      complaint {
        _ = try features(NumberArray([UInt8](repeating: 0, count: 8), shape: [8]), subject: "a")
      } == """
        a: error: numbers of type uint8 have no known full scale
          mend: sounds are int16, or reals of full scale 1
        """)
    #expect(
      complaint {
        _ = try features(NumberArray([Float](repeating: 0, count: 8), shape: [2, 2, 2]))
      } == """
        sound: error: an array of shape [2, 2, 2] is no sound
          mend: sounds have the axes 'time' and, where there are several, 'channel'
        """)
    #expect(
      complaint { _ = try features(NumberArray([Float](), shape: [5, 0])) }
        == "sound: error: the sound has no channels")
    #expect(
      complaint { _ = try features(NumberArray([Float](), shape: [0, 2])) }
        == "sound: error: the sound has no samples")
  }

  @Test func countsBeyondIntegersAreRefused() throws {
    let features = SoundFeatures(try FeatureOptions(kind: .spectrogram))
    for samples in [Int.min, -1, Int.max] {
      #expect(throws: Diagnostic.self) { try features.frameCount(samples: samples) }
    }
  }

  @Test func moreThanMemoryHoldsIsRefused() throws {
    let features = SoundFeatures(
      try FeatureOptions(
        kind: .spectrogram, fftLength: 1 << 15, hopLength: 1, padding: 1 << 20,
        paddingMode: .constant))
    #expect(
      complaint { _ = try features([1], subject: "a.wav") } == """
        a.wav: error: 2097154 frames of 1 channels and 16385 features are over 4 GiB
          mend: a longer 'hop-length' than 1, or a shorter part
        """)
  }

  @Test func filtersWithoutBinsAreReported() throws {
    let features = SoundFeatures(try FeatureOptions(kind: .logMel), subject: "a.yaml:2:3")
    #expect(
      features.warnings.map(\.description) == [
        """
        a.yaml:2:3: warning: 4 of 128 mel filters (the first is number 0) are narrower than the \
        bins of the spectrum and always 0
          mend: a smaller 'mel-count' than 128, or a longer 'fft-length' than 400
        """
      ])
    #expect(SoundFeatures(try FeatureOptions(kind: .logMel, melCount: 64)).warnings.isEmpty)
  }
}
