// Measures sound files to log-mel spectrograms against torchaudio, on the same files in the same run:
//
//     bench-features --python PYTHON --peer Tools/bench/features/peer.py --folder DIR
//                    [--rounds 5] [--threads 2]
//
// DIR holds 16-bit wav files at 16 kHz, at any depth. Settings: 64 mels up to 8 kHz, frames of 400
// samples 160 apart, log(x + 10⁻⁶), float32. The peer loads by the faster of soundfile and
// torchaudio.load, and works by the fastest of: one process with as many threads inside PyTorch, as
// many threads or as many processes with one each. It stays loaded between rounds, and its clock runs
// from the first file to the last feature, as ours does. Every round measures all ways one after the
// other; ways of the peer that took far longer than its best one are left out of later rounds. Ratios
// are of medians over rounds. Files stand in the page cache.

import Arrays
import Foundation
import Media
import Signals
import Synchronization

struct Options {
  var python = ""
  var peer = ""
  var folder = ""
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
      case "--rounds": rounds = max(1, Int(value) ?? rounds)
      case "--threads": threads = max(1, Int(value) ?? threads)
      default: throw Failure(message: "unknown option \(option)")
      }
    }
  }
}

struct Failure: Error, CustomStringConvertible {
  var message: String
  var description: String { message }
}

/// What one way of working gave.
struct Result: Sendable {
  /// Seconds.
  var wall = 0.0
  /// Processor seconds, of all threads and processes.
  var processor = 0.0
  var frames = 0
  /// Of all features, which tells whether the same work was done.
  var mean = 0.0
}

/// Files to features on several threads, which take one file after the other.
func ours(_ files: [String], threads: Int) throws -> Result {
  let features = SoundFeatures(
    try FeatureOptions(kind: .logMel, sampleRate: 16000, hopLength: 160, melCount: 64))
  let next = Atomic(0)
  let outputs = Mutex<[NumberArray]>([])
  let failures = Mutex<[any Error]>([])
  let before = processorSeconds()
  let duration = ContinuousClock().measure {
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      var made: [NumberArray] = []
      do {
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < files.count else { break }
          made.append(try features(try SoundFile.read(files[index]).samples, subject: files[index]))
        }
      } catch {
        failures.withLock { $0.append(error) }
      }
      outputs.withLock { $0 += made }
    }
  }
  var result = Result()
  result.processor = processorSeconds() - before
  result.wall =
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  if let failure = failures.withLock({ $0.first }) { throw failure }
  var (sum, count) = (0.0, 0)
  for output in outputs.withLock({ $0 }) {
    sum += output.values(as: Float.self).reduce(0) { $0 + Double($1) }
    count += output.count
    result.frames += output.shape[0]
  }
  result.mean = sum / Double(max(1, count))
  return result
}

func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// The Python process, which answers a line for each way that it is asked to work.
final class Peer {
  private let process = Process()
  private let questions = Pipe()
  private let answers = Pipe()
  private var buffer = Data()

  init(_ options: Options) throws {
    process.executableURL = URL(fileURLWithPath: options.python)
    process.arguments = [options.peer, options.folder]
    process.standardInput = questions
    process.standardOutput = answers
    try process.run()
  }

  /// `nil` where the peer cannot work in this way.
  func ask(_ way: String) throws -> Result? {
    try questions.fileHandleForWriting.write(contentsOf: Data((way + "\n").utf8))
    while !buffer.contains(10) {
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Failure(message: "the peer ended at '\(way)'") }
      buffer += more
    }
    let line = buffer.prefix { $0 != 10 }
    buffer = Data(buffer.dropFirst(line.count + 1))
    let answer = String(decoding: line, as: UTF8.self)
    guard answer != "none" else { return nil }
    let numbers = answer.split(separator: " ").compactMap {
      Double($0)
    }
    guard numbers.count == 4 else {
      throw Failure(message: "the peer says: \(answer)")
    }
    return Result(
      wall: numbers[0], processor: numbers[1], frames: Int(numbers[2]), mean: numbers[3])
  }

  func close() throws {
    try questions.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func measure(_ options: Options) throws {
  let files = FileManager.default.enumerator(atPath: options.folder)?
    .compactMap { $0 as? String }.filter { $0.hasSuffix(".wav") }.sorted()
    .map { "\(options.folder)/\($0)" }
  guard let files, !files.isEmpty else {
    throw Failure(message: "no wav files in '\(options.folder)'")
  }
  print(
    "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(options.threads) threads, medians of "
      + "\(options.rounds) rounds, \(files.count) files")
  let own = "mke"
  let peer = options.python.isEmpty ? nil : try Peer(options)
  let peerWays =
    peer == nil
    ? []
    : ["soundfile", "torchaudio"].flatMap { loader in
      ["inside", "threads", "processes"].map { "\(loader) \($0) \(options.threads)" }
    }
  var ways = peerWays
  var results: [String: [Result]] = [:]
  for round in 0...options.rounds {
    // The first round warms the page cache and what the peer sets up at first use.
    let measured = try ours(files, threads: options.threads)
    if round > 0 { results[own, default: []].append(measured) }
    var latest: [String: Double] = [:]
    for way in ways {
      guard let result = try peer?.ask(way) else {
        ways.removeAll { $0 == way }
        continue
      }
      guard result.frames == measured.frames, abs(result.mean - measured.mean) < 1e-3 else {
        throw Failure(
          message: "\(way): \(result.frames) frames of mean \(result.mean), not "
            + "\(measured.frames) of \(measured.mean)")
      }
      latest[way] = result.wall
      if round > 0 { results[way, default: []].append(result) }
    }
    if round < 2, let best = latest.values.min() {
      ways.removeAll { (latest[$0] ?? .infinity) > (round == 0 ? 4 : 2) * best }
    }
  }
  try peer?.close()
  for way in [own] + peerWays {
    guard let all = results[way] else { continue }
    let walls = all.map(\.wall)
    let name = way + String(repeating: " ", count: max(0, 24 - way.count))
    print(
      "  \(name)"
        + String(
          format: "%8.3f s (%.3f to %.3f, %ld rounds), %.3f processor s, %.2f µs a frame",
          median(walls), walls.min() ?? .nan, walls.max() ?? .nan, walls.count,
          median(all.map(\.processor)),
          median(walls) / Double(max(1, all[0].frames)) * 1e6))
  }
  let walls = results.mapValues { median($0.map(\.wall)) }
  guard let mine = walls[own], let best = ways.compactMap({ walls[$0] }).min() else { return }
  print("  = against torchaudio's best way" + String(format: "%8.2f", best / mine) + "  (bar 1.5)")
}

do {
  try measure(try Options(Array(CommandLine.arguments.dropFirst())))
} catch {
  FileHandle.standardError.write(Data("bench-features: error: \(error)\n".utf8))
  exit(1)
}
