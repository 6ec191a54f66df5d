import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Media

/// Files that are cut, changed, or lie about their size.
@Suite struct DamageTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: folder.path(name)))
    return folder.path(name)
  }

  /// Reads a file in every way.
  ///
  /// - Returns: what refused it; `nil` for the ways that it was read.
  private func readAll(_ path: String) -> [Diagnostic?] {
    let picture = PictureOptions(size: PictureSize(height: 16, width: 16), filter: .nearest)
    let ways: [() throws -> Void] = [
      { _ = try SoundFile.read(path, SoundOptions(maximumBytes: 64 << 20)) },
      {
        _ = try SoundFile.read(
          path,
          SoundOptions(
            rate: 8000, channels: .mono, range: TimeRange(start: 0.5), maximumBytes: 64 << 20))
      },
      {
        _ = try VideoFile.readWithSound(
          path, VideoOptions(picture: picture, frames: .count(4), maximumBytes: 64 << 20),
          SoundOptions(maximumBytes: 64 << 20))
      },
      { _ = try VideoFile.read(path, VideoOptions(maximumBytes: 64 << 20)) },
      { _ = try PictureFile.read(path, picture) },
    ]
    return ways.map { way in
      do {
        try way()
        return nil
      } catch let diagnostic as Diagnostic {
        #expect(diagnostic.subject == path)
        #expect(!diagnostic.message.isEmpty)
        return diagnostic
      } catch {
        Issue.record("\(path): \(error)")
        return nil
      }
    }
  }

  /// How many mutations of each recording; more of them by hand, as in Tools/memcheck.
  private static let rounds =
    ProcessInfo.processInfo.environment["MKE_MEDIA_MUTATIONS"].flatMap(Int.init) ?? 12

  @Test(arguments: Recordings.all)
  func changedFilesAreReadOrRefused(_ name: String) throws {
    let whole = [UInt8](try Data(contentsOf: Recordings.url(name)))
    var random = Randomness(state: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    var refused = 0
    for round in 0..<Self.rounds {
      var bytes = whole
      switch round % 4 {
      case 0:  // Cut short.
        bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
      case 1:  // One bit.
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2:  // Bytes near the beginning, where the headers are.
        for _ in 0..<4 {
          let place = Int.random(in: 0..<min(600, bytes.count), using: &random)
          bytes[place] = UInt8(truncatingIfNeeded: random.next())
        }
      default:  // A hole.
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 1..<300, using: &random))
        for index in place..<end { bytes[index] = 0 }
      }
      let path = try write("\(round)-\(name)", bytes)
      let began = ContinuousClock.now
      refused += readAll(path).count { $0 != nil }
      #expect(ContinuousClock.now - began < .seconds(60))
    }
    #expect(refused > 0)
  }

  /// Decoders check no sums in most formats: a bit may only change what is heard and seen. But cut
  /// files are found.
  @Test(arguments: ["uneven.mp4", "turned.mp4", "clip.mkv", "clip.webm", "tones.flac", "tones.mp3"])
  func cutRecordingsAreRefused(_ name: String) throws {
    let whole = [UInt8](try Data(contentsOf: Recordings.url(name)))
    for share in [0.3, 0.5, 0.8, 0.95] {
      let path = try write("a", Array(whole.prefix(Int(Double(whole.count) * share))))
      let error = #expect(throws: Diagnostic.self, "\(name) \(share)") {
        if Recordings.videos.contains(name) {
          _ = try VideoFile.read(path)
        } else {
          _ = try SoundFile.read(path)
        }
      }
      #expect(error?.mend != nil)
    }
  }

  @Test func changedFlacIsFoundByItsChecksums() throws {
    let whole = [UInt8](try Data(contentsOf: Recordings.url("tones.flac")))
    var random = Randomness(state: 11)
    for _ in 0..<20 {
      var bytes = whole
      let place = Int.random(in: 9000..<bytes.count, using: &random)
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      let path = try write("a", bytes)
      #expect(throws: Diagnostic.self, "byte \(place)") { try SoundFile.read(path) }
    }
  }

  @Test func aFaultTellsWhereAndWhatTheLibrarySays() throws {
    // The length of the third unit of H.264 in the file's media.
    var bytes = [UInt8](try Data(contentsOf: Recordings.url("turned.mp4")))
    let media = try #require(
      bytes.indices.first { bytes[$0...].starts(with: Array("mdat".utf8)) })
    var place = media + 4
    for _ in 0..<3 {
      place += 4 + bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
    bytes[place + 1] = 0x7F
    let path = try write("a.mp4", bytes)
    let error = #expect(throws: Diagnostic.self) { try VideoFile.read(path) }
    #expect(error?.subject == path)
    let message = error?.message ?? ""
    #expect(message.hasPrefix("its pictures are damaged at 0."), "\(message)")
    #expect(message.contains("(near byte "), "\(message)")
    #expect(message.contains("invalid NAL unit size"), "\(message)")
  }

  @Test func sizesThatOnlyHeadersTellTakeNoMemory() throws {
    // A table of a thousand million frames of 1 byte.
    var bytes = [UInt8](try Data(contentsOf: Recordings.url("turned.mp4")))
    let table = try #require(
      bytes.indices.first { bytes[$0...].starts(with: Array("stsz".utf8)) })
    bytes.replaceSubrange((table + 8)..<(table + 12), with: MadeFiles.big(1 as UInt32))
    bytes.replaceSubrange((table + 12)..<(table + 16), with: MadeFiles.big(1_000_000_000 as UInt32))
    let path = try write("a.mp4", bytes)
    let error = #expect(throws: Diagnostic.self) { try VideoFile.read(path) }
    #expect(error?.message.contains("promises 1000000000 frames") == true)
    // A box that goes far beyond the end.
    var cut = [UInt8](try Data(contentsOf: Recordings.url("turned.mp4")))
    let media = try #require(cut.indices.first { cut[$0...].starts(with: Array("mdat".utf8)) })
    cut.replaceSubrange((media - 4)..<media, with: MadeFiles.big(0x7FFF_FFFF as UInt32))
    let long = #expect(throws: Diagnostic.self) { try VideoFile.read(write("b.mp4", cut)) }
    #expect(long?.message.hasPrefix("is cut short: its box 'mdat' goes on to byte") == true)
  }

  @Test func whatIsNothingAtAllIsRefused() throws {
    var random = Randomness(state: 12)
    for (index, bytes) in [
      [UInt8](repeating: 0, count: 100_000), random.bytes(100_000), [0],
      Array("RIFF\u{10}\0\0\0WAVE".utf8), [0x1A, 0x45, 0xDF, 0xA3],
      Array("\0\0\0\u{18}ftypmp42".utf8), Array("fLaC".utf8), Array("OggS".utf8),
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [0xFF, 0xD8, 0xFF], Array("II*\0".utf8),
      Array("BM".utf8) + [UInt8](repeating: 255, count: 60), Array("P5 99999 99999 65535\n".utf8),
    ].enumerated() {
      let path = try write("\(index)", bytes)
      #expect(readAll(path).allSatisfy { $0 != nil }, "\(index)")
    }
  }

  @Test func wrongNamesDoNotMatter() throws {
    let bytes = [UInt8](try Data(contentsOf: Recordings.url("clip.webm")))
    let path = try write("a.wav", bytes)
    #expect(try VideoFile.read(path).times.count == 30)
    let link = folder.path("b.mp3")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(try SoundFile.read(link).samples.shape == [57600, 2])
    let cyclic = folder.path("c.mp3")
    try FileManager.default.createSymbolicLink(atPath: cyclic, withDestinationPath: cyclic)
    #expect(throws: Diagnostic.self) { try SoundFile.read(cyclic) }
  }
}
