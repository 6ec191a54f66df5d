import Arrays
import Configuration
import Dataflow
import PipelineFile
import Shards
import Stages
import TestSupport

/// Small pipelines and outputs that several suites look at.
enum TestPipelines {
  /// Two moons in a few steps: every kind of stage once.
  static let moons = """
    mke: 1
    name: moons
    params: {noise: 1.0, seeds: 2}
    stages:
      raw:
        kind: ingest
        source: {kind: two-moons, samples: 120, noise: 0.1, seed: 1}
        split: {test: 0.3, labelled: 0.3, seed: 1}
      points: {kind: align, from: raw, standardise: [xa, xb]}
      teacher:
        kind: teacher
        from: points.labelled
        modalities: [xa]
        network: {head: {hidden: [8]}}
        optimizer: {kind: sgd, learning-rate: 0.05}
        steps: 40
      guesses: {kind: infer, model: teacher, from: points.unlabelled}
      labels: {kind: pseudo-label, from: guesses, mode: hard}
      students:
        kind: distill
        from: points.unlabelled
        labels: labels
        modalities: [xa, xb]
        network: {head: {hidden: [8]}}
        transform: [{kind: multiplicative-noise, scale: "${noise}"}]
        optimizer: {kind: sgd, learning-rate: 0.05}
        steps: 40
        seeds: ${seeds}
        variants:
          um-student: {modalities: [xa], transform: []}
          mke: {}
          supervised: {labels: truth}
      report:
        kind: evaluate
        models: [teacher, students]
        on: points.test
        denoise-on: points.unlabelled
        labels: labels

    """

  static func graph(_ text: String = moons, settings: [String] = []) throws -> Graph {
    try PipelineFile.parse(text, file: "moons.yaml", settings: settings, registry: .standard).graph
  }

  /// Aligned samples of two modalities: `imu`, a series of two columns, and `heat`, one number. Two
  /// labelled samples, three unlabelled ones whose truth is sealed.
  static func writeSamples(_ folder: String, fingerprint: String = "f00d") throws {
    let writer = try OutputWriter(
      folder,
      header: OutputHeader(
        pipeline: "walks", stage: "windows", kind: "align", schema: "aligned-samples",
        fingerprint: fingerprint, tool: "mke 0.0.0"))
    let imu = FieldDescription(
      "/modalities/imu/data", .number(.float32), shape: [4, 2], axes: ["time", "channel"],
      unit: "m/s²", rate: 50, labels: ["ax", "ay"])
    let present = FieldDescription("/modalities/imu/present", .number(.uint8))
    let heat = FieldDescription("/modalities/heat/data", .number(.float32), unit: "°C")
    let classes = ["sit", "walk"]
    let id = FieldDescription("/samples/id", .text)
    let split = FieldDescription("/samples/split", .text)
    for (name, ids, label) in [
      ("labelled", ["a", "b"], "/labels/class"), ("unlabelled", ["c", "d", "e"], "/sealed/class"),
    ] {
      let stream = try writer.stream(
        name,
        fields: [
          id, split, imu, present, heat, FieldDescription(label, .number(.int32), labels: classes),
        ], compression: .zstd)
      let count = ids.count
      // The last unlabelled sample lacks the series.
      let isPresent = ids.map { $0 == "e" ? UInt8(0) : 1 }
      let series = isPresent.flatMap { flag in (0..<8).map { Float($0) * Float(flag) } }
      try stream.append([
        "/samples/id": Column(texts: ids),
        "/samples/split": Column(texts: Array(repeating: name, count: count)),
        imu.path: Column(series, count: count), present.path: Column(isPresent, count: count),
        heat.path: Column((0..<count).map { Float($0) + 20 }, count: count),
        label: Column((0..<count).map { Int32($0 % 2) }, count: count),
      ])
      try stream.close()
    }
    _ = try writer.finish(
      classes: classes,
      modalities: [
        ModalityDescription(name: "heat", type: .float32, shape: [], unit: "°C"),
        ModalityDescription(
          name: "imu", type: .float32, shape: [4, 2], axes: ["time", "channel"], unit: "m/s²",
          rate: 50, columns: ["ax", "ay"],
          standardisation: Standardisation(
            splits: ["labelled"], mean: [0, 1], std: [1, 2], count: 8)),
      ], details: .object(["windows": .object(["cut": 5, "dropped": 1])]))
  }
}
