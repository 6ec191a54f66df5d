import Arrays
internal import CFFmpeg
import Diagnostics
import Foundation

/// Sound on its way from packets to samples.
///
/// Samples are counted from the first one that the stream has, at `origin` seconds.
final class SoundTrack {
  let index: Int32
  private let path: String
  private let format: String
  private let options: SoundOptions
  private let clock: Clock
  private let decoder: Decoder
  private let codec: AVCodecID
  private let frame: Frame
  /// In ticks; `nil` where no header says it.
  private let declaredDuration: Int64?
  private let leaps: Bool

  /// What is recorded, known from the first frame on.
  private struct Source {
    var rate: Int
    var channels: Int
    var format: AVSampleFormat
    var type: ElementType
    /// Ticks of its first sample.
    var origin: Int64
  }
  private var source: Source?
  private var resampler: Resampler?
  /// Samples that are wanted, as recorded.
  private var window = 0..<Int.max
  /// Samples that are wanted, as they come out.
  private var wanted = 0..<Int.max
  /// The first one that the resampler gives.
  private var firstOut = 0
  /// The next sample that the decoder gives.
  private var position = 0
  /// Whether `position` is known: not after a jump.
  private var isPlaced = true
  private var hasJumped = false
  private var output: [UInt8] = []
  private var silentSamples = 0
  private var lastPosition: Int64?
  /// What the packets read so far stand for, in ticks: from, to, and the length of the last one.
  private var packets: (start: Int64, end: Int64, last: Int64)?

  /// Whether all that is wanted has been taken.
  private(set) var isDone = false
  var hasBegun: Bool { source != nil }

  /// A jump went beyond the wanted place.
  struct MissedJump: Error {}

  /// Gaps and overlaps of stamps that are taken for jitter, and the largest gap that is filled;
  /// seconds.
  private static let jitter = 0.05
  private static let longestGap = 600.0

  /// - Parameter leaps: whether what lies before the range may be left out undecoded.
  init(
    _ demuxer: Demuxer, _ stream: UnsafeMutablePointer<AVStream>, _ options: SoundOptions,
    leaps: Bool
  ) throws {
    path = demuxer.path
    self.leaps = leaps
    format = demuxer.format
    self.options = options
    index = stream.pointee.index
    clock = demuxer.clock(of: stream)
    codec = stream.pointee.codecpar?.pointee.codec_id ?? AV_CODEC_ID_NONE
    declaredDuration =
      demuxer.isDurationDeclared
      ? stamp(stream.pointee.duration).flatMap { $0 > 0 ? $0 : nil } : nil
    if let parameters = stream.pointee.codecpar?.pointee {
      let channels = parameters.ch_layout.nb_channels
      guard parameters.sample_rate > 0, channels > 0 else {
        throw Diagnostic(
          path, "its sound has \(channels) channels at \(parameters.sample_rate) Hz",
          mend: "the file is damaged: get it again, or leave it out")
      }
    }
    do {
      decoder = try Decoder(stream)
      frame = try Frame()
    } catch {
      throw Diagnostic(
        path, "its sound cannot be decoded: \(error.reason)", mend: "convert the file")
    }
  }

  // MARK: Where to begin

  /// Seconds that decoders need to get going before what they give is right.
  private var lead: Double {
    switch codec {
    case AV_CODEC_ID_FLAC: 0
    case _ where isPCM: 0
    // The bit reservoir: 511 bytes, in frames of as little as 24.
    case AV_CODEC_ID_MP3: 1
    default: 0.25
    }
  }

  /// Ticks to begin at, in containers that go there exactly, once that is worth it.
  var jumpTarget: Int64? {
    let isSeekable =
      switch format {
      case "wav", "w64", "aiff": isPCM
      case "flac": true
      case let name: name.hasPrefix("mov,")
      }
    guard leaps, let source, isSeekable, clock.tells(rate: source.rate) else { return nil }
    let lead = Int(lead * Double(source.rate))
    guard window.lowerBound - lead > position + source.rate else { return nil }
    return ticks(of: window.lowerBound - lead)
  }

