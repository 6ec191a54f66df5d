public import Dataflow

/// A pipeline as a picture: in text, with rails from each stage to those that read it, or in DOT for
/// Graphviz.
public enum GraphDrawing {
  /// One line a stage, inputs above their readers.
  ///
  /// A stage stands at its `●`. Its rail goes down to its last reader. Where a reader's line crosses
  /// a rail, `├ ┼` take it and let it go on, `╰ ┴` take it where it ends, and `│` only passes by.
  public static func text(_ graph: Graph) -> String {
    var table = TextTable([.init("") /* rails */, .init(""), .init(""), .init("")])
    for (node, rail) in zip(graph.nodes, rails(of: graph)) {
      table.rows.append([rail.stage, node.name, node.face.kind, reads(node)])
      let variants = node.output.variants
      if variants.count > 1 {
        for line in TextWidth.wrapped(variants.joined(separator: ", "), to: 60) {
          table.rows.append([rail.below, "", "", line])
        }
      }
    }
    let title = "\(graph.name): \(Figures.count(graph.nodes.count, "stage")) (\(graph.file))"
    return ([title, ""] + table.lines).joined(separator: "\n")
  }

  /// What a stage reads, by port: `from points.unlabelled, labels labels`.
  static func reads(_ node: Graph.Node) -> String {
    var parts: [String] = []
    for port in node.face.inputs {
      let inputs = node.inputs[port.name] ?? []
      guard !inputs.isEmpty else { continue }
      let count = node.output.variants.count
      let names = inputs.map { input in
        let some = input.variants.count
        return input.reference.description
          + (some > 0 && some < count ? " (\(some) of \(count) variants)" : "")
      }
      parts.append("\(port.name) \(names.joined(separator: " + "))")
    }
    if node.readsTruth { parts.append("true labels") }
    return parts.joined(separator: ", ")
  }

  private struct Rail {
    var stage: String
    /// What goes on below the stage's own line.
    var below: String
  }

  private static func rails(of graph: Graph) -> [Rail] {
    var lastReader: [String: Int] = [:]
    for (row, node) in graph.nodes.enumerated() {
      for stage in node.upstream { lastReader[stage] = row }
    }
    // Each lane holds the stage whose rail runs there.
    var lanes: [String?] = []
    return graph.nodes.enumerated().map { row, node in
      let taken = lanes.indices.filter { lane in
        lanes[lane].map(node.upstream.contains) ?? false
      }
      let ended = Set(taken.filter { lane in lanes[lane].flatMap { lastReader[$0] } == row })
      let first = taken.first ?? 0
      let start = (taken.last ?? -1) + 1
      let own =
        (start..<max(start, lanes.count)).first { lanes[$0] == nil } ?? max(start, lanes.count)
      var line = ""
      for lane in 0..<own {
        let rail = lane < lanes.count ? lanes[lane] : nil
        let isInside = !taken.isEmpty && lane > first
        if taken.contains(lane) {
          switch (lane == first, ended.contains(lane)) {
          case (true, true): line += "╰"
          case (true, false): line += "├"
          case (false, true): line += "┴"
          case (false, false): line += "┼"
          }
        } else if rail != nil {
          line += "│"
        } else {
          line += isInside ? "─" : " "
        }
        line += !taken.isEmpty && lane >= first ? "─" : " "
      }
      line += "●"
      let passing = (own + 1)..<max(own + 1, lanes.count)
      for lane in passing { line += lanes[lane] == nil ? "  " : " │" }
      for lane in ended { lanes[lane] = nil }
      while lanes.count <= own { lanes.append(nil) }
      lanes[own] = lastReader[node.name] == nil ? nil : node.name
      while lanes.last == .some(nil) { lanes.removeLast() }
      let below = lanes.map { $0 == nil ? " " : "│" }.joined(separator: " ")
      return Rail(stage: TextWidth.trimmed(line), below: below)
    }
  }

  /// The graph in the DOT language: `mke graph FILE --format dot | dot -Tsvg > graph.svg`.
  public static func dot(_ graph: Graph) -> String {
    var lines = [
      "digraph \(quoted(graph.name)) {",
      "  rankdir=LR;",
      "  node [shape=box, style=rounded, fontname=\"Helvetica\"];",
      "  edge [fontname=\"Helvetica\", fontsize=10];",
    ]
    for node in graph.nodes {
      var label = "\(node.name)\n\(node.face.kind)"
      if node.output.variants.count > 1 {
        label += "\n" + node.output.variants.joined(separator: "\n")
      }
      lines.append("  \(quoted(node.name)) [label=\(quoted(label))];")
    }
    for node in graph.nodes {
      for port in node.face.inputs {
        for input in node.inputs[port.name] ?? [] {
          let label = [port.name, input.reference.selection].compactMap(\.self)
            .joined(separator: ": ")
          lines.append(
            "  \(quoted(input.reference.stage)) -> \(quoted(node.name)) [label=\(quoted(label))];")
        }
      }
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      .replacing("\n", with: "\\n")
    return "\"\(escaped)\""
  }
}
