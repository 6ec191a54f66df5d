// Measures decoding of mp4 to 16 frames of 112 × 112 against PyAV and the bare ffmpeg tool, on the
// same files in the same run:
//
//     bench-media --python PYTHON --peer Tools/bench/media/peer.py [--rounds 5] [--threads 2] FILE…
//
// Every round measures all ways one after the other; ratios are of medians over rounds. Files stand
// in the page cache. All decode with one thread a file, so many files at a time: mke on threads,
// PyAV in processes that are already there when the clock starts, ffmpeg in processes with their
// share of the files each. PyAV finds the wanted frames as mke does, by the stamps of the packets,
// decodes up to the last of them and converts those alone; ffmpeg decodes all frames and throws them
// away.
//
//     bench-media --read FILE…
//
// reads each file in every way, damaged or not, and says how it went: for memory checkers.

import Arrays
import Foundation
import Media
import Synchronization

struct Failure: Error, CustomStringConvertible {
  var message: String
  var description: String { message }
}

struct Options {
  var python = ""
  var peer = ""
  var rounds = 5
  var threads = 2
  var files: [String] = []

  init(_ words: [String]) throws {
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else {
        files.append(word)
        continue
      }
      guard let value = rest.popFirst() else { throw Failure(message: "\(word) needs a value") }
      switch word {
      case "--python": python = value
      case "--peer": peer = value
      case "--rounds": rounds = Int(value) ?? rounds
      case "--threads": threads = Int(value) ?? threads
      default: throw Failure(message: "unknown option \(word)")
      }
    }
    if files.isEmpty { throw Failure(message: "name some mp4 files") }
  }
}

/// What a way of decoding took.
struct Time {
  /// Seconds.
  var wall: Double
  /// Processor seconds, of all threads and processes.
  var processor: Double
}

/// Hands out 0, 1, 2, ….
final class Counter: Sendable {
  private let value = Atomic(0)
  func take() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
}

/// What all threads together bring.
final class Results: Sendable {
  private let state = Mutex((sum: 0, frames: 0, error: (any Error)?.none))

  func add(_ video: Video) {
    let sum = video.frames.bytes.reduce(0) { $0 + Int($1) }
    state.withLock {
      $0.sum += sum
      $0.frames += video.times.count
    }
  }

  func fail(_ error: any Error) { state.withLock { $0.error = error } }

  func finish() throws -> (sum: Int, frames: Int) {
    let all = state.withLock { $0 }
    if let error = all.error { throw error }
    return (all.sum, all.frames)
  }
}

func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func seconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Decodes all files on threads of our own.
func ourTime(_ options: Options) throws -> (time: Time, sum: Int, frames: Int) {
  let wanted = VideoOptions(
    picture: PictureOptions(colour: .rgb, size: PictureSize(height: 112, width: 112)),
    frames: .count(16))
  let (next, results, running) = (Counter(), Results(), DispatchGroup())
  let files = options.files
  let before = processorSeconds()
  let wall = ContinuousClock().measure {
    for _ in 0..<options.threads {
      running.enter()
      Thread.detachNewThread {
        while true {
          let index = next.take()
          guard index < files.count else { break }
          do { results.add(try VideoFile.read(files[index], wanted)) } catch { results.fail(error) }
        }
        running.leave()
      }
    }
    running.wait()
  }
  let time = Time(wall: seconds(wall), processor: processorSeconds() - before)
  let (sum, frames) = try results.finish()
  return (time, sum, frames)
}