  /// Seconds of `jumpTarget`.
  var jumpTime: Double? { jumpTarget.map(clock.seconds) }

  /// Begins anew, before a packet at another place.
  func jump() {
    decoder.reset()
    isPlaced = false
    hasJumped = true
  }

  private func ticks(of sample: Int) -> Int64 {
    guard let source else { return 0 }
    let time = Double(sample) / Double(source.rate)
    return source.origin + clock.ticks(time)
  }

  /// Whether packets before the wanted ones are walked through without decoding them.
  private func isSkipped(_ packet: Packet) -> Bool {
    guard leaps, let source, format == "mp3" || format == "aac", let pts = packet.pts,
      clock.tells(rate: source.rate)
    else { return false }
    return sample(at: pts) < Double(window.lowerBound) - (lead + 0.1) * Double(source.rate)
  }

  /// The sample at a stamp, which may lie anywhere.
  private func sample(at pts: Int64) -> Double {
    guard let source else { return 0 }
    return (Double(pts) - Double(source.origin)) * clock.tick * Double(source.rate)
  }

  // MARK: Decoding

  func take(_ packet: Packet) throws {
    guard !isDone else { return }
    lastPosition = packet.position
    if let pts = packet.pts {
      let end = pts.addingReportingOverflow(packet.duration).partialValue
      packets = (packets?.start ?? pts, end, packet.duration)
    }
    if isSkipped(packet) {
      if isPlaced { jump() }
      return
    }
    if hasJumped, !isPlaced, source != nil {
      guard let pts = packet.pts, sample(at: pts) <= Double(window.lowerBound) else {
        throw MissedJump()
      }
    }
    try decode(packet)
  }

  private func decode(_ packet: Packet?) throws {
    LibraryLog.clear()
    do {
      try decoder.send(packet)
      while try decoder.receive(frame) {
        if let damage = frame.damage { throw fault(damage) }
        try place()
        frame.clear()
        if isDone { return }
      }
    } catch let error as LibraryError {
      // Decoders that have just begun miss what came before.
      if hasJumped, let packet, let pts = packet.pts, sample(at: pts) < Double(window.lowerBound),
        position < window.lowerBound
      {
        return
      }
      throw fault(error.reason, packet?.pts)
    }
  }

  /// Puts the frame where its stamp says.
  private func place() throws {
    let count = frame.samples
    guard count > 0 else { return }
    let source = try source ?? begin()
    guard frame.rate == source.rate, frame.channels == source.channels,
      frame.sampleFormat == source.format
    else {
      throw fault(
        "the sound changes from \(source.channels) channels at \(source.rate) Hz to "
          + "\(frame.channels) at \(frame.rate) Hz")
    }
    if let pts = frame.pts {
      let stamped = sample(at: pts)
      guard abs(stamped) < 0x1p40 else { throw fault("its time stamp is \(pts)") }
      if isPlaced {
        try closeGap(stamped - Double(position), Double(source.rate))
      } else {
        position = Int(stamped.rounded())
        isPlaced = true
        if position > window.lowerBound { throw MissedJump() }
      }
    } else if !isPlaced {
      throw MissedJump()
    }
    try feed(frame, count)
  }

  /// Fills a gap before the frame with silence.
  private func closeGap(_ gap: Double, _ rate: Double) throws {
    guard abs(gap) > Self.jitter * rate else { return }
    guard gap > 0 else { throw fault("its time stamps run back by \(seconds(-gap / rate))") }
    guard gap <= Self.longestGap * rate else {
      throw fault("its time stamps jump by \(seconds(gap / rate))")
    }
    let count = Int(gap.rounded())
    let silence = try silentFrame()
    var left = count
    while left > 0, !isDone {
      let now = min(left, silence.samples)
      let inside = (position..<(position + now)).clamped(to: window)
      silentSamples += inside.count
      try feed(silence, now)
      left -= now
    }
  }

