import Arrays
import Foundation
import Readers
import TestSupport
import Testing

/// Golden: h5py 3.16.0 with HDF5 2.0.0.
@Suite struct HDF5ArrayFileTests {
  let folder: TemporaryFolder
  let golden: FormatCase
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    golden = try #require(FormatCase.all(".h5").first)
    path = try golden.write(to: folder)
  }

  @Test func valuesAreThoseThatWentIn() throws {
    let file = try HDF5ArrayFile.open(path)
    for value in golden.values {
      if let texts = value.texts {
        #expect(try file.texts(value.name) == texts, "\(value.name)")
        for row in 0..<(value.shape.first ?? 0) {
          #expect(try file.texts(value.name, row: row) == [texts[row]])
        }
        continue
      }
      #expect(value.matches(try file.array(value.name)), "\(value.name)")
      for row in 0..<(value.shape.first ?? 0) {
        #expect(value.matches(try file.row(value.name, row), row: row), "\(value.name) \(row)")
      }
    }
  }

  @Test func listsDataSetsOnceAndSaysWhatIsWrongWithThem() throws {
    let listed = try HDF5ArrayFile.open(path).datasets()
    let paths = listed.map(\.path)
    #expect(paths == paths.sorted())
    #expect(Set(paths).count == paths.count)
    let readable = listed.filter { $0.problem == nil }.map(\.path)
    #expect(Set(readable) == Set(golden.values.map(\.name)))
    let problems = Dictionary(
      uniqueKeysWithValues: listed.compactMap { one in one.problem.map { (one.path, $0) } })
    #expect(problems["/outside"] == "is a link to another file, which is not followed")
    #expect(problems["/virtual"]?.contains("it is virtual: its values lie in other files") == true)
    #expect(problems["/elsewhere"] == "has its values in another file")
    #expect(problems["/records"] == "holds records of fields")
    #expect(problems["/lzf"] == "is packed by a filter that is not here (32000)")
    #expect(problems["/loop/dangling"]?.hasPrefix("HDF5 could not open it") == true)
    #expect(problems.count == 9)
  }

  @Test func whatCannotBeReadIsRefusedWithItsReason() throws {
    let file = try HDF5ArrayFile.open(path)
    for refused in golden.refused {
      let found = faults(in: folder) { _ = try file.array(refused[0]) }
      #expect(found.first?.contains(refused[1]) == true, "\(refused[0]): \(found)")
    }
    #expect(
      faults(in: folder) { _ = try file.row("/bool", 3) } == [
        "all.h5:/bool: error: has no row 3: there are 3"
      ])
    #expect(
      faults(in: folder) { _ = try file.row("/scalar", 0) } == [
        "all.h5:/scalar: error: has no axis to slice"
      ])
    #expect(
      faults(in: folder) { _ = try file.array("/texts/fixed") } == [
        "all.h5:/texts/fixed: error: holds text, where numbers are wanted"
      ])
    #expect(
      faults(in: folder) { _ = try file.array("/bol") }.first?.hasPrefix(
        "all.h5: error: the file has no data set '/bol'\n  mend: did you mean '/bool'?") == true)
  }

  @Test func aTextFileIsNoHDF5File() throws {
    let text = try folder.write("a.h5", "not HDF5\n")
    let found = faults(in: folder) { _ = try HDF5ArrayFile.open(text) }
    #expect(found.first?.hasPrefix("a.h5: error: HDF5 could not open it: ") == true)
  }

  @Test func rowsAreReadFromSeveralThreads() async throws {
    let file = try HDF5ArrayFile.open(path)
    let whole = try file.array("/packed/gzip").values(as: Int16.self)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for row in 0..<10 {
        group.addTask {
          try file.row("/packed/gzip", row).values(as: Int16.self)
            == Array(whole[(row * 24)..<((row + 1) * 24)])
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }

  /// Bombs and faults that h5py writes willingly.
  @Test(.enabled(if: TestPython.path != nil, "MKE_TEST_PYTHON is not set"))
  func whatPromisesMoreThanTheFileHoldsIsRefused() throws {
    let target = folder.path("bomb.h5")
    _ = try TestPython.run(
      """
      import h5py, numpy, sys
      with h5py.File(sys.argv[1], "w") as f:
          f.create_dataset("sparse", (1 << 36, 1 << 20), "f8", chunks=(64, 64))
          f.create_dataset("chunk", (1 << 28,), "u1", chunks=(1 << 28,), compression="gzip")
          f.create_dataset("late", (1 << 50,), "u1")
          f.create_dataset("latin", data=numpy.array([b"a\\xe9"]))
          zeros = numpy.zeros((4, 1 << 20), "u1")
          f.create_dataset("dense", data=zeros, chunks=(1, 1 << 20), compression="gzip")
      """, [target])
    let file = try HDF5ArrayFile.open(target)
    func told(_ body: () throws -> Void) -> String { faults(in: folder, body).first ?? "read" }
    #expect(told { _ = try file.array("/sparse") }.contains("promises 72057594037927936 values"))
    #expect(told { _ = try file.array("/late") }.contains("promises 1125899906842624 values"))
    #expect(told { _ = try file.array("/chunk") }.contains("has chunks of [268435456]"))
    #expect(told { _ = try file.texts("/latin") }.contains("the text 0 is not UTF-8"))
    #expect(try file.row("/sparse", 5).shape == [1 << 20])
    #expect(try file.array("/dense").count == 4 << 20)
  }
}
