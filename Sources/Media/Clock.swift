internal import CFFmpeg

/// Time stamps of a stream in its ticks, and the seconds that they are.
struct Clock {
  /// Seconds of one tick are `numerator / denominator`.
  var numerator: Int32
  var denominator: Int32
  /// The stamp that is 0 s.
  var zero: Int64

  init(numerator: Int32, denominator: Int32, zero: Int64 = 0) {
    self.numerator = max(1, numerator)
    self.denominator = max(1, denominator)
    self.zero = zero
  }

  init(_ base: AVRational, zero: Int64 = 0) {
    self.init(numerator: base.num, denominator: base.den, zero: zero)
  }

  var tick: Double { Double(numerator) / Double(denominator) }

  func seconds(_ stamp: Int64) -> Double {
    (Double(stamp) - Double(zero)) * Double(numerator) / Double(denominator)
  }

  /// The last stamp not after `seconds`.
  func ticks(_ seconds: Double) -> Int64 {
    let ticks = (seconds * Double(denominator) / Double(numerator)).rounded(.down) + Double(zero)
    return Int64(exactly: max(-0x1p62, min(0x1p62, ticks))) ?? 0
  }

  /// Whether each tick is a whole number of samples at `rate`, or each sample of ticks: then stamps
  /// tell samples exactly.
  func tells(rate: Int) -> Bool {
    guard rate > 0 else { return false }
    let ticksPerSample = Int64(numerator) * Int64(rate)
    return Int64(denominator) % ticksPerSample == 0 || ticksPerSample % Int64(denominator) == 0
  }
}

/// The stamp, if it is one.
func stamp(_ ticks: Int64) -> Int64? { ticks == cff_no_pts() ? nil : ticks }
