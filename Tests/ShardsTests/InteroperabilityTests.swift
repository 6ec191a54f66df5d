import Arrays
import Configuration
import Foundation
import TestSupport
import Testing

@testable import Shards

/// h5py with hdf5plugin reads what we write.
@Suite(.enabled(if: TestPython.path != nil, "MKE_TEST_PYTHON is not set"))
struct InteroperabilityTests {
  /// Prints attributes, types, shapes, values and filters of a shard as JSON.
  static let dump = """
    import sys, json, h5py, hdf5plugin, numpy as np
    def plain(v):
      if isinstance(v, bytes): return v.decode()
      if isinstance(v, np.ndarray): return [plain(x) for x in v]
      return v.item() if hasattr(v, "item") else v
    datasets = {}
    def visit(name, item):
      if not isinstance(item, h5py.Dataset): return
      values = item.asstr()[...] if item.dtype.kind == "S" else item[...]
      datasets["/" + name] = {
        "type": "text" if item.dtype.kind == "S" else item.dtype.name,
        "shape": list(item.shape), "values": values.reshape(-1).tolist(),
        "filters": [item.id.get_create_plist().get_filter(i)[0]
                    for i in range(item.id.get_create_plist().get_nfilters())],
        "attributes": {k: plain(v) for k, v in item.attrs.items()}}
    with h5py.File(sys.argv[1]) as file:
      file.visititems(visit)
      root = {k: plain(v) for k, v in file.attrs.items()}
    json.dump({"attributes": root, "datasets": datasets}, sys.stdout)
    """

  struct Dump: Decodable {
    struct Dataset: Decodable {
      var type: String
      var shape: [Int]
      var values: [Value]
      var filters: [Int]
      var attributes: [String: Value]
    }
    var attributes: [String: Value]
    var datasets: [String: Dataset]
  }

  private func dump(_ path: String) throws -> Dump {
    try JSONDecoder().decode(Dump.self, from: Data(TestPython.run(Self.dump, [path]).utf8))
  }

