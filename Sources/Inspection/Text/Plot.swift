/// Curves out of characters.
public enum Plot {
  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// One line, one bar for each value; longer series are averaged down to `width` bars. Values that
  /// are not finite leave a gap.
  public static func sparkline(_ values: [Double], width: Int) -> String {
    let points = averaged(values, to: width)
    let finite = points.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else {
      return String(repeating: " ", count: points.count)
    }
    return String(
      points.map { value in
        guard value.isFinite else { return " " }
        guard high > low else { return bars[3] }
        let step = Int(((value - low) / (high - low) * Double(bars.count)).rounded(.down))
        return bars[min(bars.count - 1, max(0, step))]
      })
  }

  /// A curve in Braille dots, two by four to a character: `height` lines of at most `width`
  /// characters, the highest value on top. Neighbours are joined by a vertical stroke.
  public static func braille(_ values: [Double], width: Int, height: Int) -> [String] {
    let points = averaged(values, to: width * 2)
    let finite = points.filter(\.isFinite)
    let columns = (points.count + 1) / 2
    guard let low = finite.min(), let high = finite.max(), height > 0 else {
      return Array(repeating: "", count: height)
    }
    let rows = height * 4
    func row(_ value: Double) -> Int {
      guard high > low else { return rows / 2 }
      let level = ((value - low) / (high - low) * Double(rows - 1)).rounded()
      return rows - 1 - min(rows - 1, max(0, Int(level)))
    }
    var dots = [[UInt32]](repeating: [UInt32](repeating: 0, count: columns), count: height)
    // The bit of each dot, by its column and row inside the character (Unicode, Braille patterns).
    let bits: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    var previous: Int?
    for (index, value) in points.enumerated() {
      guard value.isFinite else {
        previous = nil
        continue
      }
      let current = row(value)
      var stroke = current...current
      if let previous, abs(previous - current) > 1 {
        stroke = previous < current ? (previous + 1)...current : current...(previous - 1)
      }
      for dot in stroke { dots[dot / 4][index / 2] |= bits[index % 2][dot % 4] }
      previous = current
    }
    return dots.map { line in
      TextWidth.trimmed(
        String(
          line.map { bits in
            bits == 0 ? " " : Unicode.Scalar(0x2800 + bits).map(Character.init) ?? " "
          }))
    }
  }

  /// Means of equal stretches of the series: at most `count` of them.
  static func averaged(_ values: [Double], to count: Int) -> [Double] {
    guard count > 0 else { return [] }
    guard values.count > count else { return values }
    return (0..<count).map { index in
      let stretch = values[(index * values.count / count)..<((index + 1) * values.count / count)]
      let finite = stretch.filter(\.isFinite)
      return finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count)
    }
  }
}
