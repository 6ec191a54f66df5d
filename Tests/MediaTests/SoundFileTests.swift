import Arrays
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite struct SoundFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: folder.path(name)))
    return folder.path(name)
  }

  // MARK: wav, bit by bit

  struct Wave: Sendable, CustomStringConvertible {
    var bits: Int
    var isReal = false
    var isExtensible = false
    var extras = false
    var channels = 1
    var description: String {
      "\(bits) bits\(isReal ? " real" : "")\(isExtensible ? " extensible" : "") × \(channels)"
    }

    static let all = [
      Wave(bits: 8), Wave(bits: 16), Wave(bits: 16, extras: true, channels: 2), Wave(bits: 24),
      Wave(bits: 24, isExtensible: true, extras: true, channels: 2), Wave(bits: 32),
      Wave(bits: 32, isExtensible: true), Wave(bits: 32, isReal: true),
      Wave(bits: 32, isReal: true, isExtensible: true, channels: 2), Wave(bits: 64, isReal: true),
    ]
  }

  /// Samples of every kind, what they mean as the widest numbers, and what comes out.
  @Test(arguments: Wave.all)
  func everyKindOfWavIsExact(_ wave: Wave) throws {
    var random = Randomness(state: 1)
    let count = 999 * wave.channels
    var bytes: [UInt8] = []
    var wanted: [Double] = []
    for _ in 0..<count {
      let number = Int32(truncatingIfNeeded: random.next())
      switch (wave.bits, wave.isReal) {
      case (8, _):
        let byte = UInt8(truncatingIfNeeded: number)
        bytes.append(byte)
        wanted.append((Double(byte) - 128) * 256)
      case (16, _):
        let value = Int16(truncatingIfNeeded: number)
        bytes += MadeFiles.little(value)
        wanted.append(Double(value))
      case (24, _):
        let value = number >> 8
        bytes += MadeFiles.little(value).prefix(3)
        wanted.append(Double(Float(value << 8) / 0x1p31))
      case (32, false):
        bytes += MadeFiles.little(number)
        wanted.append(Double(Float(number) / 0x1p31))
      case (32, true):
        let value = Float(number) / 0x1p30
        bytes += MadeFiles.little(value.bitPattern)
        wanted.append(Double(value))
      default:
        let value = Double(number) / 0x1p31
        bytes += MadeFiles.little(value.bitPattern)
        wanted.append(Double(Float(value)))
      }
    }
    let path = try write(
      "a.bin",
      MadeFiles.wav(
        bytes, bits: wave.bits, tag: wave.isReal ? 3 : 1, channels: wave.channels,
        isExtensible: wave.isExtensible, extras: wave.extras))
    let sound = try SoundFile.read(path)
    #expect(sound.samples.type == (wave.bits <= 16 ? .int16 : .float32))
    #expect(sound.samples.shape == [999, wave.channels])
    #expect(sound.samples.values(as: Double.self) == wanted)
    #expect(sound.rate == 8000)
    #expect(sound.sourceRate == 8000)
    #expect(sound.sourceChannels == wave.channels)
    #expect(sound.start == 0)
    #expect(sound.silence == 0)
  }

  @Test func sixteenBitsAsRealsAreSharesOf32768() throws {
    let path = try write(
      "a.wav", MadeFiles.wav([-32768, 1, 32767].flatMap { MadeFiles.little(Int16($0)) }, bits: 16))
    let sound = try SoundFile.read(path, SoundOptions(type: .float32))
    #expect(sound.samples.values(as: Double.self) == [-1, 1 / 32768, 32767 / 32768])
  }

  @Test func rangesOfWavAreExactToTheSample() throws {
    let values = (0..<20000).map { Int16(truncatingIfNeeded: $0 &* 7919) }
    let path = try write("a.wav", MadeFiles.wav(values.flatMap(MadeFiles.little), bits: 16))
    var random = Randomness(state: 2)
    for _ in 0..<50 {
      let first = Int.random(in: 0..<19999, using: &random)
      let end = Int.random(in: (first + 1)..<20001, using: &random)
      let range = TimeRange(start: Double(first) / 8000, stop: Double(end) / 8000)
      let sound = try SoundFile.read(path, SoundOptions(range: range))
      #expect(sound.samples.values(as: Int16.self) == Array(values[first..<end]))
      #expect(sound.start == Double(first) / 8000)
    }
    // Half-open, between samples as well.
    let between = TimeRange(start: 0.5 / 8000, stop: 2.5 / 8000)
    let sound = try SoundFile.read(path, SoundOptions(range: between))
    #expect(sound.samples.values(as: Int16.self) == Array(values[1..<3]))
  }

  // MARK: Against the ffmpeg tool

  /// Golden: the ffmpeg tool (its version stands in the file). Lossless is exact; lossy decoders may
  /// round otherwise on other processors.
  @Test(arguments: Recordings.sounds)
  func soundIsThatOfTheTool(_ name: String) throws {
    let golden = try #require(Recordings.golden()[name])
    let path = try Recordings.path(name)
    let sound = try SoundFile.read(path)
    #expect(sound.samples.type == .int16)
    expectNear(
      sound.samples.values(as: Double.self), try #require(golden.sound),
      tolerance: name.hasSuffix("flac") ? 0 : 1, name)
    #expect(abs(sound.start - (try #require(golden.start))) < 1e-6)
    let mono = try SoundFile.read(path, SoundOptions(rate: 8000, channels: .mono))
    #expect(mono.rate == 8000)
    #expect(mono.samples.shape.last == 1)
    expectNear(
      mono.samples.values(as: Double.self), try #require(golden.mono8000), tolerance: 1, name)
  }

  @Test func twentyFourBitsComeAsReals() throws {
    let golden = try #require(Recordings.golden()["deep.flac"]?.sound)
    let sound = try SoundFile.read(Recordings.path("deep.flac"))
    #expect(sound.samples.type == .float32)
    expectNear(sound.samples.values(as: Double.self), golden, tolerance: 0, "deep.flac")
  }

  /// Whole seconds of samples, without what the encoder put before and behind them.
  @Test func encoderDelayIsTakenAway() throws {
    let sound = try SoundFile.read(Recordings.path("tones.mp3"))
    #expect(sound.samples.shape == [110250, 2])
    #expect(sound.start == 0)
    let opus = try SoundFile.read(Recordings.path("clip.webm"))
    #expect(opus.samples.shape == [57600, 2])
  }

  // MARK: Ranges

  @Test(
    arguments: Recordings.sounds + ["deep.flac"],
    [
      SoundOptions(), SoundOptions(rate: 16000, channels: .mono),
      SoundOptions(rate: 11025, type: .float32),
    ])
  func aRangeIsThatPartOfTheWhole(_ name: String, _ options: SoundOptions) throws {
    let path = try Recordings.path(name)
    let whole = try SoundFile.read(path, options)
    let all = whole.samples.values(as: Float.self)
    let channels = whole.samples.shape[1]
    let length = whole.samples.shape[0]
    var random = Randomness(state: UInt64(name.utf8.count))
    for round in 0..<4 {
      let first = Int.random(in: 0..<(length - 1), using: &random)
      let end = round == 0 ? length : Int.random(in: (first + 1)...length, using: &random)
      var options = options
      options.range = TimeRange(
        start: whole.start + Double(first) / whole.rate,
        stop: round == 0 ? nil : whole.start + Double(end) / whole.rate)
      let part = try SoundFile.read(path, options)
      #expect(part.samples.shape == [end - first, channels], "\(first)..<\(end)")
      #expect(abs(part.start - (whole.start + Double(first) / whole.rate)) < 1e-9)
      #expect(
        part.samples.values(as: Float.self) == Array(all[(first * channels)..<(end * channels)]),
        "\(first)..<\(end)")
    }
  }

  @Test func soundThatBeginsLaterSaysSo() throws {
    let path = try Recordings.path("uneven.mp4")
    let sound = try SoundFile.read(path)
    #expect(abs(sound.start - 0.306) < 1e-9)
    // A range before it takes what there is.
    let early = try SoundFile.read(path, SoundOptions(range: TimeRange(start: 0, stop: 0.406)))
    #expect(early.start == sound.start)
    #expect(early.samples.shape[0] == 1600)
  }

  // MARK: Gaps

  /// An AVI of 16-bit sound at 8000 Hz would hold no stamps; Matroska does. This one, written here,
  /// holds blocks of 800 samples at the given times.
  private func matroska(_ blocks: [(milliseconds: Int16, samples: [Int16])]) -> [UInt8] {
    func element(_ name: [UInt8], _ body: [UInt8]) -> [UInt8] {
      name + MadeFiles.big(UInt64(body.count) | 1 << 56) + body
    }
    let header = element(
      [0x1A, 0x45, 0xDF, 0xA3], element([0x42, 0x82], Array("matroska".utf8)))
    let audio = element(
      [0xE1],
      element([0xB5], MadeFiles.big((8000.0).bitPattern)) + element([0x9F], [1])
        + element([0x62, 0x64], [16]))
    let track = element(
      [0xAE],
      element([0xD7], [1]) + element([0x73, 0xC5], [1]) + element([0x83], [2])
        + element([0x86], Array("A_PCM/INT/LIT".utf8)) + audio)
    let cluster = element(
      [0x1F, 0x43, 0xB6, 0x75],
      element([0xE7], [0])
        + blocks.flatMap { block in
          element(
            [0xA3],
            [0x81] + MadeFiles.big(block.milliseconds) + [0x80]
              + block.samples.flatMap(MadeFiles.little))
        })
    let information = element(
      [0x15, 0x49, 0xA9, 0x66], element([0x2A, 0xD7, 0xB1], [0x0F, 0x42, 0x40]))
    return header
      + element(
        [0x18, 0x53, 0x80, 0x67], information + element([0x16, 0x54, 0xAE, 0x6B], track) + cluster)
  }

  @Test func gapsAreFilledWithSilenceAndTold() throws {
    let ones = [Int16](repeating: 1, count: 800)
    // Jitter of 4 ms, then a gap of 0.5 s.
    let path = try write(
      "a.mkv", matroska([(200, ones), (304, ones), (396, ones), (1000, ones)]))
    let sound = try SoundFile.read(path)
    #expect(sound.start == 0.2)
    #expect(sound.silence == 0.5)
    #expect(
      sound.samples.values(as: Int16.self)
        == [Int16](repeating: 1, count: 2400) + [Int16](repeating: 0, count: 4000) + ones)
    let range = TimeRange(start: 0.9, stop: 1.05)
    let part = try SoundFile.read(path, SoundOptions(range: range))
    #expect(part.silence == 0.1)
    #expect(
      part.samples.values(as: Int16.self)
        == [Int16](repeating: 0, count: 800) + [Int16](repeating: 1, count: 400))
  }

  @Test func stampsThatRunBackAreRefused() throws {
    let ones = [Int16](repeating: 1, count: 800)
    let path = try write("a.mkv", matroska([(200, ones), (300, ones), (200, ones)]))
    let error = #expect(throws: Diagnostic.self) { try SoundFile.read(path) }
    #expect(error?.message.contains("its time stamps run back by 0.2 s") == true, "\(error!)")
  }

  // MARK: Refusals

  @Test func refusesWhatIsNoSound() throws {
    func message(_ path: String, _ options: SoundOptions = SoundOptions()) -> String? {
      #expect(throws: Diagnostic.self) { try SoundFile.read(path, options) }?.message
    }
    let wav = MadeFiles.wav([UInt8](repeating: 0, count: 1600), bits: 16)
    let path = try write("a.wav", wav)
    #expect(try message(Recordings.path("turned.mp4")) == "has no sound")
    #expect(message(folder.path("b.wav")) == "cannot be opened: No such file or directory")
    #expect(message(folder.path) == "is a folder, not a file")
    #expect(try message(write("c.wav", [])) == "is empty")
    #expect(
      try message(write("d.wav", Array("Not a sound at all.\n".utf8)))
        == "is no recording: its bytes look like none")
    #expect(
      message(path, SoundOptions(range: TimeRange(start: 1)))
        == "has no sound in the range: its sound goes from 0 s to 0.1 s")
    #expect(
      message(path, SoundOptions(range: TimeRange(start: 2, stop: 1)))
        == "the range from 2 s to 1 s is empty")
    #expect(
      message(path, SoundOptions(range: TimeRange(start: .nan))) == "the range's start is nan s")
    #expect(message(path, SoundOptions(rate: 0)) == "no sound has a rate of 0 Hz")
    #expect(message(path, SoundOptions(type: .uint8)) == "sound does not come as uint8")
    #expect(
      message(path, SoundOptions(maximumBytes: 1599)) == "its sound takes more than 1599 bytes")
    #expect(mkfifo(folder.path("e.wav"), 0o600) == 0)
    #expect(message(folder.path("e.wav")) == "is neither a file nor a link to one")
    // No rate, no channels.
    let zero = MadeFiles.wav([UInt8](repeating: 0, count: 100), bits: 16, rate: 0)
    #expect(try message(write("f.wav", zero)) != nil)
    var none = wav
    none[22] = 0
    #expect(try message(write("g.wav", none)) != nil)
  }

  @Test(.enabled(if: getuid() != 0, "the superuser may read every file"))
  func refusesWhatMayNotBeRead() throws {
    let path = try write("a.wav", MadeFiles.wav([0, 0], bits: 16))
    #expect(chmod(path, 0) == 0)
    let error = #expect(throws: Diagnostic.self) { try SoundFile.read(path) }
    #expect(error?.message == "cannot be opened: Permission denied")
  }

  @Test func aWavThatIsShorterThanItsHeaderSaysIsCutShort() throws {
    let samples = [UInt8](repeating: 1, count: 1000)
    for declared in [1001, 4_000_000_000] as [UInt32] {
      let path = try write("a.wav", MadeFiles.wav(samples, bits: 16, declared: declared))
      let error = #expect(throws: Diagnostic.self) { try SoundFile.read(path) }
      #expect(
        error?.message
          == "is cut short: its sound goes on to byte \(44 + UInt64(declared)), the file ends at 1044"
      )
    }
    // Written to a pipe: no one knew how long it would be.
    let path = try write("b.wav", MadeFiles.wav(samples, bits: 16, declared: .max))
    #expect(try SoundFile.read(path).samples.shape == [500, 1])
  }

  @Test func whatAPlaylistNamesIsNotRead() throws {
    let wav = try write("a.wav", MadeFiles.wav([UInt8](repeating: 0, count: 100), bits: 16))
    for text in [
      "ffconcat version 1.0\nfile '\(wav)'\n",
      "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:\(wav)\n#EXT-X-ENDLIST\n",
    ] {
      let path = try write("list.mp4", Array(text.utf8))
      let error = #expect(throws: Diagnostic.self) { try SoundFile.read(path) }
      #expect(error?.message.hasPrefix("is no recording: its bytes look like") == true)
    }
  }
}
