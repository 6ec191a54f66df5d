import Foundation

/// The unpacked samples of one chunk.
struct UnpackedBlock: Sendable {
  /// Index of its first sample in the stream.
  var first: Int
  var count: Int
  /// In the order of the reader's fields.
  var columns: [Column]
}

/// Hands the numbers 0, 1, 2, … of blocks to the threads that unpack them, never more than `limit`
/// ahead of the one who fetches them in order.
final class BlockQueue: @unchecked Sendable {
  // `condition` guards all that varies.
  private let condition = NSCondition()
  private let total: Int
  private let limit: Int
  private var next = 0
  private var fetched = 0
  private var ready: [Int: Result<UnpackedBlock, any Error>] = [:]
  private var isStopped = false
  private var mostInFlight = 0

  init(total: Int, limit: Int) {
    self.total = total
    self.limit = max(1, limit)
  }

  /// The most blocks that were ever being unpacked or waiting at once.
  var peak: Int { condition.withLock { mostInFlight } }

  /// The next block to unpack; waits for its turn; `nil` when there is no more to do.
  func take() -> Int? {
    condition.lock()
    defer { condition.unlock() }
    while !isStopped, next < total, next - fetched >= limit { condition.wait() }
    guard !isStopped, next < total else { return nil }
    defer { next += 1 }
    mostInFlight = max(mostInFlight, next + 1 - fetched)
    return next
  }

  func deliver(_ number: Int, _ result: Result<UnpackedBlock, any Error>) {
    condition.lock()
    ready[number] = result
    // Nobody will come for what follows a fault.
    if case .failure = result { isStopped = true }
    condition.broadcast()
    condition.unlock()
  }

  /// The next block in order; waits for it; `nil` after the last one.
  func fetch() throws -> UnpackedBlock? {
    condition.lock()
    defer { condition.unlock() }
    guard fetched < total else { return nil }
    while true {
      if let result = ready.removeValue(forKey: fetched) {
        fetched += 1
        condition.broadcast()
        return try result.get()
      }
      // After a fault further on, blocks before it are still being unpacked.
      condition.wait()
    }
  }

  /// Lets the threads end.
  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    condition.unlock()
  }
}