  /// A frame of 4096 samples without sound, of the recording's kind.
  private func silentFrame() throws -> Frame {
    let silence = try Frame()
    let pointer = silence.pointer
    pointer.pointee.format = frame.pointer.pointee.format
    pointer.pointee.sample_rate = frame.pointer.pointee.sample_rate
    pointer.pointee.nb_samples = 4096
    try Library.call("convert") {
      av_channel_layout_copy(&pointer.pointee.ch_layout, &frame.pointer.pointee.ch_layout)
    }
    try Library.call("convert") { av_frame_get_buffer(pointer, 0) }
    try Library.call("convert") {
      av_samples_set_silence(
        pointer.pointee.extended_data, 0, 4096, Int32(clamping: frame.channels),
        frame.sampleFormat)
    }
    return silence
  }

  /// Takes from the next `count` samples those that are wanted.
  private func feed(_ frame: Frame, _ count: Int) throws {
    let inside = (position..<(position + count)).clamped(to: window)
    if !inside.isEmpty, let resampler {
      let from = inside.lowerBound - position
      try resampler.convert(frame, from..<(from + inside.count), into: &output)
      if output.count > options.maximumBytes { throw tooLarge() }
    }
    position += count
    if position >= window.upperBound { isDone = true }
  }

  private func tooLarge() -> Diagnostic {
    Diagnostic(
      path, "its sound takes more than \(options.maximumBytes) bytes",
      mend: "ask for a shorter range, a lower rate or fewer channels")
  }

  /// Learns from the first frame what is recorded.
  private func begin() throws -> Source {
    guard SoundOptions.rates.contains(frame.rate), (1...64).contains(frame.channels) else {
      throw fault("it has \(frame.channels) channels at \(frame.rate) Hz")
    }
    guard let origin = frame.pts, abs(clock.seconds(origin)) <= 1e9 else {
      throw fault("it has no time stamps")
    }
    let source = Source(
      rate: frame.rate, channels: frame.channels, format: frame.sampleFormat,
      type: options.type ?? usualType, origin: origin)
    self.source = source
    setWindow(source)
    try makeResampler(source)
    return source
  }

  private var isPCM: Bool { String(cString: cff_codec_name(codec)).hasPrefix("pcm_") }

  private var usualType: ElementType {
    let properties = avcodec_descriptor_get(codec)?.pointee.props ?? 0
    let isLossless = isPCM || properties & AV_CODEC_PROP_LOSSLESS != 0
    guard isLossless else { return .int16 }
    return av_get_bytes_per_sample(frame.sampleFormat) <= 2 ? .int16 : .float32
  }

  /// The samples that the range asks for.
  private func setWindow(_ source: Source) {
    let origin = clock.seconds(source.origin)
    let rate = options.rate ?? source.rate
    func sample(_ time: Double) -> Int {
      // A stamp that was computed may miss the sample that it means by a rounding.
      Int(min(0x1p40, max(0, ((time - origin) * Double(rate) - 1e-3).rounded(.up))))
    }
    let first = options.range.start.map(sample) ?? 0
    let end = options.range.stop.map(sample)
    wanted = first..<max(first, end ?? .max)
    if wanted.isEmpty {
      window = 0..<0
      isDone = true
      return
    }
    guard rate != source.rate else {
      window = wanted
      firstOut = first
      return
    }
    // The resampler begins where a recorded sample and one that comes out fall together, and far
    // enough before the range for its filter to be full: then it gives what it gives when it begins
    // at the beginning.
    let divisor = greatestCommonDivisor(source.rate, rate)
    let (stepIn, stepOut) = (source.rate / divisor, rate / divisor)
    let reach = 64 * max(1, source.rate / rate + 1) + 64
    let firstIn = max(0, first / stepOut * stepIn + first % stepOut * stepIn / stepOut - reach)
    let steps = firstIn / stepIn
    firstOut = steps * stepOut
    let endIn = end.map { end in
      end / stepOut * stepIn + end % stepOut * stepIn / stepOut + 1 + reach
    }
    window = steps * stepIn..<(endIn ?? .max)
  }

