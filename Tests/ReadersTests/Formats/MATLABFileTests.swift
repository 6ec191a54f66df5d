import Arrays
import Foundation
import Readers
import TestSupport
import Testing

/// Golden: scipy 1.17.1 (versions 6 and 7), the same turned to big endian, and MATLAB 7.3's layout
/// built with h5py 3.16.0.
@Suite struct MATLABFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let readable = FormatCase.all(".mat").filter { !$0.values.isEmpty }

  @Test(arguments: readable)
  func valuesAreThoseThatWentIn(golden: FormatCase) throws {
    let file = try MATLABFile.open(golden.write(to: folder))
    for value in golden.values {
      if let texts = value.texts {
        #expect(try file.texts(value.name) == texts, "\(value.name)")
        continue
      }
      let array = try file.array(value.name, axes: value.order)
      #expect(value.matches(array), "\(value.name): \(array.type) \(array.shape)")
      for row in 0..<(value.shape.first ?? 0) {
        #expect(
          value.matches(try file.row(value.name, row, axes: value.order), row: row),
          "\(value.name) \(row)")
      }
    }
  }

  @Test(arguments: readable)
  func theOrderOfAxesIsThatOfPythonsReaders(golden: FormatCase) throws {
    let file = try MATLABFile.open(golden.write(to: folder))
    let is73 = golden.file == "version-73.mat"
    #expect(file.axes == (is73 ? .reversed : .matlab))
    #expect(try file.array("cube").shape == (is73 ? [4, 3, 2] : [2, 3, 4]))
    #expect(try file.row("cube", 1).shape == (is73 ? [3, 2] : [3, 4]))
    let listed = try #require(file.variables.first { $0.name == "cube" })
    #expect(listed.shape == (is73 ? [4, 3, 2] : [2, 3, 4]))
  }

  @Test(arguments: readable)
  func variablesAreListedWithTheirClasses(golden: FormatCase) throws {
    let file = try MATLABFile.open(golden.write(to: folder))
    let classes = Dictionary(
      uniqueKeysWithValues: file.variables.map { ($0.name, $0.className) })
    for name in ["double", "single", "int8", "uint32", "int64", "logical"] {
      #expect(classes[name] == name)
    }
    #expect(classes["cube"] == "uint8")
    #expect(classes["text"] == "char")
    #expect(classes["names"] == "cell")
    #expect(classes["s"] == "struct")
    #expect(classes["many"] == "struct")
    #expect(classes["sparse"] == "sparse")
    #expect(file.variables.count == 24)
    #expect(try file.fields("s").sorted() == ["inner", "labels", "names"])
    #expect(try file.variable("mixed{3}").className == "cell")
    #expect(try file.variable("nothing").shape == (file.axes == .matlab ? [0, 3] : [3, 0]))
  }

  @Test(arguments: FormatCase.all(".mat"))
  func whatIsNoNumbersIsRefusedWithItsReason(golden: FormatCase) throws {
    let path = try golden.write(to: folder)
    for refused in golden.refused {
      let found = faults(in: folder) { _ = try MATLABFile.open(path).array(refused[0]) }
      #expect(found.first?.contains(refused[1]) == true, "\(refused[0]): \(found)")
    }
  }

  @Test func faultsSayHowToMendThem() throws {
    let golden = try #require(Self.readable.first { $0.file == "version-7.mat" })
    let file = try MATLABFile.open(golden.write(to: folder))
    func told(_ name: String) -> String? {
      faults(in: folder) { _ = try file.array(name) }.first
    }
    #expect(
      told("sparse") == """
        version-7.mat:sparse: error: is a sparse array, where numbers are wanted
          mend: save it with full(x)
        """)
    #expect(
      told("s.lables") == """
        version-7.mat:s.lables: error: the struct has no field 'lables'
          mend: did you mean 'labels'? (fields: labels, names, inner)
        """)
    #expect(
      told("s{") == """
        version-7.mat: error: 's{' is no path
          mend: write a variable, s.field, s(2).field or c{2}; elements count from 1
        """)
    #expect(
      faults(in: folder) { _ = try file.texts("mixed") } == [
        """
        version-7.mat:mixed{1}: error: is an array of double, where texts are wanted
        """
      ])
    #expect(
      faults(in: folder) { _ = try file.row("double", 2) } == [
        "version-7.mat:double: error: has no row 2\n  mend: there are 2, counted from 0"
      ])
  }

  @Test func aFileOfVersion4IsNamed() throws {
    let golden = try #require(FormatCase.all(".mat").first { $0.file == "version-4.mat" })
    let path = try golden.write(to: folder)
    #expect(
      faults(in: folder) { _ = try MATLABFile.open(path) } == [
        """
        version-4.mat: error: a MATLAB file of version 4, which is not read
          mend: save it again in MATLAB with save('version-4.mat', '-v7')
        """
      ])
  }

  @Test func aFileOfSomethingElseIsNoMATLABFile() throws {
    for text in ["", "short", String(repeating: "no MATLAB file at all. ", count: 20)] {
      let path = try folder.write("a.mat", text)
      #expect(
        faults(in: folder) { _ = try MATLABFile.open(path) } == [
          """
          a.mat: error: no MATLAB file, at byte 0
            mend: name a .mat file that MATLAB's save or scipy.io.savemat wrote
          """
        ])
    }
  }

  // MARK: By hand

  /// Elements of MATLAB's own format.
  private struct Elements {
    var bytes: [UInt8] =
      Array("MATLAB 5.0 MAT-file, by hand".utf8)
      + [UInt8](repeating: 0x20, count: 96) + [0, 1, 0x49, 0x4D]

    static func word(_ number: Int) -> [UInt8] {
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).littleEndian) { [UInt8]($0) }
    }

    static func element(_ type: Int, _ data: [UInt8], count: Int? = nil) -> [UInt8] {
      word(type) + word(count ?? data.count) + data
        + [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
    }

    static func matrix(
      _ className: Int, _ sizes: [Int], name: String = "x", flags: Int = 0, count: Int? = nil,
      _ content: [UInt8]
    ) -> [UInt8] {
      let body =
        element(6, word(className | flags << 8) + word(0)) + element(5, sizes.flatMap { word($0) })
        + element(1, Array(name.utf8)) + content
      return element(14, body, count: count)
    }
  }

  private func told(_ matrix: [UInt8], _ name: String = "x") -> String? {
    faults(in: folder) {
      let path = folder.path("a.mat")
      try Data(Elements().bytes + matrix).write(to: URL(fileURLWithPath: path))
      let file = try MATLABFile.open(path)
      switch try file.variable(name).className {
      case "char", "cell": _ = try file.texts(name)
      default: _ = try file.array(name)
      }
    }.first
  }

  @Test func sizesThatCannotBeAreRefused() {
    let largest = Int(Int32.max)
    let cases: [(sizes: [Int], words: String)] = [
      ([largest, largest, largest], "a value of the sizes"), ([-1, 4], "a value of the sizes"),
      ([largest, 1], "8 bytes for 2147483647 numbers of 8, at byte 184"),
      ([largest, 1 << 28], "bytes for 576460752034988032 numbers"), ([3], "a value of the sizes"),
      ([1, 2], "8 bytes for 2 numbers of 8, at byte 184"),
    ]
    for one in cases {
      let found = told(
        Elements.matrix(6, one.sizes, Elements.element(9, [UInt8](repeating: 0, count: 8))))
      #expect(found?.contains(one.words) == true, "\(one.sizes): \(found ?? "read")")
    }
    // As many cells, none of which is there.
    for sizes in [[largest, 1 << 28], [1, 3]] {
      let found = told(Elements.matrix(1, sizes, []))
      #expect(found?.contains("cells in a variable that is too short") == true, "\(found ?? "")")
    }
    #expect(
      told(Elements.matrix(6, [1, 1], count: 1 << 31, []))?.contains("the file ends at byte")
        == true)
    #expect(
      told(Elements.matrix(6, [1, 1], Elements.element(77, [])))?.contains("of the type 0") == true)
    #expect(told(Elements.matrix(99, [1, 1], []))?.contains("unknown class 99") == true)
  }

  @Test func cellsNestedDeeplyCostNoStack() throws {
    var inner = Elements.matrix(
      6, [1, 1], name: "", Elements.element(9, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]))
    for _ in 0..<2_000 { inner = Elements.matrix(1, [1, 1], name: "", inner) }
    let path = folder.path("deep.mat")
    let outer = Elements.matrix(
      1, [1, 2], inner + Elements.matrix(4, [1, 1], name: "", Elements.element(4, [0x41, 0])))
    try Data(Elements().bytes + outer).write(to: URL(fileURLWithPath: path))
    let file = try MATLABFile.open(path)
    #expect(try file.texts("x{2}") == ["A"])
    #expect(try file.variable("x{1}" + String(repeating: "{1}", count: 20)).className == "cell")
    let tooDeep = faults(in: folder) {
      _ = try file.array("x" + String(repeating: "{1}", count: 50))
    }
    #expect(tooDeep.first?.contains("goes deeper than 32 steps") == true)
  }

  @Test func smallElementsAndAllKindsOfTextAreRead() throws {
    let small: [UInt8] = [2, 0, 2, 0, 7, 9, 0, 0]
    let wide = Elements.element(18, "né".unicodeScalars.flatMap { Elements.word(Int($0.value)) })
    let path = folder.path("a.mat")
    try Data(
      Elements().bytes + Elements.matrix(9, [1, 2], name: "s", small)
        + Elements.matrix(4, [1, 3], name: "u8", Elements.element(16, Array("né!".utf8)))
        + Elements.matrix(4, [1, 2], name: "u32", wide)
        + Elements.matrix(4, [2, 2], name: "rows", Elements.element(2, Array("acbd".utf8)))
        + Elements.matrix(6, [0, 0], name: "nothing", [])
    ).write(to: URL(fileURLWithPath: path))
    let file = try MATLABFile.open(path)
    #expect(try file.array("s") == NumberArray([UInt8(7), 9], shape: [1, 2]))
    #expect(try file.texts("u8") == ["né!"])
    #expect(try file.texts("u32") == ["né"])
    #expect(try file.texts("rows") == ["ab", "cd"])
    #expect(try file.array("nothing").shape == [0, 0])
  }
}
