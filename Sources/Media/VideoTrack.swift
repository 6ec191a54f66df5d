import Arrays
internal import CFFmpeg
import Diagnostics

/// Moving pictures on their way from packets to frames.
///
/// First the stamps of all packets in the range are read (`scan`), which tell the wanted frames
/// before anything is decoded; then the groups of pictures that hold some are decoded, each from its
/// key frame on, without what no wanted frame rests on. Packets are kept in between while they are
/// few, and read again otherwise.
///
/// Where stamps of packets are not those of frames, `NeedsPlainReading` tells to decode everything
/// from the beginning, twice: for the stamps, and for the frames.
final class VideoTrack {
  let index: Int32
  let clock: Clock
  let declaredRate: Double?
  /// Seconds of the first frame, where the container says it.
  let declaredStart: Double?
  private let path: String
  private let options: VideoOptions
  private let declaredPixels: Int
  private let turn: DisplayTurn
  private let decoder: Decoder
  private let keyFrames: H264KeyFrame?
  private let frame: Frame
  private let converter: PictureConverter

  /// A packet as the scan found it, in the order of decoding.
  private struct Entry {
    var stamp: Int64?
    var isHidden: Bool
    var duration: Int64
    var isKey: Bool
    /// `nil` where it is not shown.
    var pts: Int64? { isHidden ? nil : stamp }
  }
  private var entries: [Entry] = []
  private var hasGaps = false
  private var kept: [Packet]? = []
  private var keptBytes = 0
  private static let mostKeptBytes = 32 << 20

  /// Stamps found by decoding everything.
  private var plainStamps: [Int64] = []
  private var lastStamp: Int64?
  private var lastPosition: Int64?

  /// Whether the scan has all that the range needs.
  private(set) var isScanned = false

  /// Whether packets have been left out: what then is wrong may be so only for that.
  private(set) var hasLeftOut = false

  struct NeedsPlainReading: Error {}

  init(
    _ demuxer: Demuxer, _ stream: UnsafeMutablePointer<AVStream>, _ options: VideoOptions
  ) throws {
    path = demuxer.path
    self.options = options
    index = stream.pointee.index
    clock = Clock(stream.pointee.time_base)
    declaredRate = Self.declaredRate(of: stream)
    declaredStart = stamp(stream.pointee.start_time).map(clock.seconds)
    let (width, height) =
      stream.pointee.codecpar.map {
        (Int($0.pointee.width), Int($0.pointee.height))
      } ?? (1, 1)
    declaredPixels = max(1, width.multipliedReportingOverflow(by: height).partialValue)
    keyFrames = stream.pointee.codecpar.flatMap {
      $0.pointee.codec_id == AV_CODEC_ID_H264 ? H264KeyFrame($0) : nil
    }
    turn = try Self.turn(of: stream, demuxer.path)
    converter = PictureConverter(options.picture)
    do {
      decoder = try Decoder(stream, threads: options.threads)
      frame = try Frame()
    } catch {
      throw Diagnostic(
        path, "its pictures cannot be decoded: \(error.reason)", mend: "convert the file")
    }
  }

  /// Hz, the mean over all frames.
  static func declaredRate(of stream: UnsafeMutablePointer<AVStream>) -> Double? {
    let rate = stream.pointee.avg_frame_rate
    if rate.num > 0, rate.den > 0 { return Double(rate.num) / Double(rate.den) }
    // Where no one has looked inside.
    guard let duration = stamp(stream.pointee.duration), duration > 0, stream.pointee.nb_frames > 0
    else { return nil }
    return Double(stream.pointee.nb_frames) / Clock(stream.pointee.time_base).seconds(duration)
  }

  static func turn(
    of stream: UnsafeMutablePointer<AVStream>, _ path: String
  ) throws(Diagnostic) -> DisplayTurn {
    var matrix = [Int32](repeating: 0, count: 9)
    guard cff_display_matrix(stream, &matrix) != 0 else { return .none }
    guard let turn = DisplayTurn(matrix: matrix) else {
      throw Diagnostic(
        path, "its pictures are to be turned by no quarter of a turn",
        mend: "turn them themselves, by converting the file")
    }
    return turn
  }

