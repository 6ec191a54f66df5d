import Arrays
import Diagnostics
import Foundation
import Shards

/// The values of one sample as they stand in its shard: one run of bytes for each field.
struct SampleCells: Sendable {
  var cells: [[UInt8]]

  func text(_ field: Int) -> String { String(decoding: cells[field], as: UTF8.self) }
}

/// The samples of one input and split, by row.
protocol SampleRows: AnyObject {
  func sample(_ row: Int) throws -> SampleCells
}

/// Rows in ascending order: one chunk of samples is in memory, and those read ahead.
final class StreamedRows: SampleRows {
  /// Bytes that may be read ahead, roughly: how much the packed chunks will grow is only known then.
  private static let bytesAhead = 16 << 20
  private static let likelyGrowth = 3

  private let reader: SampleReader
  private let paths: [String]
  private let subject: String
  private var batch: SampleBatch?
  /// Where the cells of each sample start in the bytes of a column, by field; empty of texts.
  private var starts: [[Int]] = []
  private var first = 0
  private var end = 0

  init(_ output: Output, of stream: String, _ paths: [String], threads: Int) throws {
    self.paths = paths
    subject = "\(output.directory):\(stream)"
    let shards = output.manifest.shards.filter { $0.stream == stream && $0.samples > 0 }
    let largest = shards.map { $0.bytes / $0.samples * min($0.samples, $0.samplesPerChunk) }.max()
    let chunk = Self.likelyGrowth * (largest ?? 0) + 1
    let ahead = max(1, min(8, Self.bytesAhead / chunk))
    reader = try output.read(
      paths, of: stream,
      options: ReadOptions(
        threads: min(threads, ahead), chunksAhead: ahead, includesSealed: true))
  }

  func sample(_ row: Int) throws -> SampleCells {
    while row >= end { try advance() }
    guard let batch, row >= first else {
      throw Diagnostic(subject, "row \(row) was asked for after row \(end - 1)")
    }
    return SampleCells(
      cells: paths.indices.map { field in
        guard let column = batch.columns[paths[field]] else { return [] }
        switch column.cells {
        case .texts(let texts): return Array(texts[row - first].utf8)
        case .numbers(_, let bytes):
          return Array(bytes[starts[field][row - first]..<starts[field][row - first + 1]])
        }
      })
  }

  private func advance() throws {
    // The old chunk goes before the new one comes.
    batch = nil
    guard let next = try reader.next() else {
      throw Diagnostic(subject, "\(end) samples, more were promised")
    }
    first = end
    end += next.count
    starts = paths.map { path in
      guard let column = next.columns[path], case .numbers(_, let bytes) = column.cells else {
        return []
      }
      guard let lengths = column.lengths else {
        let size = bytes.count / max(1, column.count)
        return (0...column.count).map { $0 * size }
      }
      let steps = lengths.reduce(0, +)
      let size = steps == 0 ? 0 : bytes.count / steps
      return lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1 * size) }
    }
    batch = next
  }
}

/// Rows in any order: they are copied once, unpacked, into a file without a name, and read from
/// there, so that only where each of them stands is in memory.
final class SpilledRows: SampleRows {
  private let descriptor: Int32
  private let path: String
  private let fields: Int
  /// Where each row starts, and where the last one ends.
  private var offsets: [UInt64] = [0]

  /// - Parameters:
  ///   - folder: on whose disk the file is made; nothing is left of it, whatever happens.
  ///   - progress: called with the rows that are done.
  init(
    _ rows: StreamedRows, count: Int, fields: Int, in folder: String, progress: (Int) -> Void
  ) throws {
    self.fields = fields
    // The mark of unfinished files: should this be killed between the next two calls, the next
    // attempt removes it.
    path = "\(folder)/.join.tmp-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.fault("make", path) }
    unlink(path)
    offsets.reserveCapacity(count + 1)
    var pending: [UInt8] = []
    for row in 0..<count {
      try Task.checkCancellation()
      let sample = try rows.sample(row)
      for cell in sample.cells {
        withUnsafeBytes(of: UInt64(cell.count)) { pending.append(contentsOf: $0) }
      }
      for cell in sample.cells { pending.append(contentsOf: cell) }
      let size = sample.cells.reduce(fields * 8) { $0 + $1.count }
      offsets.append((offsets.last ?? 0) + UInt64(size))
      if pending.count >= 1 << 20 {
        try write(&pending)
        progress(row + 1)
      }
    }
    try write(&pending)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func sample(_ row: Int) throws -> SampleCells {
    let size = Int(offsets[row + 1] - offsets[row])
    let bytes = try read(size, at: offsets[row])
    var cells: [[UInt8]] = []
    var place = fields * 8
    for field in 0..<fields {
      let length = bytes.withUnsafeBytes {
        Int($0.loadUnaligned(fromByteOffset: field * 8, as: UInt64.self))
      }
      cells.append(Array(bytes[place..<(place + length)]))
      place += length
    }
    return SampleCells(cells: cells)
  }

  private func write(_ pending: inout [UInt8]) throws {
    var done = 0
    while done < pending.count {
      let written = pending.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw Self.fault("write", path) }
      done += written
    }
    pending.removeAll(keepingCapacity: true)
  }

  private func read(_ size: Int, at offset: UInt64) throws -> [UInt8] {
    var failure: Diagnostic?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let read = pread(
          descriptor, buffer.baseAddress.map { $0 + count }, size - count,
          off_t(offset) + off_t(count))
        if read < 0, errno == EINTR { continue }
        guard read > 0 else {
          failure = Self.fault("read", path)
          return
        }
        count += read
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private static func fault(_ call: String, _ path: String) -> Diagnostic {
    let isFull = errno == ENOSPC || errno == EDQUOT
    return Diagnostic(
      path,
      "cannot \(call) the file that brings samples into one order: "
        + String(cString: strerror(errno)),
      mend: isFull
        ? "free some space: as much as the input takes unpacked; or ingest all inputs in one order"
        : nil)
  }
}