/// Runs a program that prints wall seconds, processor seconds and more numbers.
func numbers(_ program: String, _ arguments: [String]) throws -> [Double] {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
  guard process.terminationStatus == 0, numbers.count >= 2 else {
    throw Failure(message: "\(program) \(arguments.first ?? "") failed")
  }
  return numbers
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

func measure(_ options: Options) throws {
  print(
    "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(options.threads) threads, "
      + "\(options.files.count) files, medians of \(options.rounds) rounds; "
      + MediaLibraries.versions.joined(separator: ", "))
  let ways = ["mke", "PyAV", "ffmpeg"]
  var times: [String: [Time]] = [:]
  var sums: (mke: Int, peer: Int, frames: Int) = (0, 0, 0)
  for round in 0...options.rounds {
    let ours = try ourTime(options)
    let peer = try numbers(
      options.python, [options.peer, "pyav", "\(options.threads)"] + options.files)
    let tool = try numbers(
      options.python, [options.peer, "ffmpeg", "\(options.threads)"] + options.files)
    guard peer.count == 4, Int(peer[3]) == ours.frames else {
      throw Failure(message: "PyAV gives other frames")
    }
    sums = (ours.sum, Int(peer[2]), ours.frames)
    // The first round warms the page cache.
    guard round > 0 else { continue }
    times["mke", default: []].append(ours.time)
    times["PyAV", default: []].append(Time(wall: peer[0], processor: peer[1]))
    times["ffmpeg", default: []].append(Time(wall: tool[0], processor: tool[1]))
  }
  for way in ways {
    let all = times[way] ?? []
    print(
      "  \(padded(way, 8))"
        + String(
          format: "%8.3f s (%.3f to %.3f), %.3f processor s", median(all.map(\.wall)),
          all.map(\.wall).min() ?? .nan, all.map(\.wall).max() ?? .nan,
          median(all.map(\.processor))))
  }
  func ratio(_ slower: String, _ faster: String, _ of: (Time) -> Double) -> Double {
    median((times[slower] ?? []).map(of)) / median((times[faster] ?? []).map(of))
  }
  let pixels = Double(sums.frames * 112 * 112 * 3)
  print(
    String(
      format: "  mean of the pixels: mke %.3f, PyAV %.3f", Double(sums.mke) / pixels,
      Double(sums.peer) / pixels))
  for (name, value, bar) in [
    ("against PyAV", ratio("PyAV", "mke", \.wall), "1.5"),
    ("against PyAV, processor seconds", ratio("PyAV", "mke", \.processor), "none"),
    ("share of bare ffmpeg", ratio("ffmpeg", "mke", \.wall), "none"),
    ("share of bare ffmpeg, processor seconds", ratio("ffmpeg", "mke", \.processor), "none"),
  ] {
    print("  = \(padded(name, 40))" + String(format: "%7.2f", value) + "  (bar \(bar))")
  }
}

/// Reads each file in every way.
func readAll(_ files: [String]) {
  let picture = PictureOptions(size: PictureSize(height: 16, width: 16), filter: .nearest)
  var (read, refused) = (0, 0)
  for file in files {
    let ways: [() throws -> Void] = [
      { _ = try MediaProbe.read(file) },
      { _ = try SoundFile.read(file, SoundOptions(maximumBytes: 64 << 20)) },
      {
        _ = try SoundFile.read(
          file, SoundOptions(rate: 8000, channels: .mono, range: TimeRange(start: 0.5)))
      },
      { _ = try VideoFile.read(file, VideoOptions(maximumBytes: 64 << 20)) },
      {
        _ = try VideoFile.readWithSound(
          file, VideoOptions(picture: picture, frames: .count(4), threads: 2))
      },
      { _ = try PictureFile.read(file, picture) },
    ]
    for way in ways {
      do {
        try way()
        read += 1
      } catch {
        refused += 1
      }
    }
  }
  print("\(files.count) files: \(read) readings, \(refused) refusals")
}

do {
  let words = Array(CommandLine.arguments.dropFirst())
  if words.first == "--read" {
    readAll(Array(words.dropFirst()))
  } else {
    try measure(Options(words))
  }
} catch {
  FileHandle.standardError.write(Data("bench-media: error: \(error)\n".utf8))
  exit(1)
}