  // MARK: Scanning

  /// Whether decoding can begin at a packet and still show what is shown at `time`.
  func canBegin(at packet: Packet, before time: Double) -> Bool {
    guard isClean(packet), let pts = packet.pts else { return false }
    return clock.seconds(pts) <= time
  }

  /// Whether decoding can begin at a packet.
  private func isClean(_ packet: Packet) -> Bool {
    packet.isKey && (keyFrames?.isClean(packet) ?? true)
  }

  func scan(_ packet: Packet) throws {
    guard !isScanned else { return }
    if let stop = options.range.stop, let dts = packet.dts, clock.seconds(dts) >= stop {
      // No later packet is shown earlier.
      isScanned = true
      return
    }
    if packet.pts == nil, !packet.isHidden { hasGaps = true }
    entries.append(
      Entry(
        stamp: packet.pts, isHidden: packet.isHidden, duration: packet.duration,
        isKey: isClean(packet)))
    guard kept != nil else { return }
    keptBytes += packet.size + 256
    if keptBytes > Self.mostKeptBytes {
      kept = nil
    } else {
      kept?.append(try packet.copy())
    }
  }

  // MARK: Frames

  /// The wanted frames, after the scan.
  ///
  /// - Parameter again: gives the packets of the scan again, from its first one on, up to the one
  ///   for which the closure returns `false`.
  func frames(again: ((Packet) throws -> Bool) throws -> Void) throws -> Video {
    let shown = entries.compactMap { entry in entry.pts.map { ($0, entry.duration) } }
      .sorted { $0.0 < $1.0 }
    guard let last = shown.last else { throw noFrames() }
    guard !hasGaps, !zip(shown, shown.dropFirst()).contains(where: { $0.0 == $1.0 }) else {
      throw NeedsPlainReading()
    }
    let stamps = shown.map(\.0)
    let plan = try makePlan(stamps, lastDuration: last.1)
    let steps = self.steps(plan)
    var output = Output(plan: plan)

    let decodeStep = { (index: Int, packet: Packet) throws -> Bool in
      switch steps[index] {
      case .leave: self.hasLeftOut = true
      case .decode(let isWanted, let key, let isClean, let endsRun):
        self.decoder.showsUnsure = isClean
        self.decoder.leavesUnreferenced = !isWanted && self.decoder.canLeaveUnreferenced
        if self.decoder.leavesUnreferenced { self.hasLeftOut = true }
        try self.decode(packet, from: key, &output)
        if endsRun, !output.isComplete {
          try self.decode(nil, from: key, &output)
          self.decoder.reset()
        }
      }
      return !output.isComplete
    }
    if let kept {
      for (index, packet) in kept.enumerated() {
        if try !decodeStep(index, packet) { break }
      }
    } else {
      var index = 0
      try again { packet in
        guard index < steps.count else { return false }
        // The reader gives other packets than before.
        if !packet.isHidden, packet.pts != entries[index].pts { throw NeedsPlainReading() }
        index += 1
        return try decodeStep(index - 1, packet)
      }
    }
    guard output.isComplete else { throw NeedsPlainReading() }
    return try finish(output)
  }

  private func makePlan(_ stamps: [Int64], lastDuration: Int64) throws -> FramePlan {
    var duration = lastDuration
    if duration == 0, let declaredRate { duration = clock.ticks(1 / declaredRate) }
    // What the frames take is looked at again with the first of them: headers may be wrong.
    let smallest = options.picture.size.map { $0.height * $0.width } ?? declaredPixels
    return try FramePlan(
      stamps, lastDuration: duration, clock: clock, options: options,
      most: max(1, options.maximumBytes / smallest), path: path)
  }

