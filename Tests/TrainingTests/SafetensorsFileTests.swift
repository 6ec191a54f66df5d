import Foundation
import Recipes
import TestSupport
import Testing

/// Golden: a file of the safetensors library of Python; `Tools/golden/networks.py`.
@Suite struct SafetensorsFileTests {
  private func golden() throws -> String {
    try #require(
      Bundle.module.url(
        forResource: "types", withExtension: "safetensors", subdirectory: "Golden")
    ).path
  }

  @Test func readsEveryTypeThatItSays() throws {
    let file = try SafetensorsFile(golden())
    #expect(
      file.entries.map(\.name) == ["bf16", "f16", "f32", "f64", "i64", "none", "one", "u8"])
    #expect(file.metadata == ["format": "pt"])
    let entries = Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, $0) })
    let numbers: [Float] = [0, -1, 2, 100, -0.5, 65504, 0.000030517578125]
    for name in ["f16", "f32", "f64"] {
      let entry = try #require(entries[name])
      #expect(entry.shape == [1, 7])
      #expect(try file.floats(of: entry) == numbers)
    }
    // Seven bits of fraction round 65504 up.
    #expect(
      try file.floats(of: #require(entries["bf16"]))
        == [0, -1, 2, 100, -0.5, 65536, 0.000030517578125])
    #expect(try file.floats(of: #require(entries["i64"])) == [0, -1, 2, 100, 0, 65504, 0])
    #expect(try file.floats(of: #require(entries["none"])) == [])
    #expect(try file.floats(of: #require(entries["one"])) == [3])
    #expect(entries["one"]?.shape == [])
    let bytes = try #require(entries["u8"])
    #expect(!SafetensorsFile.canRead(bytes.type))
    let error = #expect(throws: SafetensorsFile.Damage.self) { try file.floats(of: bytes) }
    #expect(error?.tensor == "u8")
  }

  private func write(_ bytes: some Sequence<UInt8>, _ folder: TemporaryFolder) throws -> String {
    let path = folder.path("damaged.safetensors")
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func file(
    _ header: String, data: Int, _ folder: TemporaryFolder
  ) throws -> String {
    var length = UInt64(header.utf8.count).littleEndian
    let start = withUnsafeBytes(of: &length) { Array($0) }
    return try write(start + Array(header.utf8) + [UInt8](repeating: 0, count: data), folder)
  }

  @Test func damageIsNamedWithItsTensor() throws {
    let folder = try TemporaryFolder()
    func refuse(
      _ header: String, data: Int = 8, tensor: String? = "a", _ message: String
    ) throws {
      let path = try file(header, data: data, folder)
      let error = #expect(throws: SafetensorsFile.Damage.self) { try SafetensorsFile(path) }
      #expect(error?.path == path)
      #expect(error?.tensor == tensor)
      #expect(error?.message == message)
    }
    func entry(_ type: String, _ shape: String, _ offsets: String) -> String {
      #"{"a":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
    }
    // What is right, padded with spaces, to begin with.
    _ = try SafetensorsFile(file(entry("F32", "[2]", "[0,8]") + "   ", data: 8, folder))
    try refuse(
      entry("F32", "[2]", "[0,9]"), "lies at bytes 0 to 9 of the data, of which there are 8")
    try refuse(
      entry("F32", "[2]", "[8,0]"), "lies at bytes 8 to 0 of the data, of which there are 8")
    try refuse(
      entry("F32", "[2]", "[-8,0]"), "lies at bytes -8 to 0 of the data, of which there are 8")
    try refuse(entry("F32", "[3]", "[0,8]"), "has 8 bytes of data, which F32 [3] does not fill")
    try refuse(
      entry("F32", "[4611686018427387904,4]", "[0,8]"),
      "has 8 bytes of data, which F32 [4611686018427387904, 4] does not fill")
    try refuse(
      entry("F32", "[-1,-2]", "[0,8]"), "has a shape that is no list of whole numbers from 0")
    try refuse(
      entry("F32", "[2.5]", "[0,8]"), "has a shape that is no list of whole numbers from 0")
    try refuse(entry("Q4", "[2]", "[0,8]"), "has the unknown element type 'Q4'")
    try refuse(
      #"{"a":{"dtype":"F32"}}"#, "has no dtype, shape and pair of data_offsets in the header")
    try refuse(#"{"a":3}"#, "has no dtype, shape and pair of data_offsets in the header")
    try refuse(entry("F32", "[1]", "[4,8]"), "follows bytes that belong to no tensor")
    try refuse(entry("F32", "[1]", "[0,4]"), tensor: nil, "4 bytes belong to no tensor")
    try refuse(
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
        + #""b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, tensor: "b",
      "shares bytes with another")
    try refuse("[1]", tensor: nil, "the header is no JSON object")
    try refuse(
      #"{"a":"#, tensor: nil, "the header is no JSON: the text ends too early (byte 13)")
    try refuse(
      String(repeating: "[", count: 3000), tensor: nil,
      "the header is no JSON: nested too deeply (byte 264)")
  }

  @Test func everyCutAndNoFileAreErrors() throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: URL(fileURLWithPath: golden()))
    for count in 0..<whole.count {
      let path = try write(whole.prefix(count), folder)
      #expect(throws: SafetensorsFile.Damage.self) { try SafetensorsFile(path) }
    }
    #expect(throws: SafetensorsFile.Damage.self) {
      try SafetensorsFile(write([255, 255, 255, 255, 255, 255, 255, 255, 0], folder))
    }
    #expect(throws: SafetensorsFile.Damage.self) { try SafetensorsFile(folder.path) }
    let error = #expect(throws: SafetensorsFile.Damage.self) {
      try SafetensorsFile(folder.path("none"))
    }
    #expect(
      error?.description == "\(folder.path("none")): cannot be opened: No such file or directory")
  }

  @Test func everyFlippedByteIsReadOrNamed() throws {
    let folder = try TemporaryFolder()
    let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: golden())))
    for place in 0..<min(whole.count, 600) {
      for bit in [0, 3, 7] {
        var damaged = whole
        damaged[place] ^= 1 << bit
        let path = try write(damaged, folder)
        guard let file = try? SafetensorsFile(path) else { continue }
        for entry in file.entries { _ = try? file.floats(of: entry) }
      }
    }
  }

  @Test func anEntryOfAFileThatShrankIsNamed() throws {
    let folder = try TemporaryFolder()
    let header = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    let path = try file(header, data: 8, folder)
    let known = try SafetensorsFile(path)
    let entry = try #require(known.entries.first)
    _ = try write([0, 0, 0, 0, 0, 0, 0, 0, 0], folder)
    let error = #expect(throws: SafetensorsFile.Damage.self) { try known.floats(of: entry) }
    #expect(error?.message == "is cut off at the end of the file")
  }
}
