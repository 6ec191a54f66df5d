import Alignment
import Arrays
import Configuration
import Diagnostics
import Foundation
import Inspection
import Shards
import TestSupport
import Testing

@Suite struct OutputReportTests {
  private static func output(_ folder: TemporaryFolder) throws -> Output {
    try TestPipelines.writeSamples(folder.path("o"))
    return try Output(opening: folder.path("o"))
  }

  @Test func anOutputIsToldInFull() throws {
    let folder = try TemporaryFolder()
    let report = try OutputReport(of: Self.output(folder))
    let text = report.text().replacing(folder.path, with: "TMP")
      .replacing(Figures.bytes(report.bytes), with: "SIZE")
    #expect(
      text == """
        schema       aligned-samples
        made by      stage 'windows' (align) of pipeline 'walks', mke 0.0.0
        fingerprint  f00d
        folder       TMP/o
        samples      5: labelled 2, unlabelled 3
        classes      2: sit, walk
        size         SIZE in 2 shards

        field                    type     one sample          unit  rate   in
        /samples/id              text                                      all
        /samples/split           text                                      all
        /modalities/heat/data    float32                      °C           all
        /modalities/imu/data     float32  time 4 × channel 2  m/s²  50 Hz  all
        /modalities/imu/present  uint8                                     all
        /labels/class            int32                                     labelled
        /sealed/class            int32                                     unlabelled

        values       column  split       samples  min    mean     std  max
        heat                 labelled          2   20    20.5     0.5   21
                             unlabelled        3   20      21  0.8165   22
        imu          ax      labelled          2    0       3   2.236    6
                             unlabelled        3    0       3   2.236    6  1 sample without it
                     ay      labelled          2    1       4   2.236    7
                             unlabelled        3    1       4   2.236    7
        imu present          labelled          2    1       1       0    1
                             unlabelled        3    0  0.6667  0.4714    1

        class  labelled
        sit    1 (50 %)
        walk   1 (50 %)

        networks see imu as (x − mean) / std, over labelled

        details
          windows: {cut: 5, dropped: 1}

        True labels are sealed here; --truth looks at them.
        """)
  }

  @Test func sealedLabelsAreNeitherShownNorCountedUnlessAsked() throws {
    let folder = try TemporaryFolder()
    let output = try Self.output(folder)
    let closed = try OutputReport(of: output)
    let sealed = closed.streams.flatMap(\.fields).first { $0.description.path == "/sealed/class" }
    #expect(sealed?.isSealed == true && sealed?.classes == nil && sealed?.columns.isEmpty == true)
    let open = try OutputReport(of: output, .init(includesSealed: true))
    #expect(
      open.text().contains(
        """
        class  labelled  unlabelled, true
        sit    1 (50 %)          2 (67 %)
        walk   1 (50 %)          1 (33 %)
        """))
    #expect(!open.text().contains("--truth"))
  }

  @Test func anAlignmentTellsWhatBecameOfTheRecordings() throws {
    let folder = try TemporaryFolder()
    try TestPipelines.writeSamples(folder.path("o"))
    let path = folder.path("o/manifest.json")
    var alignment = AlignmentReport()
    alignment.samples = 1200
    alignment.matched = 1198
    alignment.aligned = 4790
    alignment.missing = ["test": ["imu": 2]]
    alignment.dropped = ["test": ["lacks imu": 2], "labelled": ["shorter than a window": 1]]
    alignment.rest = 12.5
    alignment.examples = ["r7", "r9"]
    var imu = AlignmentReport.Modality(name: "imu", policy: "linear")
    imu.declaredRate = 50
    imu.rate = 25
    imu.foundRate = AlignmentReport.Rates([49.9, 50, 50.2])
    imu.recordings = 1198
    imu.timeErrors.add(0.004)
    imu.timeErrors.add(0.01)
    imu.meanTimeError = imu.timeErrors.mean
    imu.stampFaults.unordered = 3
    imu.padded = 17
    imu.clock = .init(
      offset: 5, drift: 2e-5, fit: ClockFit(reference: [0, 1, 2], times: [5, 6, 7.0003]))
    var heat = AlignmentReport.Modality(name: "heat", policy: "still")
    heat.recordings = 1200
    heat.clock = .init(offset: -1.5, drift: 1e-5)
    alignment.modalities = [imu, heat]
    alignment.consider(.init(id: "r3", modality: "imu", timeError: 0.01))
    let manifest = try Value(json: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
    guard case .object(var members) = manifest else { return }
    let details = try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(alignment))
    members["details"] = .object(["alignment": details])
    try Data(Value.object(members).canonicalJSON.utf8).write(to: URL(fileURLWithPath: path))
    let report = try OutputReport(of: Output(opening: folder.path("o")))
    #expect(report.alignment == alignment)
    #expect(!report.text().contains("details"))
    let text = report.text()
    #expect(
      text.contains(
        """

        alignment  1,200 samples in, 1,198 with every modality, 4,790 aligned
        missing    test: imu 2
        left out   labelled: shorter than a window 1; test: lacks imu 2
        unused     13 s after the last whole windows
        such as    r7, r9

        modality  policy  recordings  rate           found                time error  largest  padded  masked
        imu       linear       1,198  50 Hz → 25 Hz  50 Hz (49.9 … 50.2)     0.007 s   0.01 s      17       0  3 out of order
        heat      still        1,200                                                                0       0

        clock         offset        drift  events  largest residual
        imu    5 ± 0.00011 s  20 ± 87 ppm       3          0.0001 s  estimated, one for all
        heat          -1.5 s       10 ppm                            given

        farthest in time  modality  largest error
        r3                imu              0.01 s

        """))
  }

  @Test func oneShardCanBeLookedAtAlone() throws {
    let folder = try TemporaryFolder()
    let report = try OutputReport(of: Self.output(folder), .init(shard: "labelled-00000.h5"))
    #expect(report.streams.map(\.name) == ["labelled"])
    #expect(report.streams[0].samples == 2)
  }

  @Test func theReportIsJSONToo() throws {
    let folder = try TemporaryFolder()
    let report = try OutputReport(of: Self.output(folder))
    let data = try JSONEncoder().encode(report)
    let value = try JSONDecoder().decode(Value.self, from: data)
    #expect(value["schema"] == "aligned-samples")
    #expect(value["splits"]?["unlabelled"] == 3)
    let fields = value["streams"]?.arrayValue?.first?["fields"]?.arrayValue
    let heat = fields?.first { $0["description"]?["path"] == "/modalities/heat/data" }
    #expect(heat?["columns"]?.arrayValue?.first?["statistics"]?["mean"]?.doubleValue == 20.5)
  }

  @Test func aPartOfALargeStreamIsLookedAtAndSaid() throws {
    let folder = try TemporaryFolder()
    let writer = try OutputWriter(
      folder.path,
      header: OutputHeader(
        pipeline: "p", stage: "s", kind: "ingest", schema: "samples", fingerprint: "f", tool: "t"))
    let wide = FieldDescription("/modalities/x/data", .number(.uint8), shape: [4096])
    let stream = try writer.stream(
      "unlabelled",
      fields: [
        FieldDescription("/samples/id", .text), FieldDescription("/samples/split", .text), wide,
      ], compression: .zstd, samplesPerChunk: 16)
    let count = 512
    try stream.append([
      "/samples/id": Column(texts: (0..<count).map { "s\($0)" }),
      "/samples/split": Column(texts: Array(repeating: "unlabelled", count: count)),
      wide.path: Column([UInt8](repeating: 7, count: count * 4096), count: count),
    ])
    try stream.close()
    _ = try writer.finish(
      classes: nil,
      modalities: [ModalityDescription(name: "x", type: .uint8, shape: [4096])], details: .null)
    let output = try Output(opening: folder.path)
    let quick = try OutputReport(of: output)
    let field = try #require(
      quick.streams.first?.fields.first { $0.description.path == wide.path })
    #expect(field.samples < count && field.samples >= 256)
    #expect(quick.text().contains("\(field.samples) of 512"))
    #expect(quick.text().hasSuffix("--complete looks at all of them."))
    let complete = try OutputReport(of: output, .init(isComplete: true))
    #expect(
      complete.streams.first?.fields.first { $0.description.path == wide.path }?.samples == count)
  }

  @Test func aModelTellsOfItsNetworksAndItsLights() throws {
    let folder = try TemporaryFolder()
    let writer = try OutputWriter(
      folder.path,
      header: OutputHeader(
        pipeline: "moons", stage: "students", kind: "distill", schema: "model", fingerprint: "f",
        tool: "mke 0.0.0"))
    var networks: [Value] = []
    for seed in 0..<2 {
      let file = "mke-seed-\(seed).h5"
      try writer.writeArrays(
        file, [NamedArray("head.weight", [Float](repeating: 0, count: 12), shape: [3, 4])],
        attributes: ["variant": "mke"])
      networks.append(
        .object([
          "variant": "mke", "seed": .integer(seed), "file": .string(file),
          "report": .object([
            "steps": 2000, "finalLoss": .double(0.4 + 0.1 * Double(seed)), "agreement": 0.9,
            "curve": .array([1.0, 0.7, 0.4].map { .object(["loss": .double($0)]) }),
          ]),
        ]))
    }
    let light = Value.object([
      "variant": "mke", "agreement": 0.934, "predicted": .array([110, 90]),
      "pseudo": .array([100, 100]),
    ])
    _ = try writer.finish(
      classes: ["0", "1"], modalities: [],
      details: .object(["networks": .array(networks), "lights": .array([light])]))
    let text = try OutputReport(of: try Output(opening: folder.path)).text(width: 90)
    #expect(
      text.contains(
        """
        networks  seeds  parameters  steps         loss   agreement  held back  loss, from first to last step
        mke           2          12  2,000  0.45 ± 0.05  90.0 ± 0.0          -  █▄▁
        """))
    #expect(
      text.contains(
        """
        student  light  agrees  predicts
        mke      off    93.4 %  0: 55 %, 1: 45 %
        the pseudo-labels say  0: 50 %, 1: 50 %
        """))
  }
}

