import Alignment
import Arrays
import Diagnostics
import Shards
import Stages

/// How one modality goes from a recording to aligned samples: all that is the same for every
/// recording.
struct AlignedModality: Sendable {
  enum Course: Sendable, Equatable {
    /// No stream: the same in every window.
    case still
    /// A stream that goes through as it is: nothing was said of times.
    case whole
    case timed(TimePolicy)
  }

  /// What is done to pictures.
  struct Pictures: Sendable {
    /// One for each tile, all of one size.
    var samplers: [PictureSampler]
    /// Of the height.
    var axis: Int

    func shape(of shape: [Int]) -> [Int] {
      samplers.first?.shape(of: shape, at: axis) ?? shape
    }

    /// Share of the pixels of all tiles that are outside of what was recorded.
    var outside: Double {
      let pixels = samplers.reduce(0) { $0 + $1.output.height * $1.output.width }
      return Double(samplers.reduce(0) { $0 + $1.outside }) / Double(max(1, pixels))
    }
  }

  /// As it comes in.
  let description: ModalityDescription
  let hasTimes: Bool
  let course: Course
  let faults: AlignStage.TimeDescription.Faults
  /// `nil`: the common one.
  let clock: ClockSource?
  let pictures: Pictures?
  /// Of a window; `nil` where there is none, or this is no stream.
  let windowSteps: Int?
  /// Whether steps can be padding, or out of tolerance.
  let canBeInvalid: Bool

  var name: String { description.name }

  /// Hz, where the input says one that can be.
  private var declaredRate: Double? {
    description.rate.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
  }

  init(
    _ modality: JoinedSamples.Modality, _ configuration: AlignStage.Configuration,
    pictures: Pictures?
  ) throws {
    description = modality.description
    hasTimes = modality.hasTimes
    self.pictures = pictures
    let name = description.name
    let time = configuration.time[name]
    let isNamed = time != nil || configuration.clock[name] != nil
    faults = time?.faults ?? .sort
    clock = try configuration.clock[name].map { try ClockSource($0, of: name) }
    let isSeries = description.shape.first == .some(nil)
    let isStream =
      isSeries
      || isNamed && description.axes.first == "time"
        && (description.rate != nil || modality.hasTimes)
    guard isStream else {
      guard !isNamed else {
        throw Diagnostic(
          "modality '\(name)'", "it has no time steps that could be brought to a clock",
          mend: "remove it from 'time' and 'clock'")
      }
      course = .still
      windowSteps = nil
      canBeInvalid = false
      return
    }
    let asksForTimes =
      configuration.window != nil || !configuration.time.isEmpty || !configuration.clock.isEmpty
    guard asksForTimes else {
      course = .whole
      windowSteps = nil
      canBeInvalid = false
      return
    }
    let declared = description.rate.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    guard declared != nil || modality.hasTimes else {
      throw Diagnostic(
        "modality '\(name)'",
        configuration.window != nil
          ? "its rate is not known, so that no window can be cut"
          : "neither its rate nor the times of its steps are known",
        mend: "add 'rate' to the modality in the ingest stage")
    }
    let policy = try time.map { try TimePolicy($0, of: name) } ?? .native
    course = .timed(policy)
    windowSteps = try configuration.window.map {
      try Self.steps($0, policy, declared, name)
    }
    // A window of as many steps as the rate says may run out of them where stamps or another clock
    // say otherwise.
    let mayLackSteps = policy == .native && (modality.hasTimes || clock != nil)
    canBeInvalid =
      policy.tolerance != nil
      || configuration.window.map { $0.partial == .pad || mayLackSteps } ?? false
  }

  private static func steps(
    _ window: AlignStage.Window, _ policy: TimePolicy, _ declared: Double?, _ name: String
  ) throws -> Int {
    if case .sample(let frames) = policy { return frames }
    guard let rate = policy.rate ?? declared else {
      throw Diagnostic(
        "modality '\(name)'",
        "its steps have time stamps and no rate, so that a window has no given number of them",
        mend: "take 'time: {\(name): {policy: nearest, rate: HZ}}', or 'policy: sample'")
    }
    func whole(_ seconds: Double, _ what: String) throws -> Int {
      if let steps = WindowCut.steps(in: seconds, at: rate) { return steps }
      let steps = (seconds * rate).rounded()
      throw Diagnostic(
        "modality '\(name)'",
        "a window's \(what) of \(seconds) s is \(seconds * rate) steps at \(rate) Hz, "
          + "not a whole number",
        mend: "take \(max(1, steps) / rate) s")
    }
    let steps = try whole(window.length, "length")
    // A grid of its own starts anew in every window; the recorded steps do not.
    if policy == .native, window.take == .all { _ = try whole(window.step, "hop") }
    return steps
  }

  /// Whether every step is looked for on its own.
  var computesSteps: Bool {
    if case .timed(let policy) = course { policy != .native } else { false }
  }

  // MARK: Output

  /// Hz of the output; `nil` of what is no stream, or has none.
  ///
  /// - Parameter window: its length, s.
  func rate(window: Double?) -> Double? {
    guard case .timed(let policy) = course else { return description.rate }
    if case .sample(let frames) = policy { return window.map { Double(frames) / $0 } }
    return policy.rate ?? description.rate
  }

