/// Deals samples, or whole groups of them, into parts of given shares, so that every class comes as
/// near to its share of each part as can be.
///
/// Greedy: a unit goes to the part that is the least full, taking each part as full as Webster's
/// method does, (has + ½ of what comes) / (its share of all), on the mean over the unit's classes
/// and over its size. Large units come first and, among units of one size, those of rare classes,
/// as in Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data", ECML 2011:
/// what comes late evens out what came before.
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
  ///   - fewest: units that each part gets where there are enough; one for a positive share when
  ///     absent.
  /// - Returns: the part of each unit, −1 for those outside `order`.
  static func deal(
    _ units: [Unit], shares: [Double], isExact: Bool, order: [Int],
    fewest: [Int]? = nil
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
    // Sizes of groups are not exact by themselves, so that they weigh more.
    let weight = isExact ? 1.0 : 2.0
    /// How full the part would be.
    func fullness(_ unit: Unit, _ part: Int) -> Double {
      let share = shares[part]
      let own = (Double(sizes[part]) + Double(unit.size) / 2) / (share * Double(max(1, size)))
      var sum = 0.0
      var weights = 0.0
      for (label, count) in unit.counts.sorted(by: { $0.key < $1.key }) {
        let total = Double(max(1, totals[label] ?? 1))
        let part = Double(counts[part][label] ?? 0) + Double(count) / 2
        sum += Double(count) / total * part / (share * total)
        weights += Double(count) / total
      }
      return weight * own + (weights > 0 ? sum / weights : 0)
    }
    for (_, index) in sorted {
      let unit = units[index]
      let candidates = open.filter { capacities[$0] == .max || sizes[$0] < capacities[$0] }
      var best = candidates.first ?? open[0]
      var least = fullness(unit, best)
      for part in candidates.dropFirst() {
        let found = fullness(unit, part)
        // Sums of fractions differ in their last bits: what is equal must stay equal.
        if found < least - 1e-9 {
          least = found
          best = part
        }
      }
      parts[index] = best
      sizes[best] += unit.size
      for (label, count) in unit.counts { counts[best][label, default: 0] += count }
    }
    if !isExact {
      fill(
        &parts, units, order, shares.map { $0 * Double(size) },
        fewest: fewest ?? shares.map { $0 > 0 ? 1 : 0 }, open)
    }
    return parts
  }

  /// Gives every part that has too few units some from parts that have more than they need, those
  /// that bring it nearest to its size.
  private static func fill(
    _ parts: inout [Int], _ units: [Unit], _ order: [Int], _ targets: [Double], fewest: [Int],
    _ open: [Int]
  ) {
    var held = Array(repeating: 0, count: targets.count)
    for unit in order { held[parts[unit]] += 1 }
    for part in open {
      while held[part] < fewest[part] {
        let size = order.reduce(0) { $0 + (parts[$1] == part ? units[$1].size : 0) }
        func distance(_ unit: Int) -> Double {
          abs(Double(size + units[unit].size) - targets[part])
        }
        let movable = order.filter { parts[$0] != part && held[parts[$0]] > fewest[parts[$0]] }
        guard let nearest = movable.min(by: { distance($0) < distance($1) }) else { return }
        held[parts[nearest]] -= 1
        held[part] += 1
        parts[nearest] = part
      }
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
