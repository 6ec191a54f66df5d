public import Tensors

/// What a network should answer to each sample. What is not known leaves the loss.
public enum Targets: Sendable {
  /// The class of each sample, int64 `[n]`.
  case hard(Tensor)
  /// The distribution over classes of each sample, float32 `[n, classes]`.
  case soft(Tensor)
  /// How likely each sample has each label, float32 `[n, classes]`; less than 0 where unknown.
  case labels(Tensor)
  /// The class of each pixel, uint8 `[n, height, width]`; 255 where unknown.
  case maps(Tensor)
  /// The distribution over classes of each pixel, `[n, classes, height, width]`; less than 0 where
  /// unknown.
  case softMaps(Tensor)
  /// The values of each sample in their own units, float32 `[n, values]`; NaN where unknown.
  case values(Tensor)

  /// What stands for a pixel without a class.
  public static let ignored = 255

  public var tensor: Tensor {
    switch self {
    case .hard(let tensor), .soft(let tensor), .labels(let tensor), .maps(let tensor),
      .softMaps(let tensor), .values(let tensor):
      tensor
    }
  }

  /// The class of each sample, the likeliest one when targets are soft: int64 `[n]`; of pixels
  /// `[n, height, width]`. Of labels which are likelier there than not: `[n, classes]`, 0 or 1.
  ///
  /// - Throws: `TensorError` of values, which are no classes.
  public func classes() throws(TensorError) -> Tensor {
    switch self {
    case .hard(let tensor): tensor
    case .soft(let tensor): try tensor.argmax(axis: 1)
    case .labels(let tensor): try tensor.isAtLeast(0.5).converted(to: .int64)
    case .maps(let tensor): try tensor.converted(to: .int64)
    case .softMaps(let tensor): try tensor.argmax(axis: 1)
    case .values(let tensor):
      throw TensorError(
        operation: "classes", shapes: [tensor.shape], message: "of values, which are no classes")
    }
  }

  /// The same targets through another tensor of the same kind.
  func map(_ change: (Tensor) throws(TensorError) -> Tensor) throws(TensorError) -> Targets {
    switch self {
    case .hard(let tensor): .hard(try change(tensor))
    case .soft(let tensor): .soft(try change(tensor))
    case .labels(let tensor): .labels(try change(tensor))
    case .maps(let tensor): .maps(try change(tensor))
    case .softMaps(let tensor): .softMaps(try change(tensor))
    case .values(let tensor): .values(try change(tensor))
    }
  }

  /// What a network decides against what it should.
  struct Comparison {
    /// Decisions of which the targets know something.
    var known = 0
    var agreed = 0
    /// Of values: what they deviate, squared, over all that are known.
    var squares = 0.0
    /// Decisions for each class; of labels how often each is given.
    var histogram: [Int]

    /// The share of the decisions that agree. Of standardised values: how much of their variance is
    /// explained, 0 where a network does no better than their mean.
    var agreement: Double {
      guard known > 0 else { return 0 }
      guard !histogram.isEmpty else {
        let share = 1 - squares / Double(known)
        return share > 0 ? share : 0
      }
      return Double(agreed) / Double(known)
    }

    /// - classes: 0 of values
    init(classes: Int) { histogram = Array(repeating: 0, count: classes) }
  }

  /// Counts what `logits` decide: the greatest one of a sample or pixel, those of labels from 0 on; of
  /// values, both standardised, how far they are off.
  func compare(_ logits: Tensor, into comparison: inout Comparison) throws(TensorError) {
    if case .values(let tensor) = self {
      for (answer, value) in zip(try logits.doubles(), try tensor.doubles()) where !value.isNaN {
        comparison.known += 1
        comparison.squares += (answer - value) * (answer - value)
      }
      return
    }
    let wanted = try classes().integers()
    switch self {
    case .hard, .soft:
      Self.count(try logits.argmax(axis: 1).integers(), wanted, into: &comparison) { _ in true }
    case .labels(let tensor):
      let known = try tensor.isAtLeast(0).integers()
      let given = try logits.isAtLeast(0).integers()
      let classes = comparison.histogram.count
      for (place, label) in given.enumerated() where known[place] == 1 {
        comparison.known += 1
        comparison.histogram[place % classes] += label
        if label == wanted[place] { comparison.agreed += 1 }
      }
    case .maps:
      Self.count(try logits.argmax(axis: 1).integers(), wanted, into: &comparison) {
        wanted[$0] != Self.ignored
      }
    case .softMaps(let tensor):
      let known = try tensor.sliced(0..<1, axis: 1).isAtLeast(0).integers()
      Self.count(try logits.argmax(axis: 1).integers(), wanted, into: &comparison) {
        known[$0] == 1
      }
    case .values: break
    }
  }

