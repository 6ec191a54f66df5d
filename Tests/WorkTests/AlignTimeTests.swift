import Arrays
import Dataflow
import Foundation
import Shards
import Testing

@testable import Work

@Suite struct AlignTimeTests {
  private typealias Modality = AlignBench.Modality
  private typealias Sample = AlignBench.Sample
  private typealias Values = AlignBench.Values

  private let fast = Modality("fast", .float32, [nil, 1], axes: ["time", "column"], rate: 10)
  private let slow = Modality("slow", .int16, [nil, 1], axes: ["time", "column"], rate: 2)
  private let stamped = Modality(
    "stamped", .uint8, [nil, 1], axes: ["time", "column"], hasTimes: true)

  private func ramp(_ steps: Int, start: Double = 0, from first: Float = 0) -> Values {
    Values(NumberArray((0..<steps).map { Float($0) + first }, shape: [steps, 1]), start: start)
  }

  private func whole(_ values: [Int16], start: Double = 0) -> Values {
    Values(NumberArray(values, shape: [values.count, 1]), start: start)
  }

  private func bytes(_ values: [UInt8], at times: [Double]) -> Values {
    Values(
      NumberArray(values, shape: [values.count, 1]), start: times.first ?? 0, times: times)
  }

  private func floats(_ bytes: [UInt8]?) -> [Float] {
    ElementConversion.values(of: bytes ?? [], .float32, as: Float.self)
  }

  private func wholes(_ bytes: [UInt8]?) -> [Int16] {
    ElementConversion.values(of: bytes ?? [], .int16, as: Int16.self)
  }

