/// What the networks of a data set answer.
public enum LearningTask: String, Codable, Hashable, Sendable, CaseIterable {
  /// One class of several for each sample: softmax.
  case singleLabel = "single-label"
  /// For each class whether the sample has it, several at a time or none: sigmoid.
  case multiLabel = "multi-label"
  /// One class for each pixel: softmax over the classes of a pixel.
  case segmentation
}
