import Diagnostics
import Recipes
import Tensors
import Training

/// Samples and what is to be learned of them.
struct Lesson: Sendable {
  /// Their places in their set, ascending.
  var rows: [Int]
  /// One for each row.
  var targets: Targets

  /// This lesson, then `other`, whose samples stand `offset` places behind.
  func followed(by other: Lesson, offset: Int, classes: Int) throws -> Lesson {
    Lesson(
      rows: rows + other.rows.map { $0 + offset },
      targets: try targets.followed(by: other.targets, classes: classes))
  }

  /// How much each class weighs in the loss; `nil` when all weigh the same.
  ///
  /// - Throws: `Diagnostic` for a class that is none.
  func weights(
    _ description: TrainingDescription.ClassWeights?, classes: [String], of subject: String
  ) throws -> [Float]? {
    guard let description else { return nil }
    if case .values = targets {
      throw Diagnostic(
        subject, "'class-weights' weigh classes, and a regression has none", mend: "remove it")
    }
    switch description {
    case .named(let weights):
      if let unknown = weights.keys.sorted().first(where: { !classes.contains($0) }) {
        throw Diagnostic(
          subject, "'class-weights' name '\(unknown)', which is no class",
          mend: Suggestions.mend(unknown, among: classes, called: "classes"))
      }
      return classes.map { Float(weights[$0] ?? 1) }
    case .balanced:
      return try targets.balancedWeights(classes: classes.count)
    }
  }
}
