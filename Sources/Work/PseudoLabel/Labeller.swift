import Arrays
import Configuration
import Foundation
import Shards
import Stages
import Tensors

/// Makes labels of logits, in the form of one task.
protocol Labeller {
  /// What a decision is called when there are several: `labels`, `pixels`.
  static var noun: String { get }
  /// The data sets beside id and split.
  var fields: [FieldDescription] { get }
  /// Labels of some samples, by path.
  ///
  /// - Parameter logits: `[n, seed, class]`, of pixels `[n, seed, class, height, width]`.
  mutating func label(_ logits: Column) throws -> [String: Column]
  var tally: LabelTally { get }
  /// What became of all of them, in one line.
  ///
  /// - classes: names, in their order
  func summary(_ classes: [String]) -> String
}

extension Labeller {
  func summary(_ classes: [String]) -> String { tally.summary(Self.noun, classes) }
}

/// How many labels were given, over all seeds of the teacher.
struct LabelTally {
  var kept = 0
  var dropped = 0
  /// Kept labels of each class.
  var balance: [Int]

  init(classes: Int) { balance = Array(repeating: 0, count: classes) }

  /// How many were kept, and of which class.
  func summary(_ noun: String, _ classes: [String]) -> String {
    let shares = zip(classes, balance).map { name, count in
      "\(name): \(Figures.percent([Double(count) / Double(max(1, kept))]))"
    }
    return "\(kept) \(noun) kept, \(dropped) dropped; \(shares.joined(separator: ", "))"
  }

  mutating func add(label: Int, isKept: Bool) {
    if isKept {
      kept += 1
      balance[label] += 1
    } else {
      dropped += 1
    }
  }
}

/// The form of the predictions that labels are made of.
struct PredictionForm {
  var seeds: Int
  var classes: [String]
  /// `[height, width]` of pixels, else nothing.
  var pixels: [Int]

  /// `nil` when the field is not what a task's predictions look like.
  init?(_ field: FieldDescription, _ task: LearningTask, classes: [String]) {
    let shape = field.shape.compactMap(\.self)
    let isOfPixels = task == .segmentation
    guard shape.count == field.shape.count, shape.count == (isOfPixels ? 4 : 2),
      shape[1] == classes.count
    else { return nil }
    seeds = shape[0]
    self.classes = classes
    pixels = Array(shape.dropFirst(2))
  }
}

extension PseudoLabelStage.Configuration {
  /// What makes the labels of a task.
  ///
  /// - units: of the values of a regression
  func labeller(
    _ task: LearningTask, _ form: PredictionForm, units: [String]?
  ) -> any Labeller {
    switch task {
    case .singleLabel: ClassLabeller(self, form)
    case .multiLabel: LabelsLabeller(self, form)
    case .segmentation: PixelLabeller(self, form)
    case .regression: ValueLabeller(self, form, units: units)
    }
  }
}