  /// The shape of one aligned sample that has `steps` of the stream.
  func shape(steps: Int?) -> [Int] {
    var shape = description.shape.compactMap(\.self)
    if let steps {
      if description.shape.first == .some(nil) {
        shape.insert(steps, at: 0)
      } else {
        shape[0] = steps
      }
    }
    return pictures?.shape(of: shape) ?? shape
  }

  // MARK: Recordings

  /// One recording's stream on the common clock.
  struct Stream: Sendable {
    var timeline: Timeline
    /// Which recorded step each of the timeline is; `nil` where they are the same.
    var steps: [Int]?
    var faults = StampFaults()
    /// Hz, as the stamps say.
    var foundRate: Double?
  }

  /// - Returns: `nil` of what is no stream, and of one without a step that has a time.
  /// - Throws: `Diagnostic` for stamps that are no times, where that is an error.
  func stream(of recording: JoinedSamples.Recording, id: String) throws -> Stream? {
    if course == .still { return nil }
    let recorded = recording.array.shape.first ?? 0
    var stream: Stream
    if let times = recording.times {
      let stamps = Stamps(times)
      try check(stamps.faults, id)
      guard let first = stamps.instants.first else {
        // Where nothing is done by the stamps, the values stand without them.
        return course == .whole
          ? Instant(seconds: 0).map {
            Stream(
              timeline: Timeline(start: $0, rate: 1, count: recorded), faults: stamps.faults)
          } : nil
      }
      stream = Stream(
        timeline: Timeline(stamps.instants), steps: stamps.steps, faults: stamps.faults)
      if stream.timeline.interval > 0 { stream.foundRate = 1 / stream.timeline.interval }
      if stamps.instants.count == 1, let rate = declaredRate {
        // One stamp tells of no interval; the rate does.
        stream.timeline = Timeline(start: first, rate: rate, count: 1)
      }
    } else {
      guard let start = Instant(seconds: recording.start) else {
        throw Diagnostic(
          "sample '\(id)'", "modality '\(name)' starts at \(recording.start) s, which is no time",
          mend: "mend the recording, or leave it out")
      }
      stream = Stream(
        timeline: Timeline(start: start, rate: declaredRate ?? 1, count: recorded))
    }
    guard let clock else { return stream }
    guard let common = try clock.clock(of: id, modality: name).common(stream.timeline) else {
      throw Diagnostic(
        "sample '\(id)'", "the clock of modality '\(name)' takes its times beyond 146 years",
        mend: "see that the times, 'offset' and 'drift' are in seconds")
    }
    stream.timeline = common
    return stream
  }

  private func check(_ found: StampFaults, _ id: String) throws {
    // Where nothing is done by the stamps, what is wrong with them is counted alone.
    guard course != .whole else { return }
    var words: [String] = []
    if found.notFinite > 0 { words.append("\(found.notFinite) are no number") }
    if found.unordered > 0 { words.append("\(found.unordered) are earlier than one before") }
    if found.duplicates > 0 { words.append("\(found.duplicates) are there twice") }
    guard faults == .error && !found.isNone || faults == .sort && found.notFinite > 0 else {
      return
    }
    throw Diagnostic(
      "sample '\(id)'",
      "of the time stamps of modality '\(name)' " + words.joined(separator: ", "),
      mend: faults == .error && found.notFinite == 0
        ? "mend the recording, or take 'time: {\(name): {faults: sort}}'"
        : "mend the recording, or leave such steps out: 'time: {\(name): {faults: drop}}'")
  }

  /// Steps of a whole clip, where no window says how many; `nil` for more than memory has.
  func steps(of stream: Stream, recorded: Int, in clip: Clip?) -> Int? {
    switch course {
    case .still: return nil
    case .whole: return recorded
    case .timed(.sample(let frames)): return frames
    case .timed(let policy):
      guard let clip else { return 0 }
      if let rate = policy.rate ?? stream.timeline.rate {
        return WindowCut.wholeSteps(in: clip.duration, at: rate)
      }
      return stream.timeline.steps(in: clip)
    }
  }
}

extension TimePolicy {
  /// - Throws: `Diagnostic` when a key is missing, which a checked pipeline excludes.
  init(_ description: AlignStage.TimeDescription, of modality: String) throws {
    func wanted<Number>(_ number: Number?, _ key: String) throws -> Number {
      guard let number else {
        throw Diagnostic(
          "modality '\(modality)'",
          "the policy '\(description.policy.rawValue)' lacks '\(key)'", mend: "add '\(key)'")
      }
      return number
    }
    switch description.policy {
    case .native: self = .native
    case .nearest:
      self = .nearest(rate: try wanted(description.rate, "rate"), tolerance: description.tolerance)
    case .linear:
      self = .linear(rate: try wanted(description.rate, "rate"), tolerance: description.tolerance)
    case .hold:
      self = .hold(rate: try wanted(description.rate, "rate"), tolerance: description.tolerance)
    case .sample: self = .sample(frames: try wanted(description.frames, "frames"))
    }
  }
}
