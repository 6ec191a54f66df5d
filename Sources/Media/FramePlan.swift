import Diagnostics

/// Which frames of a video are wanted, by their stamps.
struct FramePlan {
  /// Stamps of the wanted frames in rising order, each once, in ticks.
  var wanted: [Int64] = []
  /// How often each comes out.
  var repeats: [Int] = []

  /// Frames that come out.
  var count: Int { repeats.reduce(0, +) }

  /// - Parameters:
  ///   - stamps: of all frames that are shown, rising, not empty.
  ///   - lastDuration: of the last one, in ticks.
  ///   - most: frames that may come out.
  /// - Throws: where there are none, or more than `most`.
  init(
    _ stamps: [Int64], lastDuration: Int64, clock: Clock, options: VideoOptions, most: Int,
    path: String
  ) throws(Diagnostic) {
    guard let first = stamps.first, let last = stamps.last else { return }
    let end = clock.seconds(last) + clock.tick * Double(lastDuration)
    let start = options.range.start ?? clock.seconds(first)
    let stop = options.range.stop ?? end
    let none = Diagnostic(
      path,
      "shows nothing in the range: its pictures go from \(seconds(clock.seconds(first))) to "
        + "\(seconds(end))", mend: "ask for a range within it")
    // A single frame without a duration is shown all the same.
    guard start < stop || (start == stop && start == clock.seconds(first)) else { throw none }

    switch options.frames {
    case .all:
      for stamp in stamps {
        let time = clock.seconds(stamp)
        guard time >= start, time < stop || stop == start else { continue }
        wanted.append(stamp)
        repeats.append(1)
      }
      guard !wanted.isEmpty else { throw none }
      guard wanted.count <= most else { throw Self.tooMany(Double(wanted.count), path) }
    case .rate(let rate):
      let count = max(1, ((stop - start) * rate - 1e-6).rounded(.up))
      guard count <= Double(most) else { throw Self.tooMany(count, path) }
      guard start <= end, stop > clock.seconds(first) else { throw none }
      choose(stamps, clock, Int(count)) { start + Double($0) / rate }
    case .count(let count):
      guard count <= most else { throw Self.tooMany(Double(count), path) }
      guard start <= end, stop > clock.seconds(first) || stop == start else { throw none }
      choose(stamps, clock, count) { start + (Double($0) + 0.5) * (stop - start) / Double(count) }
    }
  }

  private static func tooMany(_ count: Double, _ path: String) -> Diagnostic {
    Diagnostic(
      path, "\(Int(min(count, 1e15))) frames are more than 'maximumBytes' allows",
      mend: "ask for a shorter range, fewer or smaller frames")
  }

  /// The frames shown at `count` rising times.
  private mutating func choose(
    _ stamps: [Int64], _ clock: Clock, _ count: Int, _ time: (Int) -> Double
  ) {
    var place = 0
    for index in 0..<count {
      // Stamps are whole ticks: what they stand for may lie half a tick off.
      let now = time(index) + 0.5 * clock.tick
      while place + 1 < stamps.count, clock.seconds(stamps[place + 1]) <= now { place += 1 }
      if wanted.last == stamps[place] {
        repeats[repeats.count - 1] += 1
      } else {
        wanted.append(stamps[place])
        repeats.append(1)
      }
    }
  }
}
