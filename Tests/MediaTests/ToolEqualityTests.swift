import Arrays
import Foundation
import TestSupport
import Testing

@testable import Media

enum FFmpegTool {
  static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
    .split(separator: ":").map { "\($0)/ffmpeg" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// Byte for byte what the ffmpeg tool gives, where there is one: then tool and libraries are of one
/// version.
@Suite(.enabled(if: FFmpegTool.path != nil, "there is no ffmpeg on the path"))
struct ToolEqualityTests {
  static let flags = "accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"

  /// What the tool makes of a file, in each of several ways.
  private func run(_ path: String, _ ways: [[String]]) throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    let tool = try #require(FFmpegTool.path)
    let outputs = ways.enumerated().flatMap { $1 + [folder.path("\($0)")] }
    let finished = try Subprocess.run(
      tool, ["-v", "error", "-noautorotate", "-i", path] + outputs)
    #expect(finished.status == 0, "\(finished.errors)")
    return try ways.indices.map {
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path("\($0)"))))
    }
  }

  @Test(arguments: Recordings.sounds + ["deep.flac"])
  func samples(_ name: String) throws {
    let path = try Recordings.path(name)
    let ways: [(options: SoundOptions, words: [String])] = [
      (SoundOptions(type: .int16), ["-f", "s16le"]),
      (SoundOptions(type: .float32), ["-f", "f32le"]),
      (
        SoundOptions(rate: 16000, channels: .mono, type: .int16),
        ["-ar", "16000", "-ac", "1", "-f", "s16le"]
      ),
      (
        SoundOptions(rate: 44100, channels: .stereo, type: .float32),
        ["-ar", "44100", "-ac", "2", "-f", "f32le"]
      ),
    ]
    for (way, bytes) in zip(ways, try run(path, ways.map { ["-vn"] + $0.words })) {
      #expect(try SoundFile.read(path, way.options).samples.bytes == bytes, "\(way.words)")
    }
  }

  @Test(arguments: Recordings.videos)
  func pixels(_ name: String) throws {
    let path = try Recordings.path(name)
    let isTurned = name == "turned.mp4"
    var ways: [(options: PictureOptions, words: [String])] = []
    for filter in ResizeFilter.allCases {
      for colour in [Colour.rgb, .grey] {
        for size in [nil, PictureSize(height: 25, width: 50)] {
          let options = PictureOptions(colour: colour, size: size, filter: filter)
          // The tool resizes, then turns; sizes are those of what is upright.
          let stored = size.map {
            isTurned ? "\($0.height):\($0.width):" : "\($0.width):\($0.height):"
          }
          let word = filter == .nearest ? "neighbor" : filter.rawValue
          let scale =
            "scale=\(stored ?? "")flags=\(word)+\(Self.flags),"
            + "format=\(colour == .rgb ? "rgb24" : "gray")" + (isTurned ? ",transpose=clock" : "")
          ways.append(
            (options, ["-an", "-vf", scale, "-vsync", "passthrough", "-f", "rawvideo"]))
        }
      }
    }
    for (way, bytes) in zip(ways, try run(path, ways.map(\.words))) {
      let video = try VideoFile.read(path, VideoOptions(picture: way.options))
      #expect(video.frames.bytes == bytes, "\(way.words)")
    }
  }
}
