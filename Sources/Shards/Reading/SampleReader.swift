import Diagnostics
import Foundation

/// Some samples, in the order they are to be used.
public struct SampleBatch: Sendable {
  /// Of each sample: its index within the stream.
  public var indices: [Int]
  /// One column per field, by path.
  public var columns: [String: Column]

  /// Samples.
  public var count: Int { indices.count }
}

/// Reads the samples of a stream, batch after batch, unpacked by threads of its own that work ahead
/// within bounds. For one thread at a time; `next()` blocks, so call it off the cooperative pool.
public final class SampleReader {
  public let fields: [FieldDescription]
  /// Samples in all.
  public let count: Int
  private let queue: BlockQueue
  private let samplesPerBatch: Int?
  private let windowChunks: Int
  private var generator: SplitMix64?
  private var window = SampleWindow()
  private var fault: (any Error)?

  /// A chunk of samples of the stream.
  private struct Place: Sendable {
    var shard: Int
    var block: Int
    var first: Int
    var count: Int
  }

  init(
    _ output: Output, _ shards: [Manifest.Shard], _ fields: [FieldDescription],
    _ options: ReadOptions
  ) {
    self.fields = fields
    var places: [Place] = []
    var count = 0
    for (index, shard) in shards.enumerated() {
      let step = max(1, shard.samplesPerChunk)
      for first in stride(from: 0, to: shard.samples, by: step) {
        places.append(
          Place(
            shard: index, block: first / step, first: count + first,
            count: min(step, shard.samples - first)))
      }
      count += shard.samples
    }
    self.count = count
    if let shuffle = options.shuffle {
      var generator = SplitMix64(seed: shuffle.seed)
      generator.shuffle(&places)
      self.generator = generator
      windowChunks = max(1, shuffle.windowChunks)
      samplesPerBatch = max(1, options.samplesPerBatch ?? shards.first?.samplesPerChunk ?? 1)
    } else {
      windowChunks = 1
      samplesPerBatch = options.samplesPerBatch.map { max(1, $0) }
    }
    queue = BlockQueue(total: places.count, limit: options.chunksAhead)
    let cache = ShardCache(output, shards, fields)
    for _ in 0..<min(max(1, options.threads), places.count) {
      let (queue, places) = (queue, places)
      let thread = Thread { Self.unpack(places, from: cache, for: queue) }
      thread.name = "mke.reader"
      thread.start()
    }
  }

  deinit { queue.stop() }

  private static func unpack(_ places: [Place], from cache: ShardCache, for queue: BlockQueue) {
    let unpacking = Result { try Unpacking() }
    // Neighbouring chunks mostly stand in one shard.
    var last: (shard: Int, reader: ShardReader)?
    while let number = queue.take() {
      let place = places[number]
      let result = Result {
        let reader =
          try last.flatMap { $0.shard == place.shard ? $0.reader : nil }
          ?? cache.reader(place.shard)
        last = (place.shard, reader)
        return UnpackedBlock(
          first: place.first, count: place.count,
          columns: try reader.block(place.block, with: unpacking.get()))
      }
      queue.deliver(number, result)
    }
  }

  /// The most chunks that were ever being unpacked or waiting at once.
  var mostChunksInFlight: Int { queue.peak }

  /// The next samples; `nil` after the last ones.
  ///
  /// - Throws: `Diagnostic` that names the shard, the data set and the samples; from then on always.
  public func next() throws -> SampleBatch? {
    if let fault { throw fault }
    do {
      return try batch()
    } catch {
      fault = error
      queue.stop()
      throw error
    }
  }

  private func batch() throws -> SampleBatch? {
    var builder: BatchBuilder?
    while try refill() {
      let wanted = samplesPerBatch.map { $0 - (builder?.count ?? 0) } ?? window.rest
      if builder == nil, let whole = window.takeBlock(wanted) {
        return SampleBatch(
          indices: Array(whole.first..<(whole.first + whole.count)),
          columns: Dictionary(
            zip(fields.map(\.path), whole.columns), uniquingKeysWith: { first, _ in first }))
      }
      var current = builder ?? BatchBuilder(fields, room: min(samplesPerBatch ?? 0, count))
      // Held once, so that it grows in place.
      builder = nil
      window.take(min(wanted, window.rest), into: &current)
      builder = current
      if current.count == samplesPerBatch { break }
    }
    return builder?.batch
  }

  /// Fetches the next window of chunks when the last one is used up.
  ///
  /// - Returns: whether there are samples left.
  private func refill() throws -> Bool {
    if window.rest > 0 { return true }
    // The old chunks go before the new ones come.
    window = SampleWindow()
    var blocks: [UnpackedBlock] = []
    while blocks.count < windowChunks, let block = try queue.fetch() { blocks.append(block) }
    window = SampleWindow(blocks, shuffledBy: &generator)
    return window.rest > 0
  }
}