  /// What is done with a packet.
  private enum Step {
    case leave
    /// - isWanted: whether its own frame comes out.
    /// - key: stamp of the key frame that decoding began at; what is shown before it may be broken.
    /// - isClean: whether that is one to begin at.
    /// - endsRun: whether nothing after it is needed before the next key frame.
    case decode(isWanted: Bool, key: Int64?, isClean: Bool, endsRun: Bool)
  }

  /// What is needed of each packet: from the key frame of a group that holds wanted frames on to
  /// the last of them. Frames that are shown before the key frame of their own group rest on the
  /// group before it as well.
  private func steps(_ plan: FramePlan) -> [Step] {
    let wanted = Set(plan.wanted)
    var starts = entries.indices.filter { entries[$0].isKey }
    if starts.first != 0 { starts.insert(0, at: 0) }
    var steps = [Step](repeating: .leave, count: entries.count)
    // The first packet not needed, group by group.
    var ends = starts
    for (group, start) in starts.enumerated() {
      let end = group + 1 < starts.count ? starts[group + 1] : entries.count
      for index in start..<end {
        guard let pts = entries[index].pts, wanted.contains(pts) else { continue }
        ends[group] = index + 1
        if group > 0, let key = entries[start].stamp, pts < key { ends[group - 1] = start }
      }
    }
    var key: Int64?
    var isClean = false
    for (group, start) in starts.enumerated() where ends[group] > start {
      let continues = group > 0 && ends[group - 1] == start && start > 0
      if !continues {
        key = entries[start].stamp
        isClean = entries[start].isKey
      }
      let next = group + 1 < starts.count ? starts[group + 1] : entries.count
      let isContinued =
        ends[group] == next && group + 1 < starts.count && ends[group + 1] > next
      for index in start..<ends[group] {
        let isWanted = entries[index].pts.map(wanted.contains) ?? false
        steps[index] = .decode(
          isWanted: isWanted, key: key, isClean: isClean,
          endsRun: index == ends[group] - 1 && !isContinued)
      }
    }
    return steps
  }

  // MARK: Plain reading

  /// Decodes a packet, `nil` at the end, for the stamps of its frames alone.
  func scanPlainly(_ packet: Packet?) throws {
    guard !isScanned else { return }
    lastPosition = packet?.position
    try decodeFrames(packet, from: nil) { pts in
      if let before = plainStamps.last, pts <= before {
        throw fault(
          pts == before
            ? "two of its frames carry the same time stamp" : "its time stamps run backwards", pts)
      }
      plainStamps.append(pts)
      if let stop = options.range.stop, clock.seconds(pts) >= stop { isScanned = true }
      return !isScanned
    }
  }

  /// The wanted frames, after plain scanning.
  func framesPlainly(again: ((Packet?) throws -> Bool) throws -> Void) throws -> Video {
    guard let last = plainStamps.last else { throw noFrames() }
    let gap = plainStamps.count > 1 ? last - plainStamps[plainStamps.count - 2] : 0
    let plan = try makePlan(plainStamps, lastDuration: declaredRate == nil ? gap : 0)
    var output = Output(plan: plan)
    decoder.reset()
    decoder.leavesUnreferenced = false
    decoder.showsUnsure = false
    lastStamp = nil
    try again { packet in
      try decode(packet, from: nil, &output)
      return !output.isComplete
    }
    guard output.isComplete else {
      throw Diagnostic(
        path, "gives other frames each time it is read", mend: "convert the file")
    }
    return try finish(output)
  }

  // MARK: Decoding

  /// What has come out.
  private struct Output {
    var plan: FramePlan
    var next = 0
    var bytes: [UInt8] = []
    var form: PictureConverter.Form?
    var isComplete: Bool { next == plan.wanted.count }

    init(plan: FramePlan) { self.plan = plan }
  }

  private func decode(_ packet: Packet?, from key: Int64?, _ output: inout Output) throws {
    lastPosition = packet?.position
    try decodeFrames(packet, from: key) { pts in
      guard !output.isComplete else { return false }
      let wanted = output.plan.wanted[output.next]
      if pts < wanted { return true }
      guard pts == wanted else { throw NeedsPlainReading() }
      try take(&output, pts)
      return true
    }
  }

