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

  private func run(_ words: [String]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let tool = try #require(FFmpegTool.path)
    let finished = try Subprocess.run(
      tool, ["-v", "error"] + words + [folder.path("out")])
    #expect(finished.status == 0, "\(finished.errors)")
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path("out"))))
  }

  @Test(arguments: Recordings.sounds + ["deep.flac"])
  func samples(_ name: String) throws {
    let path = try Recordings.path(name)
    for (options, words) in [
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
    ] {
      let bytes = try run(["-i", path, "-vn"] + words)
      #expect(try SoundFile.read(path, options).samples.bytes == bytes, "\(words)")
    }
  }

  @Test(arguments: Recordings.videos, ResizeFilter.allCases)
  func pixels(_ name: String, _ filter: ResizeFilter) throws {
    let path = try Recordings.path(name)
    let word = filter == .nearest ? "neighbor" : filter.rawValue
    for (colour, form) in [(Colour.rgb, "rgb24"), (.grey, "gray")] {
      for size in [nil, PictureSize(height: 25, width: 50)] {
        // The tool resizes, then turns; sizes are those of what is upright.
        let isTurned = name == "turned.mp4"
        let stored = size.map {
          isTurned ? "\($0.height):\($0.width):" : "\($0.width):\($0.height):"
        }
        let scale = "scale=\(stored ?? "")flags=\(word)+\(Self.flags),format=\(form)"
        let bytes = try run([
          "-noautorotate", "-i", path, "-an", "-vf", scale + (isTurned ? ",transpose=clock" : ""),
          "-vsync", "passthrough", "-f", "rawvideo",
        ])
        let picture = PictureOptions(colour: colour, size: size, filter: filter)
        let video = try VideoFile.read(path, VideoOptions(picture: picture))
        #expect(video.frames.bytes == bytes, "\(form) \(String(describing: size))")
      }
    }
  }
}