  /// One file with a modality of every type, fixed and ragged, shuffled and not.
  @Test(arguments: Compression.allCases)
  func everythingIsReadByH5py(_ compression: Compression) throws {
    let folder = try TemporaryFolder()
    var fields: [FieldDescription] = []
    for (index, type) in ElementType.allCases.enumerated() {
      for isRagged in [false, true] {
        var field = Example.field(type, isRagged: isRagged, isShuffled: index % 2 == 1)
        field.path = "/modalities/\(type)-\(isRagged)/data"
        fields.append(field)
      }
    }
    let writer = try OutputWriter(folder.path, header: Example.header())
    let stream = try writer.stream(
      "test", fields: Example.identity + fields, compression: compression, samplesPerChunk: 8)
    var columns = Example.identity(0..<30, split: "test")
    for field in fields { columns[field.path] = Example.column(field, 0..<30) }
    columns["/samples/id"] = Column(texts: (0..<30).map { "sämple \($0)" })
    try stream.append(columns)
    try stream.close()
    try writer.finish(classes: nil, modalities: [], details: .null)

    let found = try dump(folder.path("test-00000.h5"))
    // A ragged one has its offsets beside it.
    #expect(found.datasets.count == 2 + 3 * ElementType.allCases.count)
    #expect(found.datasets["/samples/id"]?.values == (0..<30).map { .string("sämple \($0)") })
    for field in fields {
      let dataset = try #require(found.datasets[field.path])
      let column = try #require(columns[field.path])
      guard case .number(let type) = field.cell else { continue }
      #expect(dataset.type == type.rawValue)
      let steps = column.lengths?.reduce(0, +)
      #expect(dataset.shape == (steps.map { [$0, 3] } ?? [30, 4, 3]))
      if type == .uint64 || type == .int64 {
        #expect(dataset.values == column.values(as: Int64.self).map { .integer(Int($0)) })
      } else {
        #expect(dataset.values.compactMap(\.doubleValue) == column.values(as: Double.self))
      }
      let packed =
        switch compression {
        case .zstd: [32015]
        case .gzip: [1, 3]
        case .none: [3]
        }
      #expect(dataset.filters == (field.isShuffled && type.size > 1 ? [2] : []) + packed)
      #expect(dataset.attributes["unit"] == "m/s²")
      #expect(dataset.attributes["rate_hz"] == 25)
      #expect(dataset.attributes["labels"] == .array(["x", "y", "z"]))
      #expect(dataset.attributes["documentation"] == "Acceleration of the torso.")
      #expect(
        dataset.attributes["axes"]
          == .array(field.isRagged ? ["time", "channel"] : ["sample", "time", "channel"]))
      if field.isRagged {
        let offsets = found.datasets[field.offsetsPath]?.values.compactMap(\.integerValue) ?? []
        #expect(zip(offsets.dropFirst(), offsets).map(-) == column.lengths)
      }
    }
    #expect(found.attributes["format"] == 1)
    #expect(found.attributes["schema"] == "samples")
    #expect(found.attributes["pipeline"] == "example")
    #expect(found.attributes["stage"] == "moons")
    #expect(found.attributes["kind"] == "ingest")
    #expect(found.attributes["fingerprint"] == "0123abcd")
    #expect(found.attributes["tool"] == "mke 0.1")
    #expect(found.attributes["split"] == "test")
    #expect(found.attributes["samples"] == 30)
  }

  @Test func networksAreReadByH5py() throws {
    let folder = try TemporaryFolder()
    let writer = try OutputWriter(folder.path, header: Example.header("model"))
    try writer.writeArrays(
      "mke-seed-3.h5",
      [
        NamedArray("head.weight", [Float(0.5), -1, 2, 4], shape: [2, 2]),
        NamedArray("steps", [Int64(9)], shape: []),
      ], attributes: ["variant": "mke"])
    let found = try dump(folder.path("mke-seed-3.h5"))
    #expect(found.datasets["/parameters/head.weight"]?.values == [0.5, -1, 2, 4].map(Self.real))
    #expect(found.datasets["/parameters/head.weight"]?.shape == [2, 2])
    #expect(found.datasets["/parameters/steps"]?.values == [9])
    #expect(found.attributes["variant"] == "mke")
  }

  private static func real(_ number: Double) -> Value {
    number == number.rounded() ? .integer(Int(number)) : .double(number)
  }

  /// The JSON Schemas accept what we write and refuse what they should.
  @Test func jsonSchemasHoldShards() throws {
    let folder = try TemporaryFolder()
    for isRagged in [false, true] {
      try Example.write(folder.path("\(isRagged)"), Example.field(isRagged: isRagged))
    }
    let script =
      Self.dump.replacing(
        "json.dump({\"attributes\": root, \"datasets\": datasets}, sys.stdout)",
        with: """
          import jsonschema
          schema = json.load(open(sys.argv[2]))
          jsonschema.Draft202012Validator.check_schema(schema)
          shard = {"attributes": root, "datasets": datasets}
          print(sorted(".".join(map(str, e.absolute_path)) + ": " + e.validator for e in
                jsonschema.Draft202012Validator(schema).iter_errors(shard)))
          """)
    func errors(_ shard: String, _ schema: String) throws -> String {
      try TestPython.run(
        script,
        [
          folder.path("\(shard)/labelled-00000.h5"),
          packageRoot.appendingPathComponent("Schemas/\(schema).schema.json").path,
        ]
      ).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    #expect(try errors("false", "samples") == "[]")
    #expect(try errors("true", "samples") == "[]")
    #expect(
      try errors("false", "aligned-samples") == "['attributes.schema: const']")
    #expect(
      try errors("true", "aligned-samples")
        == "['attributes.schema: const', 'datasets: additionalProperties']")
    #expect(
      try errors("false", "predictions")
        == "['attributes.schema: const', 'datasets: additionalProperties', 'datasets: anyOf']")
  }
}
