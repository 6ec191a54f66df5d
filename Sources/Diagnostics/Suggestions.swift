/// Near names for a word that is none of the known ones.
public enum Suggestions {
  /// The known name nearest to `word`, when it is near enough to be a slip of the finger: at most
  /// one edit for each three letters, and never more than three.
  public static func nearest(to word: String, among known: some Sequence<String>) -> String? {
    let limit = min(3, max(1, word.count / 3))
    return known.map { (name: $0, distance: distance(word.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= limit }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
  }

  /// `did you mean 'tolerance'? (keys: rate, tolerance)`; without a near name the list alone.
  public static func mend(_ word: String, among known: [String], called plural: String) -> String {
    let list =
      known.isEmpty ? "there are no \(plural)" : "\(plural): \(known.joined(separator: ", "))"
    guard let near = nearest(to: word, among: known) else { return list }
    return "did you mean '\(near)'? (\(list))"
  }

  /// Edits (insert, delete, replace, swap of neighbours) that turn one word into the other: the
  /// restricted Damerau-Levenshtein distance.
  static func distance(_ first: String, _ second: String) -> Int {
    let left = Array(first)
    let right = Array(second)
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
      var row = [i + 1]
      for j in right.indices {
        var best = min(
          last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          best = min(best, beforeLast[j - 1] + 1)
        }
        row.append(best)
      }
      beforeLast = last
      last = row
    }
    return last[right.count]
  }
}
