import Arrays
import Foundation
import Readers
import TestSupport
import Testing

/// Golden: numpy 2.4.6, stored, deflated, with data descriptors, and with something before it.
@Suite struct NumpyArchiveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: FormatCase.all(".npz"))
  func readsWhatNumpyWrites(golden: FormatCase) throws {
    let archive = try NumpyArchive.open(golden.write(to: folder))
    #expect(archive.names == golden.values.map(\.name).sorted())
    for value in golden.values {
      let form = try archive.form(value.name)
      #expect(form.shape == value.shape)
      #expect(form.type?.rawValue == value.type)
      if let texts = value.texts {
        #expect(try archive.texts(value.name) == texts)
      } else {
        #expect(value.matches(try archive.array(value.name)))
        for row in 0..<value.shape[0] {
          #expect(value.matches(try archive.row(value.name, row), row: row))
        }
      }
    }
  }

  private func damaged(_ name: String, _ change: (inout [UInt8]) -> Void) throws -> String {
    let golden = try #require(FormatCase.all(".npz").first { $0.file == name })
    var bytes = try golden.bytes()
    change(&bytes)
    let path = folder.path("a.npz")
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func aFlippedValueIsFound(name: String) throws {
    let path = try damaged(name) { bytes in
      // In the middle of the first array's values.
      bytes[name == "stored.npz" ? 240 : 150] ^= 0x10
    }
    let archive = try NumpyArchive.open(path)
    let found = faults(in: folder) { _ = try archive.array("x") }
    #expect(found.first?.contains("damaged") == true, "\(found)")
    let row = faults(in: folder) { _ = try archive.row("x", 0) }
    #expect(row.first?.contains("damaged") == true, "\(row)")
  }

  @Test func whatIsNotThereHasANearName() throws {
    let path = try damaged("stored.npz") { _ in }
    let archive = try NumpyArchive.open(path)
    #expect(
      faults(in: folder) { _ = try archive.array("nmes") } == [
        """
        a.npz: error: the archive has no array 'nmes'
          mend: did you mean 'names'? (arrays: ../up/y, columns, names, x)
        """
      ])
    #expect(
      faults(in: folder) { _ = try archive.array("names") } == [
        "a.npz:names: error: holds texts, where numbers are wanted"
      ])
  }

  @Test func aTextFileIsNoArchive() throws {
    let path = try folder.write("a.npz", String(repeating: "no archive\n", count: 100))
    #expect(
      faults(in: folder) { _ = try NumpyArchive.open(path) } == [
        """
        a.npz: error: no end of a zip archive, at byte 1100
          mend: the archive is cut short or damaged: copy it again
        """
      ])
  }

  /// An archive of one stored or deflated entry, whatever its sizes say.
  private func archive(
    _ content: [UInt8], method: UInt16, size: UInt32, packed: UInt32, flags: UInt16
  ) throws -> String {
    func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
      withUnsafeBytes(of: number.littleEndian) { [UInt8]($0) }
    }
    let name = Array("x.npy".utf8)
    let common =
      bytes(flags) + bytes(method) + bytes(UInt32(0)) + bytes(UInt32(0)) + bytes(packed)
      + bytes(size) + bytes(UInt16(name.count)) + bytes(UInt16(0))
    let local = bytes(UInt32(0x0403_4B50)) + bytes(UInt16(20)) + common + name + content
    let central =
      bytes(UInt32(0x0201_4B50)) + bytes(UInt16(20)) + bytes(UInt16(20)) + common
      + [UInt8](repeating: 0, count: 14) + name
    let end =
      bytes(UInt32(0x0605_4B50)) + [0, 0, 0, 0] + bytes(UInt16(1)) + bytes(UInt16(1))
      + bytes(UInt32(central.count)) + bytes(UInt32(local.count)) + bytes(UInt16(0))
    let path = folder.path("a.npz")
    try Data(local + central + end).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func bombsAndSecretsAreRefused() throws {
    let some = [UInt8](repeating: 7, count: 100)
    let cases: [(method: UInt16, size: UInt32, packed: UInt32, flags: UInt16, words: String)] = [
      (8, .max - 1, 100, 0, "cannot hold 4294967294 bytes in 100"),
      (0, 1 << 30, 100, 0, "cannot hold 1073741824 bytes in 100"),
      (0, 1 << 30, 1 << 30, 0, "more bytes should be"),
      (12, 100, 100, 0, "is packed by method 12"),
      (0, 100, 100, 1, "is encrypted"),
      (0, 100, 100, 0, "no array in numpy's format"),
      (8, 100, 100, 0, "the packed data are damaged"),
    ]
    for one in cases {
      let path = try archive(
        some, method: one.method, size: one.size, packed: one.packed, flags: one.flags)
      let found = faults(in: folder) { _ = try NumpyArchive.open(path).array("x") }
      #expect(found.first?.contains(one.words) == true, "\(found)")
    }
  }
}
