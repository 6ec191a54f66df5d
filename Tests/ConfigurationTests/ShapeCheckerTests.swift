import Configuration
import Diagnostics
import Testing

@Suite struct ShapeCheckerTests {
  private let place = SourceLocation(file: "x.yaml", line: 3, column: 7)

  private func check(_ value: Value, _ shape: Shape) -> (checked: CheckedValue?, faults: [String]) {
    var checker = ShapeChecker()
    let located = LocatedValue(value, at: place, pathBase: "/")
    let checked = checker.check(
      located, shape, at: ValuePath().appending("key"), hint: "key: What it is.")
    return (checked, checker.faults.map(\.diagnostic.message))
  }

  @Test func writesNumbersInOneForm() {
    #expect(check(1, .anyNumber).checked?.value.canonicalJSON == "1")
    #expect(check(2e3, .positiveInteger).checked?.value == .integer(2000))
    #expect(check(.double(.nan), .anyNumber).checked == nil)
    #expect(check(.double(.infinity), .anyNumber).checked == nil)
    #expect(check(.double(1e300), .anyInteger).checked == nil)
  }

  @Test(arguments: [
    (Shape.integer(1...10), "a whole number from 1 to 10"), (.anyInteger, "a whole number"),
    (.count, "a whole number of at least 0"),
    (.integer(Int.min...5), "a whole number of at most 5"),
    (.share, "a number from 0 to 1"), (.positiveNumber, "a number above 0"),
    (.nonNegativeNumber, "a number of at least 0"),
    (.number(.init(-.infinity, 2)), "a number at most 2"),
    (.number(.init(0, 1, isUpperOpen: true)), "a number from 0 to below 1"),
    (.number(.init(0, 1, isLowerOpen: true)), "a number above 0 and at most 1"),
    (.number(.init(0, 1, isLowerOpen: true, isUpperOpen: true)), "a number above 0 and below 1"),
    (.bool, "true or false"), (.string, "text"), (.path, "a path"),
    (.choice(["a"]), "'a'"), (.choice(["a", "b", "c"]), "'a', 'b' or 'c'"),
    (.list(.bool), "a list"), (.list(.bool, count: 2...2), "a list of 2 items"),
    (.list(.bool, count: 0...3), "a list of at most 3 items"),
    (.list(.bool, count: 2...3), "a list of 2 to 3 items"),
    (.nonEmptyList(.bool), "a list of at least 1 item"), (.map(.bool), "a mapping"),
    (.either([.choice(["all"]), .list(.string)]), "'all' or a list"),
  ])
  func saysWhatAShapeWants(shape: Shape, words: String) {
    // No shape takes a value of another form than its own.
    let isMapping = if case .map = shape { true } else { false }
    let value: Value = isMapping ? [1] : ["a": 1]
    let found = isMapping ? "a list" : "a mapping"
    #expect(check(value, shape).faults == ["'key' must be \(words), not \(found)"])
  }

  @Test func takesTheFirstAlternativeWhoseFormFits() {
    let shape = Shape.either([
      .choice(["all"]), .integer(1...9), .list(.string), .object([.required("a", .bool, "A.")]),
    ])
    #expect(check("all", shape).checked?.value == "all")
    #expect(check(3, shape).checked?.value == 3)
    #expect(check(["x"], shape).checked?.value == ["x"])
    #expect(
      check(10, shape).faults
        == ["'key' must be 'all', a whole number from 1 to 9, a list or a mapping, not 10"])
    // Of the one alternative that is a list, what is wrong inside it.
    #expect(check([1], shape).faults == ["'key[0]' must be text, not 1"])
    #expect(check([:], shape).faults == ["'key' needs 'a'"])
  }

  @Test func leavesOutOfTheFingerprintWhatChangesNothing() {
    let shape = Shape.object([
      Key("seed", .count, default: 1, "Seed."),
      Key(
        "deep", .object([Key("batch", .count, default: 9, "Batch.").keptOutOfFingerprint]), "Deep."),
      Key("file", .path, "File."), Key("root", .path, "Root.").keptOutOfFingerprint,
    ])
    let checked = check(["deep": [:], "file": "/", "root": "/"], shape).checked
    #expect(checked?.value == ["seed": 1, "deep": ["batch": 9], "file": "/", "root": "/"])
    #expect(checked?.fingerprinted == ["seed": 1, "deep": [:], "file": "key.file"])
    #expect(checked?.files == [.init(name: "key.file", path: "/")])
  }

  @Test func passesOverWhatWasReportedAlready() {
    var checker = ShapeChecker()
    var value = LocatedValue("x", at: place, pathBase: "/")
    value.isFaulty = true
    #expect(checker.check(value, .bool, at: ValuePath(), hint: "") == nil)
    #expect(checker.faults.isEmpty)
  }

  @Test func shortensLongText() {
    let text = String(repeating: "x", count: 60)
    let shown = String(repeating: "x", count: 40)
    #expect(
      check(.string(text), .bool).faults == ["'key' must be true or false, not '\(shown)…'"])
  }

  @Test func showsFaultsInOrderAndOnce() {
    func fault(_ line: Int, _ column: Int, _ message: String) -> Fault {
      Fault(SourceLocation(file: "x", line: line, column: column), message)
    }
    let faults = [
      fault(2, 1, "c"), fault(1, 9, "b"), fault(1, 9, "b"), fault(1, 2, "a"), fault(2, 1, "d"),
    ]
    #expect(faults.inOrder.map(\.message) == ["a", "b", "c", "d"])
  }
}
