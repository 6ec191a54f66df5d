/// What the networks of a data set answer.
public enum LearningTask: String, Codable, Hashable, Sendable, CaseIterable {
  /// One class of several for each sample: softmax.
  case singleLabel = "single-label"
  /// For each class whether the sample has it, several at a time or none: sigmoid.
  case multiLabel = "multi-label"
  /// One class for each pixel: softmax over the classes of a pixel.
  case segmentation
  /// One number or several for each sample, in their own units. What other tasks call classes are
  /// here the names of these values.
  case regression

  /// What the names in the place of the classes are: `classes`, or `values` of a regression.
  public var namesNoun: String { self == .regression ? "values" : "classes" }
}