@Suite struct NetworkReportTests {
  private static func output(_ folder: TemporaryFolder) throws -> Output {
    let writer = try OutputWriter(
      folder.path,
      header: OutputHeader(
        pipeline: "moons", stage: "students", kind: "distill", schema: "model", fingerprint: "f",
        tool: "mke 0.0.0"))
    try writer.writeArrays(
      "mke-seed-0.h5", [NamedArray("head.bias", [Float(-1), 0, 1], shape: [3])],
      attributes: [
        "variant": "mke",
        "training": #"{"steps": 20, "curve": [{"loss": 1}, {"loss": 0.5}]}"#,
      ])
    _ = try writer.finish(classes: nil, modalities: [], details: .null)
    return try Output(opening: folder.path)
  }

  @Test func aNetworkTellsOfItsParametersAndItsTraining() throws {
    let folder = try TemporaryFolder()
    let text = try NetworkReport("mke-seed-0", of: Self.output(folder)).text()
    #expect(text.hasPrefix("mke-seed-0.h5: 3 parameters\n\nparameters  shape  type     min  mean"))
    #expect(text.contains("\nhead.bias   3      float32   -1     0  0.8165    1\n"))
    #expect(text.contains("\nloss, from 1 to 0.5\n"))
    #expect(text.hasSuffix("training: {steps: 20}\nvariant: mke"))
  }

