import Dataflow
import Foundation
import Shards
import TestSupport
import Testing

@testable import Work

/// Ingest of recordings: files decoded side by side, broken ones kept apart.
@Suite struct RecordingsTests {
  /// 16-bit PCM in a RIFF file, one channel, 8 kHz.
  private func wave(_ samples: [Int16], declaring bytes: Int? = nil) -> [UInt8] {
    func word<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
    }
    let size = bytes ?? samples.count * 2
    return Array("RIFF".utf8) + word(UInt32(36 + size)) + Array("WAVEfmt ".utf8)
      + word(UInt32(16)) + word(UInt16(1)) + word(UInt16(1)) + word(UInt32(8000))
      + word(UInt32(16000)) + word(UInt16(2)) + word(UInt16(16)) + Array("data".utf8)
      + word(UInt32(size)) + samples.flatMap { word($0) }
  }

  private func samples(_ number: Int) -> [Int16] {
    (0..<(100 + 7 * number)).map { Int16(truncatingIfNeeded: $0 &* (number + 3) &* 251) }
  }

  /// `count` sounds, of which those in `broken` are cut short.
  private func write(_ harness: Harness, count: Int, broken: Set<Int> = []) throws {
    var manifest = "id,sound,kind,part\n"
    for number in 0..<count {
      let values = samples(number)
      let bytes =
        broken.contains(number)
        ? wave(Array(values.prefix(20)), declaring: values.count * 2) : wave(values)
      try Data(bytes).write(to: URL(fileURLWithPath: harness.folder.path("s\(number).wav")))
      let part = ["labelled", "unlabelled", "test"][number / 2 % 3]
      manifest += "r\(number),s\(number).wav,\(number % 2 == 0 ? "low" : "high"),\(part)\n"
    }
    try harness.folder.write("manifest.csv", manifest)
  }

  private func pipeline(_ more: String = "") -> String {
    """
    mke: 1
    name: sounds
    stages:
      sounds:
        kind: ingest
        source:
          kind: manifest
          path: manifest.csv
          label: kind
          modalities: {sound: {kind: audio}}
        split: {column: part}
    \(more)
    """
  }

  @Test func soundStaysInSixteenBits() async throws {
    let harness = try Harness()
    try write(harness, count: 12)
    let outcome = try await harness.run(pipeline(), until: "sounds")
    #expect(outcome.failures == [])
    let output = try outcome.output
    let sound = try #require(output.manifest.modalities.first)
    #expect(sound.type == .int16)
    #expect(sound.rate == 8000)
    #expect(sound.scale == 1.0 / 32768)
    let columns = try output.readAll(["/samples/id", "/modalities/sound/data"], of: "labelled")
    #expect(columns["/samples/id"]?.texts == ["r0", "r1", "r6", "r7"])
    #expect(
      columns["/modalities/sound/data"]?.values(as: Int16.self)
        == [0, 1, 6, 7].flatMap { samples($0) })
    #expect(columns["/modalities/sound/data"]?.lengths == [100, 107, 142, 149])
  }

  @Test func brokenFilesAreListedAndTheOthersGoOn() async throws {
    let harness = try Harness()
    try write(harness, count: 12, broken: [3, 7])
    let outcome = try await harness.run(pipeline("    max-bad: 20%"), until: "sounds")
    #expect(outcome.failures == [])
    let output = try outcome.output
    #expect(output.manifest.samples == 10)
    let list = try String(
      contentsOfFile: "\(outcome.job.outputDirectory)/quarantine.csv", encoding: .utf8)
    let lines = list.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0] == "id,split,modality,path,place,reason")
    #expect(lines[1].hasPrefix("r3,unlabelled,sound,s3.wav,"))
    #expect(lines[2].hasPrefix("r7,labelled,sound,s7.wav,"))
    #expect(outcome.warnings.contains { $0.message.hasPrefix("2 of 12 samples cannot be read") })
    #expect(outcome.summaries == ["10 samples: 3 labelled, 3 unlabelled, 4 test; 2 classes"])
  }

  @Test func tooManyBrokenFilesStopTheStage() async throws {
    let harness = try Harness()
    try write(harness, count: 12, broken: [3])
    let outcome = try await harness.run(pipeline(), until: "sounds")
    let failure = try #require(outcome.failures.first)
    #expect(
      failure.message.hasPrefix(
        "1 of 12 samples cannot be read, more than 'max-bad: 1%' allows: 'r3' (s3.wav"))
    #expect(
      FileManager.default.fileExists(atPath: "\(outcome.job.outputDirectory)/quarantine.csv"))
  }

  @Test func aFileOfAnotherRateIsToldApart() async throws {
    let harness = try Harness()
    try write(harness, count: 12)
    var bytes = wave(samples(4))
    bytes.replaceSubrange(24..<32, with: [0x11, 0x2B, 0, 0, 0x22, 0x56, 0, 0])
    try Data(bytes).write(to: URL(fileURLWithPath: harness.folder.path("s4.wav")))
    let outcome = try await harness.run(pipeline(), until: "sounds")
    #expect(
      outcome.failures.first?.message.contains("has 11025.0 Hz; 'r0' has 8000.0 Hz") ?? false,
      "\(outcome.failures)")
  }

  @Test func threadsChangeNoBit() async throws {
    let harness = try Harness()
    try write(harness, count: 12, broken: [5])
    let text = pipeline("    max-bad: 0.5")
    let one = try await harness.run(text, attempt: "one", threads: 1)
    let four = try await harness.run(text, attempt: "four", threads: 4)
    let (first, second) = (try #require(one["sounds"]).output, try #require(four["sounds"]).output)
    #expect(first.manifest.shards == second.manifest.shards)
    #expect(first.manifest.files == second.manifest.files)
  }

  /// A stage that stopped goes on after its whole shards, and comes to the same bytes.
  @Test func goesOnAfterWholeShards() async throws {
    let harness = try Harness()
    try write(harness, count: 12)
    let whole = try await harness.run(pipeline(), attempt: "whole")
    let expected = try #require(whole["sounds"]).output.manifest.shards
    let outcome = try await harness.run(pipeline(), attempt: "again")
    let folder = try #require(outcome["sounds"]).job.outputDirectory
    // As if it had been killed with one split done: no manifest, and two shards not there.
    for file in ["manifest.json", "unlabelled-00000.h5", "test-00000.h5"] {
      try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
    }
    // The file of a sample that is in a whole shard is not read again.
    try FileManager.default.removeItem(atPath: harness.folder.path("s1.wav"))
    let again = try await harness.run(pipeline(), attempt: "again")
    #expect(again["sounds"]?.failures == [])
    #expect(try #require(again["sounds"]).output.manifest.shards == expected)
  }
}

