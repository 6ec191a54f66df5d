/// The names of the three parts of a study. METHOD: D_l, D_u, D_test.
public enum SplitName {
  public static let labelled = "labelled"
  public static let unlabelled = "unlabelled"
  public static let test = "test"
  public static let all = [labelled, unlabelled, test]
  /// What data sets call the samples that are not for the test; no part of a study by itself.
  public static let train = "train"
}

/// Draws the splits by lot, in each class by itself.
///
/// The sizes over all classes are the shares of the samples that have a label, rounded to the
/// nearest; the classes get their part of them by the largest remainder. Where the sizes allow,
/// every class has at least one labelled sample and, from two samples on, one for the test. The
/// test split depends on neither the labelled share nor the samples without a label.
public enum StratifiedSplit {
  /// - Parameters:
  ///   - labels: class numbers; a negative one stands for no label, and its sample is unlabelled.
  ///   - test: share of all samples.
  ///   - labelled: share of the samples that are not in the test split.
  /// - Returns: a name of `SplitName` for each sample.
  public static func assign(
    labels: [Int], test: Double, labelled: Double, seed: UInt64
  ) -> [String] {
    var classes: [[Int]] = []
    for (index, label) in labels.enumerated() where label >= 0 {
      while classes.count <= label { classes.append([]) }
      classes[label].append(index)
    }
    var generator = SeededGenerator(seed: seed)
    for label in classes.indices { generator.shuffle(&classes[label]) }

    let sizes = classes.map(\.count)
    let tested = allocate(
      test, of: sizes, atLeastOne: sizes.map { $0 >= 2 })
    let rest = zip(sizes, tested).map { $0 - $1 }
    let taught = allocate(labelled, of: rest, atLeastOne: rest.map { $0 >= 1 })

    var splits = Array(repeating: SplitName.unlabelled, count: labels.count)
    for (label, members) in classes.enumerated() {
      for index in members.prefix(tested[label]) { splits[index] = SplitName.test }
      for index in members.dropFirst(tested[label]).prefix(taught[label]) {
        splits[index] = SplitName.labelled
      }
    }
    return splits
  }

  /// How many of each class make up `share` of all, by the largest remainder.
  ///
  /// - Parameter atLeastOne: the classes that get one where the total allows, taken from the class
  ///   that has the most.
  static func allocate(_ share: Double, of sizes: [Int], atLeastOne: [Bool]) -> [Int] {
    let all = sizes.reduce(0, +)
    let total = min(all, Int((share * Double(all)).rounded()))
    guard all > 0, total > 0 else { return sizes.map { _ in 0 } }
    // In whole numbers, so that no rounding decides a tie: total · size = part · all + remainder.
    var counts = sizes.map { total * $0 / all }
    let byRemainder = sizes.indices.sorted {
      (total * sizes[$0] % all, sizes[$0], $1) > (total * sizes[$1] % all, sizes[$1], $0)
    }
    for index in byRemainder.prefix(total - counts.reduce(0, +)) { counts[index] += 1 }
    if total >= atLeastOne.count(where: \.self) {
      for index in counts.indices where counts[index] == 0 && atLeastOne[index] {
        guard let richest = counts.indices.max(by: { counts[$0] < counts[$1] }),
          counts[richest] > 1
        else { break }
        counts[richest] -= 1
        counts[index] = 1
      }
    }
    return counts
  }
}
