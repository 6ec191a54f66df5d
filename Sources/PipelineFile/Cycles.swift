/// Order and circles of a graph whose nodes are numbers: node `n` reads `upstream[n]`.
enum Cycles {
  /// Every node after all that it reads, otherwise in the order of their numbers. Nodes of a circle
  /// and what hangs on them come last.
  static func order(_ upstream: [[Int]]) -> [Int] {
    var order: [Int] = []
    var isPlaced = [Bool](repeating: false, count: upstream.count)
    while let next = upstream.indices.first(where: { node in
      !isPlaced[node] && upstream[node].allSatisfy { isPlaced[$0] }
    }) {
      isPlaced[next] = true
      order.append(next)
    }
    return order + upstream.indices.filter { !isPlaced[$0] }
  }

  /// The circles, each from its lowest node along what it reads and back to it: `[0, 2, 0]`.
  /// Every node that is on a circle is on one of these, the shortest of the first such node.
  static func find(_ upstream: [[Int]]) -> [[Int]] {
    var circles: [[Int]] = []
    var isTold = [Bool](repeating: false, count: upstream.count)
    for start in upstream.indices where !isTold[start] {
      guard let circle = shortest(from: start, upstream) else { continue }
      for node in circle { isTold[node] = true }
      circles.append(circle)
    }
    return circles
  }

  /// The shortest way from a node along what it reads and back to it, by breadth.
  private static func shortest(from start: Int, _ upstream: [[Int]]) -> [Int]? {
    var cameFrom: [Int: Int] = [:]
    var queue = [start]
    var index = 0
    while index < queue.count {
      let node = queue[index]
      index += 1
      for next in upstream[node] {
        if next == start {
          var way = [node]
          while let last = way.last, last != start, let before = cameFrom[last] {
            way.append(before)
          }
          return way.reversed() + [start]
        }
        guard cameFrom[next] == nil else { continue }
        cameFrom[next] = node
        queue.append(next)
      }
    }
    return nil
  }
}
