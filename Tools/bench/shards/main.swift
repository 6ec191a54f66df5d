// Measures shard reading against h5py with hdf5plugin and against bare zstd, on the same files in
// the same run:
//
//     bench-shards --python PYTHON --peer Tools/bench/shards/peer.py [--folder DIR]
//                  [--megabytes 320] [--rounds 5] [--threads 2]
//
// Every round measures all ways one after the other; ratios are of medians over rounds.

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

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let duration = try clock.measure(body)
  return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Bare zstd: frames in memory, one context and one buffer per thread, nothing else.
func bareSeconds(_ frames: [[UInt8]], threads: Int) -> Double {
  let next = Counter()
  let running = DispatchGroup()
  return seconds {
    for _ in 0..<threads {
      running.enter()
      Thread.detachNewThread {
        let context = ZSTD_createDCtx()
        var output = [UInt8](repeating: 0, count: 8 << 20)
        while true {
          let index = next.take()
          guard index < frames.count else { break }
          let code = frames[index].withUnsafeBytes { frame in
            output.withUnsafeMutableBytes {
              ZSTD_decompressDCtx(
                context, $0.baseAddress, $0.count, frame.baseAddress, frame.count)
            }
          }
          precondition(ZSTD_isError(code) == 0)
        }
        ZSTD_freeDCtx(context)
        running.leave()
      }
    }
    running.wait()
  }
}

func readSeconds(_ output: Output, _ field: String, _ options: ReadOptions) throws -> Double {
  var samples = 0
  let time = try seconds {
    let reader = try output.read([field], of: "unlabelled", options: options)
    while let batch = try reader.next() { samples += batch.count }
  }
  guard samples == output.count(of: "unlabelled") else { throw Failure(message: "samples lost") }
  return time
}

func peerSeconds(_ options: Options, _ arguments: [String]) throws -> (
  seconds: Double, samples: Int
) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: options.python)
  process.arguments = [options.peer] + arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  let words = text.split(whereSeparator: \.isWhitespace)
  guard process.terminationStatus == 0, words.count == 2, let seconds = Double(words[0]),
    let samples = Int(words[1])
  else { throw Failure(message: "\(options.peer) failed") }
  return (seconds, samples)
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
  let frames = try output.packedChunks(of: field, in: "unlabelled")
  let raw = Double(output.manifest.samples * subject.sampleBytes)
  let packed = Double(frames.reduce(0) { $0 + $1.count })
  print(
    "\(subject.name): \(output.manifest.samples) samples, \(Int(raw / 1e6)) MB, packed to "
      + "\(Int(packed / 1e6)) MB in \(frames.count) chunks")

  var times: [String: [Double]] = [:]
  let ways = ["read", "bare zstd", "h5py", "shuffled", "h5py one by one"]
  for round in 0...options.rounds {
    var measured: [String: Double] = [:]
    measured["read"] = try readSeconds(output, field, ReadOptions(threads: options.threads))
    measured["bare zstd"] = bareSeconds(frames, threads: options.threads)
    measured["h5py"] = try peerSeconds(options, ["sequential", field] + files).seconds
    measured["shuffled"] = try readSeconds(
      output, field,
      ReadOptions(
        threads: options.threads, shuffle: ReadOptions.Shuffle(seed: UInt64(round)),
        samplesPerBatch: 64))
    let random = try peerSeconds(options, ["random", field, "400"] + files)
    measured["h5py one by one"] =
      random.seconds / Double(random.samples) * Double(output.manifest.samples)
    // The first round warms the page cache.
    if round > 0 { for (way, time) in measured { times[way, default: []].append(time) } }
  }
  let medians = times.mapValues(median)
  for way in ways {
    let time = medians[way] ?? .nan
    let range = (times[way]?.min() ?? 0, times[way]?.max() ?? 0)
    print(
      "  \(padded(way, 16)) "
        + String(
          format: "%8.3f s (%.3f to %.3f) %8.0f MB/s", time, range.0, range.1, raw / time / 1e6))
  }
  func ratio(_ slower: String, _ faster: String) -> Double {
    (medians[slower] ?? .nan) / (medians[faster] ?? .nan)
  }
  print(String(format: "  against h5py in order       %6.2f x (bar 1.7)", ratio("h5py", "read")))
  print(
    String(format: "  share of bare zstd          %6.2f   (bar 0.9)", ratio("bare zstd", "read")))
  print(
    String(
      format: "  shuffled against one by one %6.1f x (bar 30)", ratio("h5py one by one", "shuffled")
    ))
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
