/// Deals samples, or whole groups of them, into parts of given shares, so that every class comes as
/// near to its share of each part as can be.
///
/// The greedy rule of Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data",
/// ECML 2011, over all classes of a unit at once: a unit goes to the part that lacks its classes
/// most. Large units come first and, among units of one size, those of rare classes: what comes late
/// evens out what came before.
enum BalancedSplit {
  /// What goes into one part whole: a group, or a sample by itself.
  struct Unit {
    /// Samples in it.
    var size: Int
    /// How many of them each class has; a sample may have several classes.
    var counts: [Int: Int]
  }

  /// - Parameters:
  ///   - shares: of the samples, one for each part; together 1. A part with a positive share gets
  ///     at least one unit where there are as many.
  ///   - isExact: whether sizes of parts are the shares rounded, which units of one sample allow.
  ///   - order: the units that are dealt; a drawn one decides between units that are alike.
  /// - Returns: the part of each unit, −1 for those outside `order`.
  static func deal(
    _ units: [Unit], shares: [Double], isExact: Bool, order: [Int]
  ) -> [Int] {
    var parts = Array(repeating: -1, count: units.count)
    let open = shares.indices.filter { shares[$0] > 0 }
    guard !open.isEmpty, !order.isEmpty else { return parts }
    var totals: [Int: Int] = [:]
    var size = 0
    for unit in order {
      size += units[unit].size
      for (label, count) in units[unit].counts { totals[label, default: 0] += count }
    }
    let capacities = isExact ? rounded(shares, of: size) : shares.map { _ in Int.max }
    let rarest = units.map { unit in unit.counts.keys.map { totals[$0] ?? 0 }.min() ?? Int.max }
    let sorted = order.enumerated().sorted { first, second in
      let (left, right) = (units[first.element], units[second.element])
      if left.size != right.size { return left.size > right.size }
      if rarest[first.element] != rarest[second.element] {
        return rarest[first.element] < rarest[second.element]
      }
      return first.offset < second.offset
    }

    var sizes = Array(repeating: 0, count: shares.count)
    var counts = Array(repeating: [Int: Int](), count: shares.count)
    /// How much the part has of the unit's classes beyond its share; the least goes first.
    func surplus(_ unit: Unit, _ part: Int) -> Double {
      let share = shares[part]
      var sum =
        Double(unit.size) * (Double(sizes[part]) - share * Double(size)) / Double(max(1, size))
      for (label, count) in unit.counts.sorted(by: { $0.key < $1.key }) {
        let total = Double(totals[label] ?? 1)
        sum += Double(count) * (Double(counts[part][label] ?? 0) - share * total) / total
      }
      return sum
    }
    for (_, index) in sorted {
      let unit = units[index]
      let candidates = open.filter { capacities[$0] == .max || sizes[$0] < capacities[$0] }
      var best = candidates.first ?? open[0]
      var least = surplus(unit, best)
      for part in candidates.dropFirst() {
        let found = surplus(unit, part)
        // Sums of shares differ in their last bits: what is equal must stay equal.
        if found < least - 1e-9 {
          least = found
          best = part
        }
      }
      parts[index] = best
      sizes[best] += unit.size
      for (label, count) in unit.counts { counts[best][label, default: 0] += count }
    }
    if !isExact { fill(&parts, open, units, shares.map { $0 * Double(size) }, order: order) }
    return parts
  }

  /// Gives every part that has nothing the unit nearest to its size, from a part that has several.
  private static func fill(
    _ parts: inout [Int], _ open: [Int], _ units: [Unit], _ targets: [Double], order: [Int]
  ) {
    for part in open where !parts.contains(part) {
      let held = Dictionary(order.map { (parts[$0], 1) }, uniquingKeysWith: +)
      let movable = order.filter { (held[parts[$0]] ?? 0) > 1 }
      func distance(_ unit: Int) -> Double { abs(Double(units[unit].size) - targets[part]) }
      guard let nearest = movable.min(by: { distance($0) < distance($1) }) else { return }
      parts[nearest] = part
    }
  }

  /// `total` divided by shares, in whole numbers by the largest remainder.
  static func rounded(_ shares: [Double], of total: Int) -> [Int] {
    var counts = shares.map { Int(($0 * Double(total)).rounded(.down)) }
    let rest = max(0, total - counts.reduce(0, +))
    let order = shares.indices.sorted {
      let first = shares[$0] * Double(total) - Double(counts[$0])
      let second = shares[$1] * Double(total) - Double(counts[$1])
      return abs(first - second) > 1e-9 ? first > second : $0 < $1
    }
    for index in order.prefix(rest) { counts[index] += 1 }
    return counts
  }
}
