import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Readers

/// Splits of a builder's rows by group, in folds, of several classes, and as others say.
@Suite struct SplitRuleTests {
  private func builder(
    _ count: Int, labelling: SampleIndex.Labelling = .single, classes: [String]? = nil,
    row: (Int, inout SampleIndexBuilder.Row) -> Void
  ) throws -> SampleIndexBuilder {
    var builder = SampleIndexBuilder(
      subject: "m.csv", classes: classes, labelColumn: "label", labelling: labelling,
      groupColumn: "speaker")
    for number in 0..<count {
      var value = SampleIndexBuilder.Row(
        id: "s\(number)", location: SourceLocation(file: "m.csv", line: number + 2))
      row(number, &value)
      try builder.add(value)
    }
    return builder
  }

  private func speakers(_ count: Int, of groups: Int) throws -> SampleIndexBuilder {
    try builder(count) { number, row in
      row.label = "c\(number % 4)"
      row.group = "p\(number % groups)"
    }
  }

  private func splits(_ index: SampleIndex) -> [String: Set<String>] {
    Dictionary(grouping: index.entries, by: { $0.group ?? "" }).mapValues {
      Set($0.map(\.split))
    }
  }

  private func message(_ body: () throws -> Void) -> [String] {
    do {
      try body()
      return []
    } catch {
      return Diagnostic.all(of: error, subject: "?").map(\.description)
    }
  }

  // MARK: By group

  @Test(arguments: 0..<40)
  func noGroupIsInTwoSplits(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let groups = 3 + generator.below(30)
    let classes = 2 + generator.below(5)
    var rows = try builder(groups * 3 + generator.below(400)) { number, row in
      row.group =
        "g\(number < groups ? number : min(generator.below(groups), generator.below(groups)))"
      row.label = "c\(generator.below(classes))"
    }
    let test = 0.1 + generator.uniform() * 0.4
    let labelled = 0.1 + generator.uniform() * 0.8
    let index = try rows.finish(
      .shares(test: test, labelled: labelled, seed: seed), isByGroup: true)
    let found = splits(index)
    #expect(found.count == groups)
    #expect(found.values.allSatisfy { $0.count == 1 })
    #expect(Set(found.values.flatMap { $0 }) == ["labelled", "unlabelled", "test"])
    // As near as groups allow: the largest group is the grain.
    let largest = Dictionary(grouping: index.entries, by: \.group).values.map(\.count).max() ?? 0
    let wanted = test * Double(index.entries.count)
    #expect(abs(Double(index.count(of: "test")) - wanted) <= Double(largest))
  }

