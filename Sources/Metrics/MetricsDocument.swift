/// One figure of one network.
public struct MetricRow: Codable, Hashable, Sendable {
  /// The stage that made the model, or the pseudo-labels.
  public var stage: String
  /// The model as it is named in the pipeline file: `teacher`, `students.mke`.
  public var model: String
  /// The model's variant; of a stage without variants, the stage's own name.
  public var variant: String
  public var seed: Int
  /// The split that the figure was taken on.
  public var split: String
  /// The name of a `Measure`; of one class, `correction-rate/sitting`.
  public var metric: String
  /// `nil` where it is not defined, as the correction rate when no pseudo-label is wrong.
  public var value: Double?
  /// Of a mean over classes that leaves some out: how many entered.
  public var classes: Int?

  public init(
    stage: String, model: String, variant: String, seed: Int, split: String, metric: String,
    value: Double?, classes: Int? = nil
  ) {
    self.stage = stage
    self.model = model
    self.variant = variant
    self.seed = seed
    self.split = split
    self.metric = metric
    self.value = value
    self.classes = classes
  }

  /// The measure, whatever class the figure is of.
  public var measure: Measure? {
    Measure.named(metric.split(separator: "/").first.map(String.init) ?? metric)
  }

  /// Whether the figure is of one class alone.
  public var isOfOneClass: Bool { metric.contains("/") }
}

/// A confusion matrix with its owner.
public struct ConfusionRecord: Codable, Hashable, Sendable {
  /// Whose answers are held against the truth.
  public enum Subject: String, Codable, Hashable, Sendable {
    case student
    case pseudoLabels = "pseudo-labels"
  }

  public var stage: String
  public var variant: String
  public var seed: Int
  public var split: String
  public var of: Subject
  public var classes: [String]
  /// `[truth][prediction]`
  public var counts: [[Int]]

  public init(
    stage: String, variant: String, seed: Int, split: String, of: Subject, classes: [String],
    counts: [[Int]]
  ) {
    self.stage = stage
    self.variant = variant
    self.seed = seed
    self.split = split
    self.of = of
    self.classes = classes
    self.counts = counts
  }
}

/// A metric over the seeds of one variant.
public struct MetricAggregate: Codable, Hashable, Sendable {
  public var stage: String
  public var variant: String
  public var split: String
  public var metric: String
  public var mean: Double
  /// Sample standard deviation, with n − 1; `nil` of one seed.
  public var std: Double?
  /// Seeds with a value.
  public var n: Int

  public init(
    stage: String, variant: String, split: String, metric: String, mean: Double, std: Double?,
    n: Int
  ) {
    self.stage = stage
    self.variant = variant
    self.split = split
    self.metric = metric
    self.mean = mean
    self.std = std
    self.n = n
  }

  public var statistics: Statistics? { Statistics(count: n, mean: mean, std: std) }
}

/// The content of `metrics.json`.
public struct MetricsDocument: Codable, Hashable, Sendable {
  public var rows: [MetricRow]
  public var confusionMatrices: [ConfusionRecord]

  public init(rows: [MetricRow] = [], confusionMatrices: [ConfusionRecord] = []) {
    self.rows = rows
    self.confusionMatrices = confusionMatrices
  }

  private struct Group: Hashable {
    var stage: String
    var variant: String
    var split: String
    var metric: String
  }

  /// Every metric over the seeds of its variant, in the order of the rows. A group without a value
  /// is left out.
  public func aggregates() -> [MetricAggregate] {
    var order: [Group] = []
    var values: [Group: [Double]] = [:]
    for row in rows {
      let group = Group(
        stage: row.stage, variant: row.variant, split: row.split, metric: row.metric)
      if values[group] == nil { order.append(group) }
      values[group, default: []] += row.value.map { [$0] } ?? []
    }
    return order.compactMap { group in
      Statistics(values[group] ?? []).map {
        MetricAggregate(
          stage: group.stage, variant: group.variant, split: group.split, metric: group.metric,
          mean: $0.mean, std: $0.std, n: $0.count)
      }
    }
  }

  /// How far the mean of one variant is above that of another; `nil` when one of them has none.
  public func difference(
    _ metric: String, on split: String, of variant: String, from other: String
  ) -> MeanDifference? {
    func statistics(_ name: String) -> Statistics? {
      Statistics(
        rows.filter { $0.metric == metric && $0.split == split && $0.variant == name }
          .compactMap(\.value))
    }
    guard let first = statistics(variant), let second = statistics(other) else { return nil }
    return MeanDifference(first, second)
  }
}

extension Statistics {
  init(count: Int, mean: Double, std: Double?) {
    self.count = count
    self.mean = mean
    self.std = std
  }
}
