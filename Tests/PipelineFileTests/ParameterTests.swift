import Configuration
import Diagnostics
import PipelineFile
import TestSupport
import Testing

@Suite struct ParameterTests {
  /// The checked keys of the stage `it`.
  private func configuration(
    params: String, _ keys: String, settings: [String] = [], folder: String = "/nowhere",
    file: String = Toys.file
  ) throws -> Value {
    let text = "mke: 1\nname: toy\nparams: {\(params)}\nstages:\n  it: {kind: shapes, \(keys)}\n"
    let loaded = try Toys.load(text, settings: settings, folder: folder, file: file)
    return try #require(loaded.graph["it"]?.configuration)
  }

  @Test func takesTheTypeOfItsParameterInQuotesOrNot() throws {
    for reference in [#""${n}""#, "'${n}'"] {
      #expect(try configuration(params: "n: 7", "word: w, whole: \(reference)")["whole"] == 7)
    }
    let block = "mke: 1\nname: toy\nparams:\n  n: 7\nstages:\n  it:\n    kind: shapes\n"
    let loaded = try Toys.load(block + "    word: w\n    whole: ${n}\n")
    #expect(loaded.graph["it"]?.configuration["whole"] == 7)
    #expect(loaded.parameters == ["n": 7])
  }

  @Test func takesListsAndMappingsWhole() throws {
    let result = try configuration(
      params: "names: [a, b], inner: {deep-count: 9}, layer: {kind: wide, layer-width: 2}",
      #"word: w, names: "${names}", inner: "${inner}", layers: ["${layer}", {kind: plain}]"#)
    #expect(result["names"] == ["a", "b"])
    #expect(result["inner"] == ["deep-count": 9])
    #expect(result["layers"] == [["kind": "wide", "layer-width": 2], ["kind": "plain"]])
  }

  @Test func writesValuesOutInsideText() throws {
    let result = try configuration(
      params: "a: 1.0, b: 007, c: word, d: true", #"word: "x${a}-${b}${c} ${ d }$${a}""#)
    #expect(result["word"] == "x1.0-007word true${a}")
  }

  @Test func mayUseEarlierParameters() throws {
    let result = try configuration(
      params: #"a: 3, b: "${a}", c: "n-${b}", names: ["${c}", "${c}"]"#,
      #"word: "${c}", whole: "${b}", names: "${names}""#, settings: ["a=4"])
    #expect(result["word"] == "n-4")
    #expect(result["whole"] == 4)
    #expect(result["names"] == ["n-4", "n-4"])
  }

  @Test func readsSettingsAsYAML() throws {
    func setting(_ text: String) throws -> Value {
      let loaded = try Toys.load(
        "mke: 1\nname: toy\nparams: {p: 0}\nstages: {it: {kind: shapes, word: w}}\n",
        settings: ["p=\(text)"])
      return try #require(loaded.parameters["p"])
    }
    #expect(try setting("0.5") == 0.5)
    #expect(try setting("12") == 12)
    #expect(try setting("true") == true)
    #expect(try setting("") == .null)
    #expect(try setting("../data: # 1") == "../data: # 1")
    #expect(try setting("\"12\"") == "12")
    #expect(try setting("[xa, 'xb', 3]") == ["xa", "xb", 3])
    #expect(try setting("{kind: plain}") == ["kind": "plain"])
    #expect(try setting("a=b") == "a=b")
  }

  @Test func letsTheLastSettingCount() throws {
    let result = try configuration(
      params: "n: 7", #"word: w, whole: "${n}""#, settings: ["n=3", "n=2"])
    #expect(result["whole"] == 2)
  }

  @Test func startsPathsWhereTheyWereWritten() throws {
    let folder = try TemporaryFolder()
    for name in ["here/x.csv", "there/x.csv", "there/pipes/x.csv"] { try folder.write(name, "") }
    func file(_ value: String, settings: [String] = []) throws -> Value? {
      try configuration(
        params: "data: ..", "word: w, file: \(value)", settings: settings,
        folder: folder.path("here"), file: "../there/pipes/toy.yaml")["file"]
    }
    #expect(try file("x.csv") == .string(folder.path("there/pipes/x.csv")))
    #expect(try file(#""${data}/x.csv""#) == .string(folder.path("there/x.csv")))
    #expect(
      try file(#""${data}/x.csv""#, settings: ["data=."]) == .string(folder.path("here/x.csv")))
    #expect(
      try file(#""${data}""#, settings: ["data=x.csv"]) == .string(folder.path("here/x.csv")))
    #expect(
      try file(#""./${data}/x.csv""#, settings: ["data=.."]) == .string(folder.path("there/x.csv")))
  }

  @Test func warnsOfParametersThatNothingUses() throws {
    let loaded = try Toys.load(
      "mke: 1\nname: toy\nparams:\n  a: 1\n  b: 2\nstages: {it: {kind: shapes, word: odd, whole: '${b}'}}"
    )
    #expect(
      loaded.warnings.map(\.description) == [
        "Pipelines/toy.yaml:4:3: warning: nothing uses the parameter 'a'\n"
          + "  mend: write '${a}' where it belongs, or remove it",
        "Pipelines/toy.yaml:6:29: warning: that is an odd word",
      ])
  }

  @Test func mayBeAbsentOrEmpty() throws {
    for params in ["", "params:\n", "params: {}\n"] {
      let loaded = try Toys.load(
        "mke: 1\nname: toy\n\(params)stages: {it: {kind: shapes, word: w}}")
      #expect(loaded.parameters.isEmpty)
    }
  }
}