  /// Decodes a packet, and shows each frame's stamp to `body`, which returns whether to go on.
  private func decodeFrames(
    _ packet: Packet?, from key: Int64?, _ body: (Int64) throws -> Bool
  ) throws {
    LibraryLog.clear()
    do {
      try decoder.send(packet)
      while try decoder.receive(frame) {
        defer { frame.clear() }
        guard let pts = frame.pts ?? next, abs(clock.seconds(pts)) <= 1e9 else {
          throw fault("a frame has no time stamp", lastStamp)
        }
        if let key, pts < key { continue }
        lastStamp = pts
        // After a clean start all is well that is shown after it, whatever the decoder has not seen.
        if frame.isConcealed || !decoder.showsUnsure, let damage = frame.damage {
          throw fault(damage, pts)
        }
        if try !body(pts) { return }
      }
    } catch let error as LibraryError {
      // What is shown before the key frame may rest on what was not decoded.
      if let key, let pts = packet?.pts, pts < key { return }
      throw fault(error.reason, packet?.pts ?? lastStamp)
    } catch let refusal as PictureConverter.Refusal {
      throw Diagnostic(path, refusal.message, mend: refusal.mend)
    }
  }

  /// The stamp of a frame without one, as the last frames of an avi are, after one with one.
  private var next: Int64? {
    guard let lastStamp, let declaredRate else { return nil }
    return lastStamp &+ max(1, clock.ticks(1 / declaredRate))
  }

  /// Takes the frame as often as it is wanted.
  private func take(_ output: inout Output, _ pts: Int64) throws {
    let form = try converter.form(of: frame, turn)
    if let before = output.form {
      guard before == form else {
        throw Diagnostic(
          path,
          "its pictures change from \(before.height) × \(before.width) to "
            + "\(form.height) × \(form.width) at \(seconds(clock.seconds(pts)))",
          mend: "ask for one size")
      }
    } else {
      let (bytes, overflow) = form.bytes.multipliedReportingOverflow(by: output.plan.count)
      guard !overflow, bytes <= options.maximumBytes else {
        throw Diagnostic(
          path,
          "\(output.plan.count) frames of \(form.height) × \(form.width) take more than "
            + "\(options.maximumBytes) bytes",
          mend: "ask for a shorter range, fewer or smaller frames")
      }
      output.form = form
      output.bytes.reserveCapacity(bytes)
    }
    let place = output.bytes.count
    try converter.convert(frame, form, turn, into: &output.bytes)
    let repeats = output.plan.repeats[output.next]
    if repeats > 1 {
      let picture = Array(output.bytes[place...])
      for _ in 1..<repeats { output.bytes.append(contentsOf: picture) }
    }
    output.next += 1
  }

  private func finish(_ output: Output) throws -> Video {
    guard let form = output.form else { throw noFrames() }
    let plan = output.plan
    let times = zip(plan.wanted, plan.repeats).flatMap { stamp, count in
      [Double](repeating: clock.seconds(stamp), count: count)
    }
    return Video(
      frames: NumberArray(
        form.type, output.bytes, shape: [times.count, form.height, form.width, form.channels]),
      times: times, declaredRate: declaredRate)
  }

  private func noFrames() -> Diagnostic {
    Diagnostic(
      path, "holds no pictures" + (options.range == TimeRange() ? "" : " in the range"),
      mend: "get the file again, or leave it out")
  }

  private func fault(_ reason: String, _ pts: Int64?) -> Diagnostic {
    var place = ""
    if let pts { place += " at \(seconds(clock.seconds(pts)))" }
    if let lastPosition { place += " (near byte \(lastPosition))" }
    return Diagnostic(
      path, "its pictures are damaged\(place): \(reason)",
      mend: "get the file again, or leave it out")
  }
}
