import Arrays
import Foundation
import Readers
import TestSupport
import Testing

/// Golden: numpy 2.4.6.
@Suite struct NumpyFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: FormatCase.all(".npy").filter { $0.refused.isEmpty })
  func readsWhatNumpyWrites(golden: FormatCase) throws {
    let file = try NumpyFile.open(golden.write(to: folder))
    let value = golden.values[0]
    #expect(file.shape == value.shape)
    #expect(file.type?.rawValue == value.type)
    if let texts = value.texts {
      #expect(try file.texts() == texts)
    } else {
      #expect(value.matches(try file.array()))
      for row in 0..<(value.shape.first ?? 0) {
        #expect(value.matches(try file.row(row), row: row))
      }
    }
  }

  @Test(arguments: FormatCase.all(".npy").filter { !$0.refused.isEmpty })
  func refusesWhatIsNoNumbers(golden: FormatCase) throws {
    let path = try golden.write(to: folder)
    let found = faults(in: folder) { _ = try NumpyFile.open(path) }
    #expect(found.first?.contains("error: " + golden.refused[0][1]) == true, "\(found)")
  }

  private func write(_ header: String, _ values: [UInt8] = [], name: String = "a.npy") throws
    -> String
  {
    let length = UInt16(header.utf8.count)
    let bytes =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
      + Array(header.utf8) + values
    let path = folder.path(name)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func told(_ header: String, _ values: [UInt8] = []) -> String? {
    faults(in: folder) { _ = try NumpyFile.open(write(header, values)).array() }.first
  }

  @Test func faultsNameTheirByte() throws {
    #expect(
      told("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", [0, 0]) == """
        a.npy: error: the file ends at byte 69, its 24 bytes of values do not, at byte 67
          mend: the file is cut short: copy it again
        """)
    #expect(
      told("{'descr': '<f8', 'fortran_order': 'no', 'shape': (3,)}")?.hasPrefix(
        "a.npy: error: the header is damaged (no 'fortran_order' that makes sense), at byte 10")
        == true)
    #expect(
      told("{'descr': '<f8' 'fortran_order': False}")?.hasPrefix(
        "a.npy: error: the header is damaged (',' or '}' must be here), at byte 26") == true)
    #expect(
      told("{'descr': '<q9', 'fortran_order': False, 'shape': ()}")
        == "a.npy: error: numbers of the unknown type '<q9', at byte 10")
  }

  @Test(arguments: [
    "(4611686018427387904,)", "(2305843009213693952, 2305843009213693952)", "(-1,)", "(-1, -1)",
    "(4611686018427387904, 4, 0)", "(99999999999999999999,)", "(1152921504606846976, 0)", "3",
  ])
  func sizesThatCannotBeAreRefused(shape: String) {
    let found = told("{'descr': '<f8', 'fortran_order': False, 'shape': \(shape)}")
    #expect(found?.contains("at byte") == true, "\(found ?? "read")")
  }

  @Test func aHeaderNestedDeeplyIsRefused() {
    let deep = String(repeating: "(", count: 20_000)
    #expect(told("{'shape': \(deep)")?.contains("nested too deeply") == true)
  }

  @Test func aRowOfALargeFortranArrayIsPickedInBlocks() throws {
    // Three blocks of a mebibyte, and rows longer than one.
    for shape in [[4, 100_000], [200_000, 3]] {
      let count = shape.reduce(1, *)
      let numbers = (0..<count).map { Float($0) }
      let path = try write(
        "{'descr': '<f4', 'fortran_order': True, 'shape': (\(shape[0]), \(shape[1]))}",
        numbers.withUnsafeBytes { [UInt8]($0) })
      let file = try NumpyFile.open(path)
      let row = shape[0] - 1
      let wanted = (0..<shape[1]).map { Float($0 * shape[0] + row) }
      #expect(try file.row(row).values(as: Float.self) == wanted)
    }
  }

  @Test func whatIsNotThereIsTold() throws {
    let path = try write("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", Array(0..<8))
    #expect(
      faults(in: folder) { _ = try NumpyFile.open(path).row(1) } == [
        "a.npy: error: has no row 1\n  mend: its shape is [1]; rows are counted from 0"
      ])
    #expect(
      faults(in: folder) { _ = try NumpyFile.open(path).texts() } == [
        "a.npy: error: holds numbers, where texts are wanted\n  mend: name another file"
      ])
    #expect(
      faults(in: folder) { _ = try NumpyFile.open(folder.path("b.npy")) } == [
        "b.npy: error: no such file\n  mend: did you mean 'a.npy'?"
      ])
    #expect(
      faults(in: folder) { _ = try NumpyFile.open(folder.path) } == [
        "DIR: error: a folder, where a file is wanted\n  mend: name a file"
      ])
    #expect(
      faults(in: folder) { _ = try NumpyFile.open("/dev/zero") } == [
        "/dev/zero: error: no regular file\n  mend: copy its content to a file"
      ])
  }
}
