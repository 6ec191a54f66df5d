import Arrays
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite struct VideoFileTests {
  let small = PictureOptions(size: PictureSize(height: 30, width: 40))

  /// Golden: the ffmpeg tool (its version stands in the file), with the flags of the documentation.
  @Test(arguments: Recordings.videos)
  func framesAreThoseOfTheTool(_ name: String) throws {
    let golden = try #require(Recordings.golden()[name])
    let path = try Recordings.path(name)
    let isTurned = name == "turned.mp4"
    let size = isTurned ? PictureSize(height: 40, width: 30) : PictureSize(height: 30, width: 40)
    let times = try #require(golden.times)
    for (colour, channels, wanted) in [
      (Colour.keep, 3, golden.rgb), (.rgb, 3, golden.rgb), (.grey, 1, golden.grey),
    ] {
      let video = try VideoFile.read(
        path, VideoOptions(picture: PictureOptions(colour: colour, size: size)))
      #expect(video.frames.type == .uint8)
      #expect(video.frames.shape == [times.count, size.height, size.width, channels])
      #expect(zip(video.times, times).allSatisfy { abs($0 - $1) < 2e-6 })
      expectNear(video.frames.values(as: Double.self), try #require(wanted), name)
    }
  }

  @Test func depthStaysDepth() throws {
    let golden = try #require(Recordings.golden()["depth.mkv"]?.grey)
    let video = try VideoFile.read(Recordings.path("depth.mkv"))
    #expect(video.frames.type == .uint16)
    #expect(video.frames.shape == [5, 30, 40, 1])
    expectNear(video.frames.values(as: Double.self), golden, tolerance: 0, "depth.mkv")
  }

  @Test(arguments: [
    ("uneven.mp4", 50 / 2.96), ("clip.mkv", 30000.0 / 1001), ("turned.mp4", 25),
  ])
  func theDeclaredRateIsTheContainers(_ name: String, _ rate: Double) throws {
    let video = try VideoFile.read(Recordings.path(name), VideoOptions(frames: .count(1)))
    #expect(abs((video.declaredRate ?? 0) - rate) < 1e-9)
  }

  /// What is shown at `time` by the rule of the documentation.
  private func shown(_ times: [Double], _ time: Double, tick: Double) -> Int {
    max(0, (times.firstIndex { $0 > time + tick / 2 } ?? times.count) - 1)
  }

  @Test(arguments: Recordings.videos)
  func chosenFramesAreThoseOfTheWhole(_ name: String) throws {
    let path = try Recordings.path(name)
    let whole = try VideoFile.read(path, VideoOptions(picture: small))
    let tick = name.hasPrefix("clip") ? 1e-3 : 1.0 / 12800
    let first = whole.times[0]
    let last = whole.times[whole.times.count - 1]
    let size = 30 * 40 * 3
    var random = Randomness(state: 3)
    for round in 0..<24 {
      let start = Double.random(in: first...last, using: &random)
      let stop = Double.random(in: start.nextUp...(last + 0.5), using: &random)
      let frames: FrameChoice
      let wanted: [Int]
      switch round % 3 {
      case 0:
        frames = .all
        wanted = whole.times.indices.filter { whole.times[$0] >= start && whole.times[$0] < stop }
      case 1:
        let count = Int.random(in: 1...9, using: &random)
        frames = .count(count)
        wanted = (0..<count).map {
          shown(
            whole.times, start + (Double($0) + 0.5) * (stop - start) / Double(count), tick: tick)
        }
      default:
        let rate = [1, 5, 25, 40][Int.random(in: 0..<4, using: &random)]
        frames = .rate(Double(rate))
        let count = max(1, Int(((stop - start) * Double(rate) - 1e-6).rounded(.up)))
        wanted = (0..<count).map {
          shown(whole.times, start + Double($0) / Double(rate), tick: tick)
        }
      }
      let options = VideoOptions(
        picture: small, frames: frames, range: TimeRange(start: start, stop: stop))
      guard !wanted.isEmpty else {
        #expect(throws: Diagnostic.self) { try VideoFile.read(path, options) }
        continue
      }
      let part = try VideoFile.read(path, options)
      #expect(part.times == wanted.map { whole.times[$0] }, "\(options)")
      #expect(
        part.frames.bytes
          == wanted.flatMap { whole.frames.bytes[($0 * size)..<(($0 + 1) * size)] }, "\(options)")
    }
  }

  @Test func framesAtTheirOwnRateAreAllFrames() throws {
    let path = try Recordings.path("clip.webm")
    let whole = try VideoFile.read(path, VideoOptions(picture: small))
    let again = try VideoFile.read(path, VideoOptions(picture: small, frames: .rate(25)))
    #expect(again.times == whole.times)
    #expect(again.frames == whole.frames)
    // Stamps in milliseconds of 30000 / 1001 Hz.
    let clip = try Recordings.path("clip.mkv")
    let rate = FrameChoice.rate(30000 / 1001)
    let all = try VideoFile.read(clip, VideoOptions(picture: small))
    #expect(try VideoFile.read(clip, VideoOptions(picture: small, frames: rate)).times == all.times)
  }

  @Test func threadsChangeNothing() throws {
    for name in Recordings.videos {
      let path = try Recordings.path(name)
      for frames in [FrameChoice.all, .count(5)] {
        let one = try VideoFile.read(path, VideoOptions(frames: frames))
        let three = try VideoFile.read(path, VideoOptions(frames: frames, threads: 3))
        #expect(one.frames == three.frames)
        #expect(one.times == three.times)
      }
    }
  }

  @Test func manyReadAtTheSameTime() async throws {
    let names = Recordings.videos + Recordings.sounds
    let read: @Sendable (String) throws -> NumberArray = { name in
      let path = try Recordings.path(name)
      return Recordings.videos.contains(name)
        ? try VideoFile.read(path).frames : try SoundFile.read(path).samples
    }
    let once = try names.map(read)
    try await withThrowingTaskGroup(of: (Int, NumberArray).self) { group in
      for index in 0..<33 {
        group.addTask { (index % names.count, try read(names[index % names.count])) }
      }
      for try await (index, array) in group { #expect(array == once[index], "\(names[index])") }
    }
  }

  // MARK: Turning

  /// The matrix of the track's header, as `turned.mp4` has it, for other turns.
  @Test(arguments: [
    ([0, 1, -1, 0], 90), ([-1, 0, 0, -1], 180), ([0, -1, 1, 0], 270), ([1, 0, 0, 1], 0),
  ])
  func picturesAreTurnedUpright(_ matrix: [Int32], _ degrees: Int) throws {
    let folder = try TemporaryFolder()
    var bytes = [UInt8](try Data(contentsOf: Recordings.url("turned.mp4")))
    let name = Array("tkhd".utf8)
    let header = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
    // Type, version and flags, 5 numbers, 2 + 4 × 2 bytes of layout before the matrix.
    let place = header + 4 + 4 + 20 + 16
    for (index, value) in zip([0, 1, 3, 4], matrix) {
      bytes.replaceSubrange(
        (place + 4 * index)..<(place + 4 * index + 4), with: MadeFiles.big(value * 65536))
    }
    let path = folder.path("a.mp4")
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(try MediaProbe.read(path).streams.first?.rotation == degrees)

    let stored = try VideoFile.read(Self.upright(in: folder, bytes, place))
    let turned = try VideoFile.read(path)
    let (height, width) = (64, 96)
    let swaps = degrees % 180 == 90
    #expect(turned.frames.shape == [10, swaps ? width : height, swaps ? height : width, 3])
    for frame in [0, 9] {
      for (y, x) in [(0, 0), (5, 70), (63, 95), (40, 3)] {
        // Where the pixel goes, clockwise.
        let (row, column) =
          switch degrees {
          case 90: (x, height - 1 - y)
          case 180: (height - 1 - y, width - 1 - x)
          case 270: (width - 1 - x, y)
          default: (y, x)
          }
        let shape = turned.frames.shape
        let from = ((frame * height + y) * width + x) * 3
        let to = ((frame * shape[1] + row) * shape[2] + column) * 3
        #expect(turned.frames.bytes[to..<(to + 3)] == stored.frames.bytes[from..<(from + 3)])
      }
    }
  }

  private static func upright(
    in folder: TemporaryFolder, _ bytes: [UInt8], _ place: Int
  ) throws -> String {
    var bytes = bytes
    for (index, value) in [(0, 1), (1, 0), (3, 0), (4, 1)] as [(Int, Int32)] {
      bytes.replaceSubrange(
        (place + 4 * index)..<(place + 4 * index + 4), with: MadeFiles.big(value * 65536))
    }
    let path = folder.path("upright.mp4")
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  // MARK: With sound

  @Test func picturesAndSoundAreOnOneClock() throws {
    let path = try Recordings.path("uneven.mp4")
    let whole = try VideoFile.readWithSound(path, VideoOptions(picture: small))
    #expect(whole.video.frames == (try VideoFile.read(path, VideoOptions(picture: small)).frames))
    #expect(whole.sound?.samples == (try SoundFile.read(path).samples))
    #expect(abs((whole.sound?.start ?? 0) - 0.306) < 1e-9)
    for name in ["uneven.mp4", "clip.mkv", "clip.webm"] {
      let path = try Recordings.path(name)
      for range in [
        TimeRange(start: 1.05, stop: 1.15), TimeRange(start: 0.4), TimeRange(stop: 0.8),
      ] {
        let options = VideoOptions(picture: small, frames: .count(4), range: range)
        let soundOptions = SoundOptions(rate: 16000, channels: .mono, range: range)
        let both = try VideoFile.readWithSound(path, options, soundOptions)
        let (video, sound) = (
          try VideoFile.read(path, options), try SoundFile.read(path, soundOptions)
        )
        #expect(both.video.frames == video.frames, "\(name) \(range)")
        #expect(both.video.times == video.times)
        #expect(both.sound?.samples == sound.samples, "\(name) \(range)")
        #expect(both.sound?.start == sound.start)
      }
    }
    #expect(try VideoFile.readWithSound(Recordings.path("turned.mp4")).sound == nil)
  }

  // MARK: Refusals

  @Test func refusesWhatShowsNothing() throws {
    let path = try Recordings.path("turned.mp4")
    func message(_ path: String, _ options: VideoOptions) -> String? {
      #expect(throws: Diagnostic.self) { try VideoFile.read(path, options) }?.message
    }
    #expect(
      message(path, VideoOptions(range: TimeRange(start: 5)))
        == "shows nothing in the range: its pictures go from 0 s to 0.4 s")
    #expect(
      message(path, VideoOptions(maximumBytes: 10 * 64 * 96 * 3 - 1))
        == "10 frames are more than 'maximumBytes' allows"
        || message(path, VideoOptions(maximumBytes: 10 * 64 * 96 * 3 - 1))
          == "10 frames of 96 × 64 take more than 184319 bytes"
    )
    #expect(message(path, VideoOptions(frames: .count(0))) == "0 frames are none")
    #expect(message(path, VideoOptions(frames: .rate(-1))) == "frames do not come at -1.0 Hz")
    #expect(
      message(path, VideoOptions(picture: PictureOptions(size: PictureSize(height: 0, width: 5))))
        == "no picture has 0 × 5 pixels")
    #expect(try message(Recordings.path("tones.mp3"), VideoOptions()) == "has no moving pictures")
  }
}
