import Configuration
import Foundation
import Metrics
import Shards
import Stages

/// What goes with an exported network, for people and for programs.
struct ModelCard: Encodable {
  struct Modality: Encodable {
    var name: String
    var argument: String
    var shape: [Int]
    var axes: [String]
    var type: String
    var unit: String?
    var rate: Double?
    var scale: Double?
    var columns: [String]?
  }

  var name: String
  var pipeline: String
  var stage: String
  var variant: String
  var seed: Int
  var fingerprint: String
  var tool: String
  var task: String
  /// Of a regression the names of its values.
  var classes: [String]
  /// Of a regression the units of its values.
  var units: [String]?
  var modalities: [Modality]
  var parameters: Int
  var network: Value
  /// What it was trained on, and who gave the labels.
  var samples: String
  var labels: String
  var steps: Int
  var agreement: Double
  var metrics: [MetricAggregate]
  /// Of the exported seed alone.
  var ownMetrics: [MetricRow]
  var notes: [String: String]
  var files: [String]

  private var isOfValues: Bool { task == LearningTask.regression.rawValue }

  /// Of the classes, or of the values with their units.
  private var names: String {
    classes.enumerated().map { place, name in
      guard let units, units.indices.contains(place), !units[place].isEmpty else { return name }
      return "\(name) (\(units[place]))"
    }.joined(separator: ", ")
  }

  var markdown: String {
    var lines = [
      "# \(name)", "",
      "A network for \(task) over the \(isOfValues ? "values" : "classes") \(names), trained by \(tool) "
        + "in the pipeline '\(pipeline)', stage '\(stage)', variant '\(variant)', seed \(seed).",
      "",
      "## Use", "", "```python", "import torch",
      "network = torch.jit.load(\"\(files.first ?? "")\")",
      "\(isOfValues ? "values" : "logits") = network(\(modalities.map(\.argument).joined(separator: ", ")))",
      "```", "",
      "One tensor for each modality, positional or by name, with any number of samples in front. "
        + "Values go in as they were recorded, as float32: scaling and standardisation are inside. "
        + "NaN stands for a missing value. "
        + (isOfValues
          ? "The values come out in their own units, one for each column of axis 1."
          : "Logits come out: "
            + (task == LearningTask.multiLabel.rawValue ? "sigmoid" : "softmax over axis 1")
            + " makes them probabilities."),
      "", "## Inputs", "",
      "| modality | argument | shape of one sample | axes | unit | rate in Hz | recorded as |",
      "|---|---|---|---|---|---|---|",
    ]
    for modality in modalities {
      lines.append(
        "| \(modality.name) | \(modality.argument) "
          + "| \(modality.shape.map(String.init).joined(separator: " × ")) "
          + "| \(modality.axes.joined(separator: ", ")) | \(modality.unit ?? "–") "
          + "| \(modality.rate.map { "\($0)" } ?? "–") | \(modality.type) |")
    }
    lines += [
      "", "## Training", "", "- samples: \(samples)", "- labels: \(labels)",
      "- parameters: \(parameters)", "- steps: \(steps)",
      (isOfValues
        ? "- explained variance of its training labels: "
        : "- agreement with its training labels: ")
        + "\(Figures.percent([agreement]))",
      "- fingerprint: `\(fingerprint)`",
    ]
    for (heading, text) in notes.sorted(by: { $0.key < $1.key }) {
      lines += ["- \(heading): \(text)"]
    }
    lines += ["", "## Metrics", ""]
    if ownMetrics.isEmpty, metrics.isEmpty {
      lines.append("No evaluation of it is in the store.")
    } else {
      lines += ["| split | metric | this seed | mean ± std | seeds |", "|---|---|---|---|---|"]
      for figure in metrics {
        let own = ownMetrics.first { $0.split == figure.split && $0.metric == figure.metric }
        let spread = figure.std.map { String(format: " ± %.4f", $0) } ?? ""
        lines.append(
          "| \(figure.split) | \(figure.metric) "
            + "| \(own?.value.map { String(format: "%.4f", $0) } ?? "–") "
            + "| \(String(format: "%.4f", figure.mean))\(spread) | \(figure.n) |")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
