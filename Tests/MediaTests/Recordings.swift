import Foundation
import Testing

/// Committed recordings, and what the ffmpeg tool made of them: `Golden/media.json`, remade by
/// `Tools/golden/remake media`.
enum Recordings {
  struct Golden: Decodable {
    /// Version of the tool.
    var ffmpeg: String
    var recordings: [String: Recording]
  }

  struct Recording: Decodable {
    /// Of 16-bit samples; of deep.flac of reals.
    var sound: Sampled?
    /// Mixed to one channel at 8000 Hz.
    var mono8000: Sampled?
    /// Seconds of the first sample.
    var start: Double?
    /// Seconds of the frames.
    var times: [Double]?
    /// 40 × 30 pixels of all frames.
    var rgb: Sampled?
    var grey: Sampled?
    /// Of single pictures.
    var pixels: Sampled?
  }

  /// Every 211th of so many numbers.
  struct Sampled: Decodable {
    var count: Int
    var every211th: [Double]
  }

  static func golden() throws -> [String: Recording] {
    try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url("media.json"))).recordings
  }

  static func url(_ name: String) throws -> URL {
    try #require(
      Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Golden"))
  }

  static func path(_ name: String) throws -> String { try url(name).path }

  static let sounds = [
    "uneven.mp4", "clip.mkv", "clip.webm", "tones.mp3", "tones.m4a", "tones.flac", "tones.ogg",
    "adpcm.wav",
  ]
  static let videos = ["uneven.mp4", "turned.mp4", "open.mp4", "cut.mp4", "clip.mkv", "clip.webm"]
  static let pictures = [
    "colour.jpg", "grey.jpg", "cmyk.jpg", "turned.jpg", "colour.tiff", "colour.webp",
    "palette.png", "alpha.png",
  ]
  static let all =
    sounds + ["turned.mp4", "open.mp4", "cut.mp4", "depth.mkv", "deep.flac"] + pictures
}

/// Holds numbers against golden ones.
///
/// Lossy decoders and the scaler may round otherwise on other processors and in other versions of
/// the libraries: `tolerance`.
func expectNear(
  _ numbers: [Double], _ golden: Recordings.Sampled, tolerance: Double = 1, _ name: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(numbers.count == golden.count, "\(name)", sourceLocation: sourceLocation)
  guard numbers.count == golden.count else { return }
  let found = stride(from: 0, to: numbers.count, by: 211).map { numbers[$0] }
  let worst = zip(found, golden.every211th).map { abs($0 - $1) }.max() ?? .infinity
  #expect(worst <= tolerance, "\(name)", sourceLocation: sourceLocation)
}
