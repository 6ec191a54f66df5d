// Measures shard reading against h5py with hdf5plugin and against bare zstd, on the same files in
// the same run:
//
//     bench-shards --python PYTHON --peer Tools/bench/shards/peer.py [--folder DIR]
//                  [--megabytes 320] [--rounds 5] [--threads 2]
//
// Every round measures all ways one after the other; ratios are of medians over rounds. Files stand
// in the page cache. Bare zstd has the same threads, one buffer each, and hands nothing on: once it
// reads the frames from the files, as a reader must, and once they lie in memory before the clock
// starts. Processor seconds tell how much a busy machine is to blame for the others.

import CZstd
import Foundation
import Shards
import Synchronization

struct Options {
  var python = ""
  var peer = ""
  var folder = NSTemporaryDirectory() + "mke-bench-shards"
  var megabytes = 320
  var rounds = 5
  var threads = 2

  init(_ words: [String]) throws {
    var rest = words[...]
    while let option = rest.popFirst() {
      guard let value = rest.popFirst() else { throw Failure(message: "\(option) needs a value") }
      switch option {
      case "--python": python = value
      case "--peer": peer = value
      case "--folder": folder = value
      case "--megabytes": megabytes = Int(value) ?? megabytes
      case "--rounds": rounds = Int(value) ?? rounds
      case "--threads": threads = Int(value) ?? threads
      default: throw Failure(message: "unknown option \(option)")
      }
    }
  }
}

/// Hands out 0, 1, 2, ….
final class Counter: Sendable {
  private let value = Atomic(0)
  func take() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
}

struct Failure: Error, CustomStringConvertible {
  var message: String
  var description: String { message }
}

/// What a way of reading took.
struct Time {
  /// Seconds.
  var wall: Double
  /// Processor seconds, of all threads.
  var processor: Double

  static func measure(_ body: () throws -> Void) rethrows -> Time {
    let before = processorSeconds
    let duration = try ContinuousClock().measure(body)
    let wall =
      Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    return Time(wall: wall, processor: processorSeconds - before)
  }

  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// One packed chunk.
struct Frame: Sendable {
  var descriptor: Int32
  var offset: UInt64
  var size: Int
  /// Empty when it is to be read from its file.
  var bytes: [UInt8] = []

  func read(into buffer: UnsafeMutableRawPointer?) {
    precondition(pread(descriptor, buffer, size, off_t(offset)) == size)
  }
}

/// Unpacks all frames, each into the same memory of its thread.
func bareTime(_ frames: [Frame], threads: Int) -> Time {
  let next = Counter()
  let running = DispatchGroup()
  return Time.measure {
    for _ in 0..<threads {
      running.enter()
      Thread.detachNewThread {
        let context = ZSTD_createDCtx()
        var output = [UInt8](repeating: 0, count: 8 << 20)
        var input = [UInt8](repeating: 0, count: 8 << 20)
        while true {
          let index = next.take()
          guard index < frames.count else { break }
          let frame = frames[index]
          if frame.bytes.isEmpty {
            input.withUnsafeMutableBytes { frame.read(into: $0.baseAddress) }
            unpack(input, frame.size, context, &output)
          } else {
            unpack(frame.bytes, frame.size, context, &output)
          }
        }
        ZSTD_freeDCtx(context)
        running.leave()
      }
    }
    running.wait()
  }
}

func unpack(_ frame: [UInt8], _ size: Int, _ context: OpaquePointer?, _ output: inout [UInt8]) {
  let code = ZSTD_decompressDCtx(context, &output, output.count, frame, size)
  precondition(ZSTD_isError(code) == 0)
}

func readTime(_ output: Output, _ field: String, _ options: ReadOptions) throws -> Time {
  var samples = 0
  let time = try Time.measure {
    let reader = try output.read([field], of: "unlabelled", options: options)
    while let batch = try reader.next() { samples += batch.count }
  }
  guard samples == output.count(of: "unlabelled") else { throw Failure(message: "samples lost") }
  return time
}

func peerTime(_ options: Options, _ arguments: [String]) throws -> (time: Time, samples: Int) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: options.python)
  process.arguments = [options.peer] + arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
  guard process.terminationStatus == 0, numbers.count == 3 else {
    throw Failure(message: "\(options.peer) failed")
  }
  return (Time(wall: numbers[0], processor: numbers[1]), Int(numbers[2]))
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

