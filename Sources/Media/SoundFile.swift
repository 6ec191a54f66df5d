import Diagnostics

/// Reads the sound of recordings: the first stream of sound of any container.
///
/// The samples are those of `ffmpeg -i FILE [-ar RATE] [-ac CHANNELS] -f s16le` (or `f32le`): what
/// encoders put before and after the sound is taken away where the container tells it (LAME's
/// header, edit lists, Opus' pre-skip); rates are changed and channels mixed by libswresample with
/// its usual settings. Whole numbers of 24 and 32 bits become `float32` by division by 2³¹ (after a
/// shift to 32 bits), or `int16` by cutting the lower bits off; those of 8 bits become `int16` by a
/// shift of 8.
///
/// A range holds the samples with start ≤ time < stop, exactly, and a range of resampled sound is
/// that part of the whole resampled sound: neighbours outside the range enter the filter. How it
/// gets there: mp4, wav and flac seek, then decode a little before; mp3 and adts are walked through
/// packed; all others, whose stamps do not tell samples, are decoded from the beginning. (Only what
/// AAC draws as noise, and so differs from decoder to decoder, depends on where decoding began.)
///
/// The clock is that of the stamps. Gaps of more than 50 ms are filled with silence, told in
/// `Sound.silence`; less is taken for jitter of the stamps.
///
/// Damage throws, at the place where it shows: what decoders find wrong in checksums, bit streams
/// and lengths; packets cut short; stamps that run back by more than 50 ms or are missing; a wav,
/// mp4 or Matroska file that is shorter than its header says; an end before the length in a
/// header of flac or mp3. A `Diagnostic` names byte or time. Outside the range nothing is looked at.
public enum SoundFile {
  /// - Throws: a `Diagnostic` where the file cannot be read, is damaged in or before the range, or
  ///   has no sound there.
  public static func read(_ path: String, _ options: SoundOptions = SoundOptions()) throws -> Sound
  {
    try options.check(path)
    do {
      return try read(path, options, leaps: true)
    } catch is SoundTrack.MissedJump {
      // A container that does not go to where it is told.
      return try read(path, options, leaps: false)
    }
  }

  private static func read(_ path: String, _ options: SoundOptions, leaps: Bool) throws -> Sound {
    let demuxer = try Demuxer(path, looksInside: !leaps)
    guard let stream = demuxer.soundStream else {
      throw Diagnostic(path, "has no sound", mend: "leave its sound out")
    }
    let track = try SoundTrack(demuxer, stream, options, leaps: leaps)
    demuxer.keep([track.index])
    var hasLeapt = false
    while !track.isDone, let packet = try demuxer.next() {
      guard packet.stream == track.index else { continue }
      try track.take(packet)
      // What the sound's clock is, its first frame tells.
      if !hasLeapt, track.hasBegun {
        hasLeapt = true
        if let target = track.jumpTarget, demuxer.seek(track.index, to: target) { track.jump() }
      }
    }
    return try track.finish()
  }
}