  @Test func streamsAreCutWhereTheyOverlap() async throws {
    let bench = try AlignBench()
    try bench.write(
      "raw", [fast, slow],
      [Sample("a", .unlabelled, ["fast": ramp(30), "slow": whole([0, 1, 2, 3], start: 0.5)])])
    // fast: 0 to 3 s, slow: 0.5 to 2.5 s.
    let outcome = try await bench.align(["raw"], #"{"window": {"length": 1}}"#)
    #expect(outcome.failures == [])
    #expect(try outcome.ids() == ["a#0", "a#1"])
    #expect(floats(try outcome.values("fast")["a#0"]) == (5..<15).map { Float($0) })
    #expect(wholes(try outcome.values("slow")["a#1"]) == [2, 3])
    #expect(try outcome.report.modalities.map(\.outside) == [1, 0])
    let fields = try outcome.output.fields(of: "unlabelled").map(\.path)
    #expect(!fields.contains("/modalities/fast/valid"))
  }

  @Test func everyStreamHasAPolicyOfItsOwn() async throws {
    let bench = try AlignBench()
    try bench.write(
      "raw", [fast, slow, stamped],
      [
        Sample(
          "a", .unlabelled,
          [
            "fast": ramp(20), "slow": whole([0, 10, 20, 30]),
            "stamped": bytes([1, 2, 3, 4], at: [0, 0.5, 1.1, 1.5]),
          ])
      ])
    let outcome = try await bench.align(
      ["raw"],
      #"""
      {"window": {"length": 2}, "time": {
        "fast": {"policy": "nearest", "rate": 4},
        "slow": {"policy": "linear", "rate": 8},
        "stamped": {"policy": "hold", "rate": 4, "tolerance": 0.3}}}
      """#)
    #expect(outcome.failures == [])
    #expect(floats(try outcome.values("fast")["a"]) == [0, 2, 5, 7, 10, 12, 15, 17])
    // Between the last step and its end there is nothing to interpolate with: it is held.
    #expect(
      wholes(try outcome.values("slow")["a"]) == [
        0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25, 28, 30, 30, 30, 30,
      ])
    #expect(try outcome.values("stamped")["a"] == [1, 1, 2, 2, 0, 3, 4, 4])
    #expect(try outcome.valid("stamped")["a"] == [1, 1, 1, 1, 0, 1, 1, 1])
    let manifest = try outcome.output.manifest
    #expect(manifest.modalities.map(\.rate) == [4, 8, 4])
    #expect(manifest.modalities.map(\.type) == [.float32, .int16, .uint8])
    let report = try outcome.report
    #expect(report.modalities.map(\.policy) == ["nearest", "linear", "hold"])
    #expect(report.modalities[2].outOfTolerance == 1)
    #expect(report.modalities[2].foundRate?.median == 2)
    #expect(report.modalities[2].declaredRate == nil)
    #expect(abs(report.modalities[0].timeErrors.largest - 0.05) < 1e-9)
    #expect(report.worst.first?.id == "a" && report.worst.count == 3)
  }

  @Test func framesAreTakenEvenlyOverTheWholeClip() async throws {
    let bench = try AlignBench()
    try bench.write(
      "raw", [slow, stamped],
      [
        Sample(
          "a", .unlabelled,
          ["slow": whole([0, 1, 2, 3]), "stamped": bytes([1, 2, 3, 4], at: [0, 0.5, 1, 1.5])]),
        Sample(
          "b", .unlabelled,
          [
            "slow": whole([0, 1, 2, 3], start: 7),
            "stamped": bytes([5, 6, 7, 8, 9, 9, 9, 9], at: (0..<8).map { 7 + Double($0) / 4 }),
          ]),
      ])
    let outcome = try await bench.align(
      ["raw"], #"{"time": {"stamped": {"policy": "sample", "frames": 2}}}"#)
    #expect(outcome.failures == [])
    #expect(try outcome.values("stamped") == ["a": [2, 4], "b": [7, 9]])
    #expect(try outcome.ids() == ["a", "b"])
  }

  /// Property: a constant added to all clocks of a recording changes no bit of any shard.
  @Test(arguments: [1000.0, -37.25, 86_400.1])
  func shiftingAllClocksChangesNothing(shift: Double) async throws {
    let bench = try AlignBench()
    func samples(_ shift: Double) -> [Sample] {
      (0..<6).map { number in
        let times = (0..<40).map {
          shift + (Double($0) * 0.05 + Double(($0 * 7 + number) % 5) * 0.004 + 0.1)
        }
        return Sample(
          "s\(number)", .unlabelled,
          [
            "fast": ramp(30, start: shift + 0.037 * Double(number), from: Float(number)),
            "stamped": bytes((0..<40).map { UInt8(($0 * 11 + number) % 256) }, at: times),
          ])
      }
    }
    try bench.write("near", [fast, stamped], samples(0))
    try bench.write("far", [fast, stamped], samples(shift))
    let keys = #"""
      {"window": {"length": 0.6, "hop": 0.3, "partial": "pad"}, "time": {
        "fast": {"policy": "linear", "rate": 35},
        "stamped": {"policy": "linear", "rate": 15, "tolerance": 0.03}}}
      """#
    let near = try await bench.align(["near"], keys, to: "a")
    let far = try await bench.align(["far"], keys, to: "b")
    #expect(near.failures == [] && far.failures == [])
    for path in [
      "/modalities/fast/data", "/modalities/stamped/data", "/modalities/stamped/valid",
      "/modalities/fast/valid", "/samples/start", "/samples/stop",
    ] {
      #expect(try near.cells(path) == far.cells(path))
    }
    #expect(try near.report == far.report)
  }

  @Test func clocksAreGiven() async throws {
    let bench = try AlignBench()
    // The clock of 'slow' is 5 s ahead: what it calls 5 s is the start of 'fast'.
    try bench.write(
      "raw", [fast, slow],
      [Sample("a", .unlabelled, ["fast": ramp(20), "slow": whole([0, 1, 2, 3], start: 5)])])
    let outcome = try await bench.align(
      ["raw"], #"{"window": {"length": 2}, "clock": {"slow": {"offset": 5}}}"#)
    #expect(outcome.failures == [])
    #expect(wholes(try outcome.values("slow")["a"]) == [0, 1, 2, 3])
    #expect(try outcome.report.modalities[1].clock?.offset == 5)
    let apart = try await bench.align(["raw"], #"{"window": {"length": 2}}"#, to: "apart")
    #expect(
      apart.failures.map(\.message) == [
        "not one of 1 samples is left: 1 unlabelled sample has streams without any time in common"
      ])
  }

  @Test func clocksAreEstimatedFromEvents() async throws {
    let bench = try AlignBench()
    let events = try bench.folder.write(
      "events.csv",
      """
      id,reference,slow
      a,0,5
      a,100,105.1
      a,200,205.2
      b,1,3
      c,0,0

      """)
    let samples = [("a", 5.0), ("b", 2)].map { id, start in
      Sample(id, .unlabelled, ["fast": ramp(20), "slow": whole([0, 1, 2, 3], start: start)])
    }
    try bench.write("raw", [fast, slow], samples)
    let keys =
      #"{"window": {"length": 1.5}, "time": {"slow": {"policy": "nearest", "rate": 2}}, "#
      + #""clock": {"slow": {"estimate": {"events": "\#(events)"}}}}"#
    let outcome = try await bench.align(["raw"], keys)
    #expect(outcome.failures == [])
    #expect(wholes(try outcome.values("slow")["a"]) == [0, 1, 2])
    #expect(wholes(try outcome.values("slow")["b"]) == [0, 1, 2])
    let fits = try #require(try outcome.report.modalities[1].clock?.fits)
    #expect(fits.recordings == 2 && fits.events == 4 && fits.withoutDrift == 1)
    #expect(abs(fits.drifts[1] - 0.001) < 1e-12 && fits.drifts[0] == 0)
    #expect(abs(fits.offsets[1] - 5) < 1e-9 && abs(fits.offsets[0] - 2) < 1e-9)
    #expect(outcome.warnings.contains { $0.contains("1 recordings have one event alone") })
    let one = try bench.folder.write("one.csv", "mine;theirs\n0;5\n100;105.1\n200;205.2\n")
    try bench.write("same", [fast, slow], [samples[0]])
    let all = try await bench.align(
      ["same"],
      keys.replacing(
        "\"\(events)\"",
        with: "\"\(one)\", \"per\": \"all\", \"reference\": \"mine\", \"time\": \"theirs\", "
          + "\"delimiter\": \"semicolon\""), to: "all")
    #expect(all.failures == [])
    #expect(try all.report.modalities[1].clock?.fit?.events == 3)
    #expect(wholes(try all.values("slow")["a"]) == [0, 1, 2])
    try bench.write(
      "more", [fast, slow],
      [Sample("z", .unlabelled, ["fast": ramp(20), "slow": whole([0, 1, 2, 3])])])
    let unknown = try await bench.align(["more"], keys, to: "unknown")
    #expect(
      unknown.failures.map(\.message) == [
        "no event of '\(events)' tells of the clock of 'slow'"
      ])
  }

  @Test func stampsThatAreNoTimesAreNeverPassedOverInSilence() async throws {
    let bench = try AlignBench()
    func write(_ name: String, _ times: [Double]) throws {
      try bench.write(
        name, [stamped], [Sample("a", .unlabelled, ["stamped": bytes([1, 2, 3, 4], at: times)])])
    }
    func keys(_ faults: String) -> String {
      #"{"time": {"stamped": {"policy": "nearest", "rate": 1, "faults": "\#(faults)"}}}"#
    }
    try write("mixed", [0, 2, 1, 1])
    try write("torn", [0, 1, .nan, 2])
    let sorted = try await bench.align(["mixed"], keys("sort"), to: "sorted")
    #expect(try sorted.values("stamped")["a"] == [1, 3, 2])
    #expect(
      sorted.warnings == [
        "modality 'stamped': of its time stamps 2 earlier than one before, 1 twice; steps were put "
          + "in order, and those twice or without a time left out"
      ])
    let refused = try await bench.align(["mixed"], keys("error"), to: "refused")
    #expect(
      refused.failures.map(\.message) == [
        "of the time stamps of modality 'stamped' 2 are earlier than one before, 1 are there twice"
      ])
    let torn = try await bench.align(["torn"], keys("sort"), to: "torn-sorted")
    #expect(
      torn.failures.map(\.message) == ["of the time stamps of modality 'stamped' 1 are no number"])
    let dropped = try await bench.align(["torn"], keys("drop"), to: "dropped")
    #expect(dropped.failures == [])
    #expect(try dropped.values("stamped")["a"] == [1, 2, 4])
    #expect(try dropped.report.modalities[0].stampFaults.notFinite == 1)
  }

  @Test func lengthsAreFoundThoughTheFirstSampleLacksTheStream() async throws {
    let bench = try AlignBench()
    try bench.write(
      "raw", [fast, slow],
      [
        Sample("a", .labelled, ["slow": whole([1, 2])]),
        Sample("b", .test, ["fast": ramp(10), "slow": whole([3, 4])]),
      ])
    let outcome = try await bench.align(["raw"], #"{"missing": "keep"}"#)
    #expect(outcome.failures == [])
    #expect(try outcome.output.manifest.modalities.map(\.shape) == [[10, 1], [2, 1]])
    #expect(
      floats(try outcome.values("fast", of: .labelled)["a"]) == [Float](repeating: 0, count: 10))
  }

  @Test func theWindowInTheMiddleKeepsTheNameOfItsRecording() async throws {
    let bench = try AlignBench()
    try bench.write("raw", [fast], [Sample("a", .unlabelled, ["fast": ramp(45)])])
    let middle = try await bench.align(
      ["raw"], #"{"window": {"length": 1, "take": "middle"}}"#, to: "m")
    #expect(floats(try middle.values("fast")["a"]) == (17..<27).map { Float($0) })
    let first = try await bench.align(
      ["raw"], #"{"window": {"length": 1, "take": "first"}}"#, to: "f")
    #expect(floats(try first.values("fast")["a"]) == (0..<10).map { Float($0) })
    let all = try await bench.align(["raw"], #"{"window": {"length": 1}}"#, to: "all")
    #expect(all.warnings == ["0.5 s after the last whole windows were left out"])
  }

  @Test func aStreamWithoutRateNeedsAPolicy() async throws {
    let bench = try AlignBench()
    try bench.write(
      "raw", [stamped], [Sample("a", .unlabelled, ["stamped": bytes([1, 2], at: [0, 1])])])
    let outcome = try await bench.align(["raw"], #"{"window": {"length": 1}}"#)
    #expect(
      outcome.failures.map(\.message) == [
        "its steps have time stamps and no rate, so that a window has no given number of them"
      ])
    let whole = try await bench.align(["raw"], to: "whole")
    #expect(whole.failures == [])
    #expect(try whole.values("stamped")["a"] == [1, 2])
  }

  @Test func whatCannotBeMadeIsRefusedBeforeMemoryIsAskedFor() async throws {
    let bench = try AlignBench()
    try bench.write("raw", [fast], [Sample("a", .unlabelled, ["fast": ramp(20)])])
    let huge = try await bench.align(
      ["raw"], #"{"window": {"length": 2}, "time": {"fast": {"policy": "linear", "rate": 1e9}}}"#,
      to: "huge")
    #expect(huge.failures.first?.message.contains("exceeds the 4 GiB") == true)
    let bytes = Modality("bytes", .uint8, [nil, 1], axes: ["time", "column"], rate: 10)
    try bench.write(
      "bytes", [bytes],
      [Sample("a", .unlabelled, ["bytes": Values(NumberArray([1, 2] as [UInt8], shape: [2, 1]))])])
    let steps = try await bench.align(
      ["bytes"], #"{"time": {"bytes": {"policy": "hold", "rate": 1e9}}}"#, to: "steps")
    #expect(steps.failures.first?.message.contains("more than the 67108864") == true)
    let many = try await bench.align(
      ["raw"],
      #"{"window": {"length": 1, "hop": 1e-9}, "time": {"fast": {"policy": "hold", "rate": 10}}}"#,
      to: "many")
    #expect(many.failures.first?.message.contains("more than ten million windows") == true)
    let none = try await bench.align(
      ["raw"], #"{"time": {"fast": {"policy": "hold", "rate": 0.1}}}"#, to: "none")
    #expect(
      none.failures.map(\.message) == ["modality 'fast' has no time step in it"])
  }
}
