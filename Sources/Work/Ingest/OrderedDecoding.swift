import Foundation

/// Works on many items on threads of its own, and hands the results over one by one in the order of
/// the items: decoding is parallel, writing is not, and the output does not depend on who was first.
///
/// Bounded: at most `ahead` items, and at most `bytesAhead` of finished results beyond the one that
/// is waited for, are in memory.
enum OrderedDecoding {
  /// - Parameters:
  ///   - size: bytes that a result takes.
  ///   - work: from any thread; must not throw: what fails is part of the result.
  ///   - body: on the calling thread, in order.
  /// - Throws: what `body` throws, after all threads have stopped.
  static func run<Result: Sendable>(
    _ count: Int, threads: Int, ahead: Int = 64, bytesAhead: Int = 256 << 20,
    size: @Sendable @escaping (Result) -> Int,
    work: @Sendable @escaping (Int) -> Result, body: (Result) throws -> Void
  ) throws {
    let line = Line<Result>(count: count, ahead: max(ahead, threads), bytesAhead: bytesAhead)
    let group = DispatchGroup()
    for _ in 0..<max(1, min(threads, count)) {
      group.enter()
      let thread = Thread {
        defer { group.leave() }
        while let index = line.next() {
          let result = work(index)
          line.put(result, at: index, bytes: size(result))
        }
      }
      // Decoders of large pictures and deep formats want more than the 512 KiB of a thread.
      thread.stackSize = 8 << 20
      thread.start()
    }
    defer {
      line.stop()
      group.wait()
    }
    for index in 0..<count { try body(line.take(index)) }
  }

  /// Results on their way. `@unchecked Sendable`: every access holds `condition`.
  private final class Line<Result>: @unchecked Sendable {
    private let condition = NSCondition()
    private let count: Int
    private let ahead: Int
    private let bytesAhead: Int
    private var started = 0
    /// The item that is waited for.
    private var wanted = 0
    private var results: [Int: (result: Result, bytes: Int)] = [:]
    private var bytes = 0
    private var isStopped = false

    init(count: Int, ahead: Int, bytesAhead: Int) {
      self.count = count
      self.ahead = ahead
      self.bytesAhead = bytesAhead
    }

    /// The next item to work on; `nil` when there is none left. Waits while too much is unread.
    func next() -> Int? {
      condition.lock()
      defer { condition.unlock() }
      // The item that is waited for is always started, so that no bound can stop the line.
      while !isStopped, started < count, started > wanted,
        started - wanted >= ahead || bytes >= bytesAhead
      {
        condition.wait()
      }
      guard !isStopped, started < count else { return nil }
      defer { started += 1 }
      return started
    }

    func put(_ result: Result, at index: Int, bytes size: Int) {
      condition.lock()
      defer { condition.unlock() }
      results[index] = (result, size)
      bytes += size
      condition.broadcast()
    }

    func take(_ index: Int) -> Result {
      condition.lock()
      defer { condition.unlock() }
      wanted = index
      condition.broadcast()
      while true {
        if let found = results.removeValue(forKey: index) {
          bytes -= found.bytes
          wanted = index + 1
          condition.broadcast()
          return found.result
        }
        condition.wait()
      }
    }

    func stop() {
      condition.lock()
      defer { condition.unlock() }
      isStopped = true
      condition.broadcast()
    }
  }
}