func measure(_ subject: Subject, _ options: Options) throws {
  let directory = "\(options.folder)/\(subject.name)-\(options.megabytes)"
  if (try? Output(opening: directory)) == nil {
    try subject.write(directory, megabytes: options.megabytes)
  }
  let output = try Output(opening: directory)
  let field = subject.field.path
  let files = output.manifest.shards.map { "\(directory)/\($0.file)" }
  let chunks = try output.packedChunks(of: field, in: "unlabelled")
  let descriptors = Dictionary(
    uniqueKeysWithValues: files.map { ($0, Foundation.open($0, O_RDONLY)) })
  defer { for descriptor in descriptors.values { close(descriptor) } }
  let inFiles = chunks.map {
    Frame(descriptor: descriptors[$0.file] ?? -1, offset: $0.offset, size: $0.size)
  }
  let inMemory = inFiles.map { frame in
    var frame = frame
    var bytes = [UInt8](repeating: 0, count: frame.size)
    bytes.withUnsafeMutableBytes { frame.read(into: $0.baseAddress) }
    frame.bytes = bytes
    return frame
  }
  let raw = Double(output.manifest.samples * subject.sampleBytes)
  let packed = Double(chunks.reduce(0) { $0 + $1.size })
  print(
    "\(subject.name): \(output.manifest.samples) samples, \(Int(raw / 1e6)) MB, packed to "
      + "\(Int(packed / 1e6)) MB in \(chunks.count) chunks")

  var times: [String: [Time]] = [:]
  for round in 0...options.rounds {
    var measured: [String: Time] = [:]
    measured[Way.read] = try readTime(output, field, ReadOptions(threads: options.threads))
    measured[Way.bare] = bareTime(inFiles, threads: options.threads)
    measured[Way.memory] = bareTime(inMemory, threads: options.threads)
    measured[Way.peer] = try peerTime(options, ["sequential", field] + files).time
    measured[Way.shuffled] = try readTime(
      output, field,
      ReadOptions(
        threads: options.threads, shuffle: ReadOptions.Shuffle(seed: UInt64(round)),
        samplesPerBatch: 64))
    let random = try peerTime(options, ["random", field, "400"] + files)
    let scale = Double(output.manifest.samples) / Double(random.samples)
    measured[Way.oneByOne] = Time(
      wall: random.time.wall * scale, processor: random.time.processor * scale)
    // The first round warms the page cache.
    if round > 0 { for (way, time) in measured { times[way, default: []].append(time) } }
  }
  let walls = times.mapValues { median($0.map(\.wall)) }
  for way in Way.all {
    let (time, all) = (walls[way] ?? .nan, times[way] ?? [])
    print(
      "  \(padded(way, 24)) "
        + String(
          format: "%8.3f s (%.3f to %.3f) %6.0f MB/s, %.3f processor s", time,
          all.map(\.wall).min() ?? .nan, all.map(\.wall).max() ?? .nan, raw / time / 1e6,
          median(all.map(\.processor))))
  }
  func ratio(_ slower: String, _ faster: String) -> Double {
    (walls[slower] ?? .nan) / (walls[faster] ?? .nan)
  }
  for (name, value, bar) in [
    ("against h5py, in order", ratio(Way.peer, Way.read), "1.7"),
    ("share of bare zstd", ratio(Way.bare, Way.read), "0.9"),
    ("share of bare zstd, frames in memory", ratio(Way.memory, Way.read), "none"),
    ("shuffled, against h5py one by one", ratio(Way.oneByOne, Way.shuffled), "30"),
  ] {
    print("  = \(padded(name, 38))" + String(format: "%7.2f", value) + "  (bar \(bar))")
  }
}

/// Names of what is measured.
enum Way {
  static let read = "mke"
  static let bare = "bare zstd"
  static let memory = "bare zstd, in memory"
  static let peer = "h5py"
  static let shuffled = "mke, shuffled"
  static let oneByOne = "h5py, shuffled"
  static let all = [read, bare, memory, peer, shuffled, oneByOne]
}

do {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  print(
    "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(options.threads) threads, "
      + "medians of \(options.rounds) rounds")
  for subject in Subject.all { try measure(subject, options) }
} catch {
  FileHandle.standardError.write(Data("bench-shards: error: \(error)\n".utf8))
  exit(1)
}