  @Test func classesAreSpreadOverGroupsOfTheirOwnKind() throws {
    // Two kinds of speakers, each of which says one word only.
    var rows = try builder(240) { number, row in
      row.group = "p\(number % 24)"
      row.label = number % 24 < 12 ? "yes" : "no"
    }
    let index = try rows.finish(.shares(test: 0.25, labelled: 1 / 3, seed: 5), isByGroup: true)
    for (split, count) in [("test", 30), ("labelled", 30), ("unlabelled", 60)] {
      for label in 0..<2 {
        #expect(
          index.entries.count { $0.split == split && $0.label == .single(label) } == count)
      }
    }
    #expect(index.warnings.isEmpty)
  }

  @Test func aSeedDrawsGroupsAndTheOrderOfRowsDoesNot() throws {
    func draw(_ seed: UInt64, reversed: Bool = false) throws -> [String: Set<String>] {
      var rows = try builder(120) { number, row in
        let number = reversed ? 119 - number : number
        row.label = "c\(number % 4)"
        row.group = "p\(number % 12)"
      }
      return splits(
        try rows.finish(.shares(test: 0.25, labelled: 0.5, seed: seed), isByGroup: true))
    }
    #expect(try draw(1) == draw(1))
    #expect(try draw(1) != draw(2))
    #expect(try draw(1) == draw(1, reversed: true))
  }

  @Test func theTestGroupsDoNotDependOnTheLabelledShare() throws {
    func tested(_ labelled: Double) throws -> Set<String> {
      var rows = try speakers(240, of: 12)
      let index = try rows.finish(
        .shares(test: 0.25, labelled: labelled, seed: 3), isByGroup: true)
      return Set(index.entries.filter { $0.split == "test" }.compactMap(\.group))
    }
    #expect(try tested(0.2) == tested(0.8))
    #expect([3, 4].contains(try tested(0.2).count))
  }

  @Test func tooFewGroupsAreAnError() throws {
    var rows = try speakers(40, of: 2)
    #expect(
      message {
        _ = try rows.finish(.shares(test: 0.2, labelled: 0.2, seed: 0), isByGroup: true)
      } == [
        "m.csv: error: 3 splits by group need 3 groups, and 'speaker' has 2"
          + "\n  mend: take another column, or split without 'group'"
      ])
    var two = try speakers(40, of: 2)
    let index = try two.finish(.shares(test: 0.5, labelled: 1, seed: 0), isByGroup: true)
    #expect(index.count(of: "test") == 20)
    var folds = try speakers(40, of: 4)
    #expect(
      message {
        _ = try folds.finish(.folds(count: 5, fold: 0, labelled: 0.5, seed: 0), isByGroup: true)
      } == [
        "m.csv: error: 5 folds need 5 groups ('speaker'), and there are 4"
          + "\n  mend: lower 'folds', or ask for fewer splits"
      ])
  }

  @Test func groupsTooLargeForTheSharesAreWarnedOf() throws {
    var rows = try builder(100) { number, row in
      row.label = "c\(number % 2)"
      row.group = number < 80 ? "big" : "p\(number % 2)"
    }
    let index = try rows.finish(.shares(test: 0.3, labelled: 0.5, seed: 0), isByGroup: true)
    #expect(index.warnings.contains { $0.message.contains("groups ('speaker') stay whole") })
  }

  @Test func aSampleWithoutAGroupIsAnError() throws {
    var rows = try builder(6) { number, row in
      row.label = "c\(number % 2)"
      row.group = number == 3 ? nil : "p\(number)"
    }
    #expect(
      message {
        _ = try rows.finish(.shares(test: 0.2, labelled: 0.5, seed: 0), isByGroup: true)
      } == [
        "m.csv:5: error: sample 's3' has no group: 'speaker' is empty"
          + "\n  mend: fill it in, or split without 'group'"
      ])
  }

  /// Otherwise the network would see a tested speaker in D_u.
  @Test func unlabelledSamplesOfTestedGroupsAreLeftOut() throws {
    var rows = try builder(80) { number, row in
      row.group = "p\(number % 8)"
      row.label = number < 40 ? "c\(number / 8 % 2)" : nil
    }
    let index = try rows.finish(.shares(test: 0.25, labelled: 0.5, seed: 0), isByGroup: true)
    let found = splits(index)
    #expect(found.values.allSatisfy { $0.count == 1 })
    #expect(found.values.count { $0 == ["test"] } == 2)
    #expect(found.values.count { $0 == ["labelled"] } == 3)
    #expect(index.leftOut == ["in no split": 25])
    #expect(index.count(of: "unlabelled") == 30)
  }

  @Test func dividedGroupsAreWarnedOfWhereTheRuleIgnoresThem() throws {
    var rows = try speakers(40, of: 3)
    let index = try rows.finish(.shares(test: 0.5, labelled: 0.5, seed: 0))
    #expect(
      index.warnings.map(\.description) == [
        "m.csv: warning: 3 of 3 groups ('speaker') are in two splits, first 'p0'"
          + "\n  mend: 'group: true' in 'split' keeps each in one"
      ])
  }

  @Test func dividedGroupsAreAnErrorWhereAFileWasToKeepThem() throws {
    var rows = try builder(4) { number, row in
      row.label = "c\(number % 2)"
      row.group = "p\(number / 2)"
      row.split = number == 0 ? "test" : "labelled"
    }
    #expect(
      message { _ = try rows.finish(.column("split"), isByGroup: true) } == [
        "m.csv: error: 1 of 2 groups ('speaker') are in two splits: 'p0'"
          + "\n  mend: keep each group in one split, or write 'group: false' in 'split'"
      ])
  }

  // MARK: Groups by name

  @Test func groupsAreNamed() throws {
    var rows = try speakers(40, of: 10)
    let index = try rows.finish(
      .groups([
        SplitGroups(split: "labelled", groups: ["p0", "p1", "p2", "p3"]),
        SplitGroups(split: "test", groups: ["p4", "p5", "p6", "p7"]),
      ]))
    #expect(index.count(of: "labelled") == 16)
    #expect(index.count(of: "test") == 16)
    #expect(index.leftOut == ["in no split": 8])
    #expect(index.warnings.count == 1)
    var wrong = try speakers(40, of: 10)
    #expect(
      message {
        _ = try wrong.finish(
          .groups([
            SplitGroups(split: "labelled", groups: ["p0", "p11"]),
            SplitGroups(split: "test", groups: ["p0"]),
          ]))
      } == [
        "m.csv: error: there is no group 'p11' for the labelled split in 'speaker'\n  mend: did you "
          + "mean 'p1'? (groups: p0, p1, p2, p3, p4, p5, p6, p7, p8, p9)",
        "m.csv: error: group 'p0' is in the labelled and the test split\n  mend: keep it in one",
      ])
  }

  // MARK: Folds

  @Test(arguments: [false, true], [2, 3, 5, 7])
  func everySampleIsTestedInExactlyOneFold(isByGroup: Bool, count: Int) throws {
    for seed in 0..<5 as Range<UInt64> {
      var tested: [String] = []
      var generator = SeededGenerator(seed: seed)
      let groups = (0..<203).map { _ in generator.below(12) }
      let labels = (0..<203).map { _ in generator.below(3) }
      for fold in 0..<count {
        var rows = try builder(203) { number, row in
          row.group = "g\(groups[number])"
          row.label = "c\(labels[number])"
        }
        let index = try rows.finish(
          .folds(count: count, fold: fold, labelled: 0.3, seed: seed), isByGroup: isByGroup)
        tested += index.entries.filter { $0.split == "test" }.map(\.id)
        #expect(index.entries.count == 203)
        if isByGroup {
          #expect(splits(index).values.allSatisfy { $0.count == 1 })
        } else {
          #expect(abs(index.count(of: "test") - 203 / count) <= 1)
          for label in 0..<3 {
            let all = Double(labels.count { $0 == label })
            let own = Double(
              index.entries.count { $0.split == "test" && $0.label == .single(label) })
            #expect(abs(own - all / Double(count)) <= 1.5)
          }
          let rest = 203 - index.count(of: "test")
          #expect(index.count(of: "labelled") == Int((0.3 * Double(rest)).rounded()))
        }
      }
      #expect(tested.count == 203)
      #expect(Set(tested).count == 203)
    }
  }

  // MARK: Several classes, maps, official

  @Test func severalClassesAreSpreadOverTheSplits() throws {
    var generator = SeededGenerator(seed: 4)
    var rows = try builder(400, labelling: .multiple) { number, row in
      row.labels = (0..<8).filter { _ in generator.below(4) == 0 }.map { "c\($0)" }
      if number % 20 == 0 { row.labels = nil }
    }
    let index = try rows.finish(.shares(test: 0.25, labelled: 0.2, seed: 1))
    #expect(index.labelling == .multiple)
    #expect(index.count(of: "test") == 95)
    #expect(index.count(of: "labelled") == 57)
    #expect(index.entries.filter { $0.label == .none }.allSatisfy { $0.split == "unlabelled" })
    for label in 0..<8 {
      func count(_ split: String) -> Double {
        Double(
          index.entries.count {
            if case .multiple(let labels) = $0.label {
              $0.split == split && labels.contains(label)
            } else {
              false
            }
          })
      }
      let all = count("test") + count("labelled") + count("unlabelled")
      #expect(abs(count("test") - 0.25 * all) <= 6)
      #expect(abs(count("labelled") - 0.15 * all) <= 6)
    }
  }

  @Test func anUnknownClassAmongSeveralIsTold() throws {
    #expect(
      message {
        var rows = try builder(1, labelling: .multiple, classes: ["dog", "cat"]) { _, row in
          row.labels = ["cat", "dig"]
        }
        _ = try rows.finish(.shares(test: 0, labelled: 1, seed: 0))
      } == [
        "m.csv:2: error: label 'dig' is not in the class list"
          + "\n  mend: did you mean 'dog'? (classes: dog, cat)"
      ])
  }

  @Test func manyUnseenClassesAreCounted() throws {
    var rows = try builder(
      2, labelling: .multiple, classes: (0..<30).map { "c\($0)" }
    ) { _, row in row.labels = ["c0"] }
    let index = try rows.finish(.shares(test: 0, labelled: 1, seed: 0))
    #expect(index.warnings.first?.message.hasSuffix("'c10' and 19 more") == true)
  }

  @Test func mapsAreDrawnInPlainShares() throws {
    var rows = try builder(50, labelling: .map, classes: ["a", "b"]) { number, row in
      row.hasLabelMap = number >= 10
    }
    let index = try rows.finish(.shares(test: 0.25, labelled: 0.1, seed: 0))
    #expect(index.labelling == .map)
    #expect(index.count(of: "test") == 10)
    #expect(index.count(of: "labelled") == 3)
    #expect(index.entries.prefix(10).allSatisfy { $0.split == "unlabelled" })
  }

  @Test func theOfficialTestSplitStaysAndTrainingIsDivided() throws {
    func made() throws -> SampleIndexBuilder {
      try builder(100) { number, row in
        row.label = "c\(number % 2)"
        row.group = "p\(number % 10)"
        row.official = number % 10 < 4 ? "test" : number % 10 < 9 ? "train" : nil
      }
    }
    var rows = try made()
    let index = try rows.finish(.official(labelled: 0.2, seed: 0))
    #expect(index.entries.filter { $0.split == "test" }.allSatisfy { $0.row % 10 < 4 })
    #expect(index.count(of: "test") == 40)
    #expect(index.count(of: "labelled") == 10)
    #expect(index.count(of: "unlabelled") == 40)
    #expect(index.leftOut == ["in no split": 10])
    var grouped = try made()
    let byGroup = try grouped.finish(.official(labelled: 0.4, seed: 0), isByGroup: true)
    #expect(splits(byGroup).values.allSatisfy { $0.count == 1 })
    #expect(byGroup.count(of: "labelled") == 20)
  }
}
