import Configuration
import Diagnostics
import Shards
import Tensors
import Testing
import Training

@testable import Work

@Suite struct LabelColumnTests {
  private func labels(
    _ bytes: [UInt8], count: Int, _ task: LearningTask, classes: Int
  ) throws -> LabelColumn {
    try LabelColumn(Column(bytes, count: count), task, classes: classes, of: "input 'a'")
  }

  @Test func classesAreWholeNumbers() throws {
    let column = try LabelColumn(
      Column([2, -1, 0] as [Int32], count: 3), .singleLabel, classes: 3, of: "input 'a'")
    #expect(column.perSample == 1 && column.count == 3)
    #expect(column.decisions(0..<3) == [2, -1, 0])
    #expect((0..<3).map(column.isKnown) == [true, false, true])
    #expect(column.histogram() == [1, 0, 1])
    let lesson = try column.lesson(picture: nil)
    #expect(lesson.rows == [0, 2])
    #expect(try lesson.targets.tensor.integers() == [2, 0])
  }

  @Test func labelsAreKnownOneByOne() throws {
    let column = try labels([1, 0, 255, 255, 255, 1], count: 3, .multiLabel, classes: 2)
    #expect(column.decisions([2, 0]) == [-1, 1, 1, 0])
    #expect((0..<3).map(column.isKnown) == [true, false, true])
    #expect(column.histogram() == [1, 1])
    let lesson = try column.lesson(picture: nil)
    #expect(lesson.rows == [0, 2])
    #expect(try lesson.targets.tensor.floats() == [1, 0, -1, 1])
  }

  @Test func mapsKeepTheirShape() throws {
    let column = try labels(
      [0, 1, 2, 255, 1, 1] + [UInt8](repeating: 255, count: 6), count: 2, .segmentation, classes: 3)
    #expect(column.perSample == 6)
    #expect(column.histogram() == [1, 3, 1])
    let lesson = try column.lesson(picture: (2, 3))
    #expect(lesson.rows == [0])
    #expect(lesson.targets.tensor.shape == [1, 2, 3])
    #expect(try lesson.targets.tensor.integers() == [0, 1, 2, 255, 1, 1])
    let error = #expect(throws: Diagnostic.self) { try column.lesson(picture: (2, 4)) }
    #expect(error?.message == "it has 6 pixels, the pictures have 2 × 4")
    #expect(try lesson.weights(nil, classes: ["a", "b", "c"], of: "x") == nil)
    #expect(
      try lesson.weights(.named(["b": 3]), classes: ["a", "b", "c"], of: "x") == [1, 3, 1])
    // The mean over the five pixels is 1.
    let balanced = try #require(
      try lesson.weights(.balanced, classes: ["a", "b", "c", "d"], of: "x"))
    #expect(
      zip(balanced, [5 / 3.0, 5 / 9.0, 5 / 3.0, 1]).allSatisfy { abs($0 - Float($1)) < 1e-6 })
    #expect(throws: Diagnostic.self) {
      try lesson.weights(.named(["e": 3]), classes: ["a", "b", "c"], of: "x")
    }
  }

  @Test func numbersThatAreNoClassAreRefused() throws {
    func refuse(_ bytes: [UInt8], count: Int, _ task: LearningTask, _ message: String) {
      let error = #expect(throws: Diagnostic.self) {
        try labels(bytes, count: count, task, classes: 3)
      }
      #expect(error?.message == message)
    }
    refuse(
      [0, 3, 255], count: 1, .segmentation, "it has a label of the number 3, and only 3 classes")
    refuse([0, 2, 255], count: 1, .multiLabel, "its labels are not 0 or 1 for each of 3 classes")
    refuse([0, 1], count: 1, .multiLabel, "its labels are not 0 or 1 for each of 3 classes")
    let classes = #expect(throws: Diagnostic.self) {
      try LabelColumn(
        Column([7] as [Int32], count: 1), .singleLabel, classes: 3, of: "input 'a'")
    }
    #expect(classes?.message == "it has a label of the number 7, and only 3 classes")
    #expect(throws: Diagnostic.self) {
      try LabelColumn(nil, .singleLabel, classes: 3, of: "input 'a'")
    }
  }

  @Test func classesWeighAsTheFileSays() throws {
    let lesson = try labels([1, 0, 1, 0, 0, 0, 1, 0], count: 4, .multiLabel, classes: 2)
      .lesson(picture: nil)
    let (classes, subject) = (["a", "b"], "variant 'mke'")
    #expect(try lesson.weights(nil, classes: classes, of: subject) == nil)
    // Of class a one lacks it for three that have it, of class b none has it.
    #expect(try lesson.weights(.balanced, classes: classes, of: subject) == [Float(1 / 3.0), 1])
    #expect(try lesson.weights(.named(["b": 2]), classes: classes, of: subject) == [1, 2])
    let error = #expect(throws: Diagnostic.self) {
      try lesson.weights(.named(["c": 2]), classes: classes, of: subject)
    }
    #expect(error?.message == "'class-weights' name 'c', which is no class")
  }
}
