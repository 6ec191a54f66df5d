/// The label-free warning lights of students, as every run shows them.
///
/// METHOD: agreement between student and pseudo-labels tells a student that helps from one that
/// copies its teacher and from one that collapsed, without a single true label.
public enum WarningLights {
  /// - classes: names, in the order of the counts.
  public static func lines(
    _ lights: [OutputReport.Light], classes: [String], paint: Paint = .plain
  ) -> [String] {
    var table = TextTable([
      .init("student"), .init("light"), .init("agrees", .right), .init("predicts"),
    ])
    for light in lights {
      table.rows.append([
        light.variant, light.light == .off ? "off" : light.light.rawValue,
        Figures.percent(light.agreement, decimals: 1),
        shares(light.predicted, classes),
      ])
    }
    let pseudo = lights.first.map { shares($0.pseudo, classes) } ?? ""
    var lines = table.lines
    for (index, light) in lights.enumerated() where paint.isOn && light.light != .off {
      lines[index + 1] = paint(.yellow, lines[index + 1])
    }
    if !pseudo.isEmpty { lines.append("the pseudo-labels say  \(pseudo)") }
    return lines
  }

  /// `0: 55 %, 1: 45 %`; of many classes the most frequent and how many never occur.
  static func shares(_ counts: [Int], _ classes: [String]) -> String {
    let total = Double(max(1, counts.reduce(0, +)))
    let named = counts.enumerated().map { index, count in
      (name: classes.indices.contains(index) ? classes[index] : "\(index)", count: count)
    }
    let share = { (count: Int) in Figures.percent(Double(count) / total) }
    if named.count <= 6 {
      return named.map { "\($0.name): \(share($0.count))" }.joined(separator: ", ")
    }
    let top = named.sorted { $0.count > $1.count }.prefix(4)
    let never = named.count { $0.count == 0 }
    return top.map { "\($0.name): \(share($0.count))" }.joined(separator: ", ")
      + ", …" + (never > 0 ? " (\(never) of \(named.count) classes never)" : "")
  }
}
