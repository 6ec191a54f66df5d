import Foundation

/// Pieces of work on threads of their own, off the cooperative pool: a training blocks for minutes.
enum SideBySide {
  /// Runs `body` for 0 ..< count, at most `threads` at a time, in order of start.
  ///
  /// - Throws: the error of the first piece that failed; pieces not yet started are then left out,
  ///   and those under way see `isCancelled`.
  static func run(
    _ count: Int, threads: Int,
    _ body: @escaping @Sendable (_ index: Int, _ isCancelled: @Sendable () -> Bool) throws -> Void
  ) async throws {
    let state = State(count: count)
    let workers = max(1, min(threads, count))
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        guard count > 0 else { return continuation.resume() }
        let group = DispatchGroup()
        for _ in 0..<workers {
          group.enter()
          let thread = Thread {
            defer { group.leave() }
            while let index = state.next() {
              do { try body(index, { state.isStopped }) } catch { state.stop(error) }
            }
          }
          thread.stackSize = 8 << 20
          thread.start()
        }
        group.notify(queue: .global()) { continuation.resume() }
      }
    } onCancel: {
      state.stop(CancellationError())
    }
    if let failure = state.failure { throw failure }
  }

  /// `@unchecked Sendable`: every access holds `lock`.
  private final class State: @unchecked Sendable {
    private let lock = NSLock()
    private let count: Int
    private var started = 0
    private var stored: (any Error)?

    init(count: Int) { self.count = count }

    func next() -> Int? {
      lock.withLock {
        guard stored == nil, started < count else { return nil }
        defer { started += 1 }
        return started
      }
    }

    func stop(_ error: any Error) { lock.withLock { stored = stored ?? error } }
    var isStopped: Bool { lock.withLock { stored != nil } }
    var failure: (any Error)? { lock.withLock { stored } }
  }
}