  @Test func anUnknownNetworkIsRefusedWithANearOne() throws {
    let folder = try TemporaryFolder()
    let output = try Self.output(folder)
    let error = #expect(throws: Diagnostic.self) { try NetworkReport("mke-seed-1", of: output) }
    #expect(error?.message == "no network is called 'mke-seed-1'")
    #expect(error?.mend == "there is 1 network, such as '#mke-seed-0'")
  }
}

@Suite struct SampleReportTests {
  private static func output(_ folder: TemporaryFolder) throws -> Output {
    try TestPipelines.writeSamples(folder.path("o"))
    return try Output(opening: folder.path("o"))
  }

  @Test func aSampleIsDrawn() throws {
    let folder = try TemporaryFolder()
    let report = try SampleReport("b", of: Self.output(folder))
    #expect(
      report.text(width: 60) == """
        sample       b
        in           labelled, number 1
        class        walk
        heat         21 °C
        imu present  1
        split        labelled

        imu: time 4 × channel 2, 50 Hz, 0.08 s, m/s²
          ax   ⡜  0 … 6
              ⡰⠁
          ay   ⡜  1 … 7
              ⡰⠁
        """)
  }

  @Test func aSampleIsFoundByIdByNumberAndByStream() throws {
    let folder = try TemporaryFolder()
    let output = try Self.output(folder)
    #expect(try SampleReport("d", of: output).index == 1)
    #expect(try SampleReport("3", of: output).id == "d")
    #expect(try SampleReport("unlabelled/1", of: output).id == "d")
  }

  @Test func theTruthOfAnUnlabelledSampleIsSealed() throws {
    let folder = try TemporaryFolder()
    let output = try Self.output(folder)
    let closed = try SampleReport("d", of: output)
    #expect(closed.isSealed && !closed.fields.contains { $0.description.path == "/sealed/class" })
    #expect(closed.text().contains("true class   sealed; --truth shows it"))
    #expect(
      try SampleReport("d", of: output, includesSealed: true).text().contains("true class   walk"))
  }

  @Test func anUnknownSampleIsRefusedWithANearOne() throws {
    let folder = try TemporaryFolder()
    let output = try Self.output(folder)
    let error = #expect(throws: Diagnostic.self) { try SampleReport("x", of: output) }
    #expect(error?.message == "no sample is called 'x'")
    #expect(error?.mend == "did you mean '#a'? give an id, such as '#a', or a number from 0 to 4")
  }
}