@Suite struct OrderedDecodingTests {
  private struct Stop: Error {}

  @Test(arguments: [1, 2, 7])
  func handsOverInOrder(threads: Int) throws {
    var seen: [Int] = []
    try OrderedDecoding.run(
      200, threads: threads, ahead: 3, size: { _ in 1 },
      work: { index in
        if index % 5 == 0 { Thread.sleep(forTimeInterval: 0.001) }
        return index * 2
      }, body: { seen.append($0) })
    #expect(seen == (0..<200).map { $0 * 2 })
  }

  @Test func holdsNoMoreThanItsBound() throws {
    let counter = Counter()
    try OrderedDecoding.run(
      100, threads: 4, ahead: 64, bytesAhead: 10, size: { _ in 5 },
      work: { index in
        counter.add(1)
        return index
      },
      body: { _ in
        Thread.sleep(forTimeInterval: 0.0005)
        // Two results fill the bound; each thread may have one more under way.
        #expect(counter.add(-1) < 2 + 4 + 1)
      })
  }

  @Test func stopsWithTheBody() {
    #expect(throws: Stop.self) {
      try OrderedDecoding.run(
        1000, threads: 3, size: { _ in 1 }, work: { $0 },
        body: { if $0 == 10 { throw Stop() } })
    }
  }

  @Test func nothingToDoIsDone() throws {
    try OrderedDecoding.run(0, threads: 2, size: { _ in 1 }, work: { $0 }, body: { _ in })
  }

  /// Results made and not yet handed over. `@unchecked Sendable`: every access holds `lock`.
  private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0

    @discardableResult
    func add(_ change: Int) -> Int {
      lock.withLock {
        count += change
        return count
      }
    }
  }
}