  private func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    var (a, b) = (first, second)
    while b != 0 { (a, b) = (b, a % b) }
    return max(1, a)
  }

  private func makeResampler(_ source: Source) throws {
    var recorded = frame.pointer.pointee.ch_layout
    if recorded.order == AV_CHANNEL_ORDER_UNSPEC {
      // As the ffmpeg tool guesses it.
      av_channel_layout_default(&recorded, recorded.nb_channels)
    }
    var layout = recorded
    switch options.channels {
    case .keep: break
    case .mono: av_channel_layout_default(&layout, 1)
    case .stereo: av_channel_layout_default(&layout, 2)
    }
    do {
      resampler = try Resampler(
        from: frame, layout: recorded, to: options.rate ?? source.rate, layout,
        source.type == .int16 ? AV_SAMPLE_FMT_S16 : AV_SAMPLE_FMT_FLT)
    } catch {
      throw Diagnostic(
        path, "its \(source.channels) channels cannot be converted: \(error.reason)",
        mend: "keep its channels, or convert the file")
    }
  }

  private func fault(_ reason: String, _ pts: Int64? = nil) -> Diagnostic {
    var place = ""
    if let pts = pts ?? frame.pts { place += " at \(seconds(clock.seconds(pts)))" }
    if let lastPosition { place += " (near byte \(lastPosition))" }
    return Diagnostic(
      path, "its sound is damaged\(place): \(reason)",
      mend: "get the file again, or leave it out")
  }

  // MARK: The end

  /// What was taken; called when it is done, or when there are no more packets.
  func finish() throws -> Sound {
    if !isDone {
      try decode(nil)
      if !isDone {
        try checkEnd()
        if let resampler, !window.isEmpty { try resampler.convert(nil, 0..<0, into: &output) }
      }
    }
    guard let source, let resampler else {
      throw Diagnostic(
        path, "its sound holds no samples", mend: "get the file again, or leave it out")
    }
    let rate = options.rate ?? source.rate
    let origin = clock.seconds(source.origin)
    let size = resampler.sampleBytes
    // What came out before the range only filled the filter.
    let before = min(output.count / size, wanted.lowerBound - firstOut)
    let count = min(output.count / size - before, wanted.count)
    guard count > 0 else {
      let end = origin + Double(position) / Double(source.rate)
      throw Diagnostic(
        path,
        "has no sound in the range: its sound goes from \(seconds(origin)) to \(seconds(end))",
        mend: "ask for a range within it")
    }
    if before + count < output.count / size {
      output.removeLast(output.count - (before + count) * size)
    }
    if before > 0 { output.removeFirst(before * size) }
    let samples = NumberArray(
      source.type, output, shape: [count, size / source.type.size])
    output = []
    return Sound(
      samples: samples, rate: Double(rate),
      start: origin + Double(wanted.lowerBound) / Double(rate), sourceRate: source.rate,
      sourceChannels: source.channels, silence: Double(silentSamples) / Double(source.rate))
  }

  /// Whether the stream goes on as long as its header says, where that says it exactly.
  private func checkEnd() throws {
    guard let declaredDuration, let packets else { return }
    let frame: Int64
    switch format {
    case "flac": frame = 0
    // Its count of frames may or may not hold the header's own.
    case "mp3": frame = packets.last
    default: return
    }
    let found = Double(packets.end) - Double(packets.start)
    guard found < Double(declaredDuration) - 1.5 * Double(frame) else { return }
    throw Diagnostic(
      path,
      "is cut short: its header promises \(seconds(Double(declaredDuration) * clock.tick)) of sound, "
        + "it ends after \(seconds(found * clock.tick))",
      mend: "get the file again, or leave it out")
  }
}