  private static func count(
    _ decided: [Int], _ wanted: [Int], into comparison: inout Comparison,
    isKnown: (Int) -> Bool
  ) {
    for (place, label) in decided.enumerated() where isKnown(place) {
      comparison.known += 1
      comparison.histogram[label] += 1
      if label == wanted[place] { comparison.agreed += 1 }
    }
  }

  // MARK: Together

  /// These targets, then `other` ones of the same kind of network. Where one side is distributions,
  /// the classes of the other become such, all of their own.
  public func followed(by other: Targets, classes: Int) throws(TensorError) -> Targets {
    switch (self, other) {
    case (.hard(let own), .hard(let others)):
      .hard(try Tensor.concatenate([own, others], axis: 0))
    case (.labels(let own), .labels(let others)):
      .labels(try Tensor.concatenate([own, others], axis: 0))
    case (.maps(let own), .maps(let others)):
      .maps(try Tensor.concatenate([own, others], axis: 0))
    case (.values(let own), .values(let others)):
      .values(try Tensor.concatenate([own, others], axis: 0))
    case (.hard, .soft), (.soft, .hard), (.soft, .soft):
      .soft(
        try Tensor.concatenate(
          [distributions(classes), other.distributions(classes)], axis: 0))
    case (.maps, .softMaps), (.softMaps, .maps), (.softMaps, .softMaps):
      .softMaps(
        try Tensor.concatenate(
          [distributions(classes), other.distributions(classes)], axis: 0))
    default:
      throw TensorError(
        operation: "targets", shapes: [tensor.shape, other.tensor.shape],
        message: "are of two kinds of network")
    }
  }

  /// How often each class is the likeliest; of labels how often each is given. What is not known
  /// does not count.
  public func histogram(classes: Int) throws(TensorError) -> [Int] {
    let likeliest = try self.classes()
    if case .labels = self { return try likeliest.sum(axis: 0).integers() }
    var unknown: Tensor?
    if case .softMaps(let shares) = self {
      unknown = try shares.sliced(0..<1, axis: 1).isAtLeast(0).reshaped(likeliest.shape)
        .equals(Tensor.zeros([], type: .bool, device: shares.device))
    }
    var counts: [Int] = []
    for number in 0..<classes {
      var found = try likeliest.equals(
        Tensor.full(Double(number), shape: [], type: .int64, device: likeliest.device))
      if let unknown { found = try found.filled(where: unknown, with: 0) }
      counts.append(Int(try found.converted(to: .int64).sum().item()))
    }
    return counts
  }

  /// Weights under which every class counts alike, and that are 1 on the mean over samples or pixels:
  /// `Σ_k n_k / (K · n_c)`, n_c samples being likeliest of class c and K classes occurring. Of labels
  /// for those that have one: how many known samples lack the label for each that has it. 1 where
  /// that says nothing.
  public func balancedWeights(classes: Int) throws(TensorError) -> [Float] {
    let counts = try histogram(classes: classes)
    if case .labels(let labels) = self {
      let known = try labels.isAtLeast(0).converted(to: .int64).sum(axis: 0).integers()
      return zip(counts, known).map { has, known in
        has == 0 || has == known ? 1 : Float(Double(known - has) / Double(has))
      }
    }
    let present = counts.count { $0 > 0 }
    let total = Double(counts.reduce(0, +))
    return counts.map { $0 == 0 ? 1 : Float(total / Double(present) / Double($0)) }
  }

  /// Classes as distributions, float32 or as they are; −1 for all classes of an unknown pixel.
  private func distributions(_ classes: Int) throws(TensorError) -> Tensor {
    switch self {
    case .soft(let tensor), .labels(let tensor), .values(let tensor): return tensor
    case .softMaps(let tensor): return try tensor.converted(to: .float32)
    case .hard(let tensor), .maps(let tensor):
      let shape = tensor.shape
      var parts: [Tensor] = []
      for number in 0..<classes {
        let own = try tensor.equals(
          Tensor.full(
            Double(number), shape: [], type: tensor.type ?? .int64, device: tensor.device))
        parts.append(
          try own.converted(to: .float32).reshaped([shape[0], 1] + Array(shape.dropFirst())))
      }
      let shares = try Tensor.concatenate(parts, axis: 1)
      guard case .maps = self else { return shares }
      let unknown = try tensor.equals(
        Tensor.full(Double(Self.ignored), shape: [], type: .uint8, device: tensor.device))
      return try shares.filled(
        where: unknown.reshaped([shape[0], 1] + Array(shape.dropFirst())), with: -1)
    }
  }
}
