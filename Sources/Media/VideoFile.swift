internal import CFFmpeg
import Diagnostics

/// Reads the moving pictures of recordings: the first stream of them, covers aside.
///
/// Pixels are those of
/// `ffmpeg -noautorotate -i FILE -vf scale=W:H:flags=FILTER+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact -pix_fmt rgb24`
/// (or `gray`), turned after that as the file's display matrix says. Colours are those that the
/// stream tells (BT.601 where it tells none), brightness of grey is stretched from 16...235 to
/// 0...255 where the stream's is not full.
///
/// Which frames come out is told by their presentation stamps alone, whatever their rate and order
/// in the file. Only the groups of pictures that hold wanted frames are decoded; in H.264 and MPEG-4
/// without frames that no other rests on. That changes no pixel.
///
/// Damage throws, at the place where it shows: what the decoder finds wrong in bit streams and
/// lengths, blocks that it would conceal, pictures that rest on missing ones, packets cut short,
/// missing stamps, a mp4 or Matroska file that is shorter than its header says. What is not decoded
/// is not looked at.
public enum VideoFile {
  /// - Throws: a `Diagnostic` where the file cannot be read, is damaged, or shows nothing in the
  ///   range.
  public static func read(
    _ path: String, _ options: VideoOptions = VideoOptions()
  ) throws -> Video {
    try read(path, options, nil).video
  }

  /// Pictures and sound, read together.
  ///
  /// - Returns: no sound where the file has none.
  /// - Throws: as `read` and `SoundFile.read` do.
  public static func readWithSound(
    _ path: String, _ options: VideoOptions = VideoOptions(), _ sound: SoundOptions = SoundOptions()
  ) throws -> (video: Video, sound: Sound?) {
    try read(path, options, sound)
  }

  private static func read(
    _ path: String, _ options: VideoOptions, _ sound: SoundOptions?
  ) throws -> (video: Video, sound: Sound?) {
    try options.check(path)
    try sound?.check(path)
    do {
      return try Reading(path, options, sound, leaps: true).quickly()
    } catch is SoundTrack.MissedJump {
      // A container that does not go to where it is told.
      do {
        return try Reading(path, options, sound, leaps: false).quickly()
      } catch is Unusual {
        return try Reading(path, options, sound, leaps: false).plainly()
      }
    } catch is Unusual {
      return try Reading(path, options, sound, leaps: false).plainly()
    }
  }

  /// What was read needs a second look: its stamps are odd, or its key frames are none, or it is
  /// damaged.
  private struct Unusual: Error {}

  /// One way through a file.
  private final class Reading {
    private let demuxer: Demuxer
    private let video: VideoTrack
    private let sound: SoundTrack?
    private let options: VideoOptions
    /// Whether what lies before the range may be left out.
    private let leaps: Bool
    /// Where the scan began, in ticks of the pictures; `nil` at the beginning.
    private var start: Int64?

    init(
      _ path: String, _ options: VideoOptions, _ sound: SoundOptions?, leaps: Bool
    ) throws {
      self.options = options
      self.leaps = leaps
      demuxer = try Demuxer(path, looksInside: !leaps)
      guard let stream = demuxer.pictureStream else {
        throw Diagnostic(path, "has no moving pictures", mend: "leave its pictures out")
      }
      video = try VideoTrack(demuxer, stream, options)
      if let sound, let stream = demuxer.soundStream {
        self.sound = try SoundTrack(demuxer, stream, sound, leaps: leaps)
      } else {
        self.sound = nil
      }
      demuxer.keep([video.index] + (self.sound.map { [$0.index] } ?? []))
    }

    /// By the stamps of packets.
    func quickly() throws -> (video: Video, sound: Sound?) {
      if leaps { try jump() }
      while !(video.isScanned && sound?.isDone ?? true), let packet = try demuxer.next() {
        try take(packet)
      }
      let samples = try sound?.finish()
      do {
        return (try video.frames(again: readAgain), samples)
      } catch is VideoTrack.NeedsPlainReading {
        throw Unusual()
      } catch  where video.hasLeftOut {
        throw Unusual()
      }
    }

    /// By decoding everything from the beginning.
    func plainly() throws -> (video: Video, sound: Sound?) {
      while !(video.isScanned && sound?.isDone ?? true), let packet = try demuxer.next() {
        if packet.stream == video.index {
          try video.scanPlainly(packet)
        } else if packet.stream == sound?.index {
          try sound?.take(packet)
        }
      }
      if !video.isScanned { try video.scanPlainly(nil) }
      let samples = try sound?.finish()
      let frames = try video.framesPlainly { body in
        var goesOn = true
        try readFromBeginning {
          goesOn = try body($0)
          return goesOn
        }
        if goesOn { _ = try body(nil) }
      }
      return (frames, samples)
    }

    private func take(_ packet: Packet) throws {
      if packet.stream == video.index {
        try video.scan(packet)
      } else if packet.stream == sound?.index {
        try sound?.take(packet)
      }
    }

    // MARK: Jumping

    /// Goes to a key frame before the range, where the sound can begin as well, if there is such a
    /// place; else stays where it is.
    private func jump() throws {
      guard let first = options.range.start, first > (video.declaredStart ?? 0) + 1 else { return }
      var time = first
      if let sound {
        // What the sound's clock is, its first frame tells.
        var early: [Packet] = []
        while !sound.hasBegun, early.count < 1024, let packet = try demuxer.next() {
          if packet.stream == sound.index {
            try sound.take(packet)
          } else {
            early.append(try packet.copy())
          }
        }
        guard let target = sound.jumpTime else {
          for packet in early { try take(packet) }
          return
        }
        time = min(time, target)
      }
      var target = video.clock.ticks(time)
      for _ in 0..<16 {
        guard demuxer.seek(video.index, to: target) else { break }
        var early: [Packet] = []
        var found: Packet?
        while let packet = try demuxer.next() {
          if packet.stream == video.index {
            found = packet
            break
          }
          early.append(try packet.copy())
        }
        guard let found else { break }
        if video.canBegin(at: found, before: time) {
          start = target
          sound?.jump()
          for packet in early { try take(packet) }
          try take(found)
          return
        }
        target = min(target, found.dts ?? target) - 1
      }
      throw SoundTrack.MissedJump()
    }

    /// Gives the pictures' packets from where the scan began.
    private func readAgain(_ body: (Packet) throws -> Bool) throws {
      guard let start else { return try readFromBeginning(body) }
      guard demuxer.seek(video.index, to: start) else { throw VideoTrack.NeedsPlainReading() }
      try read(demuxer, body)
    }

    private func readFromBeginning(_ body: (Packet) throws -> Bool) throws {
      // Not all containers go back to their beginning.
      let second = try Demuxer(demuxer.path, looksInside: false)
      second.keep([video.index])
      try read(second, body)
    }

    private func read(_ demuxer: Demuxer, _ body: (Packet) throws -> Bool) throws {
      while let packet = try demuxer.next() {
        if packet.stream == video.index, try !body(packet) { return }
      }
    }
  }
}
