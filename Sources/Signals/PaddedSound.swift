/// A number of a recording as a sample of full scale 1.
protocol SampleElement: BitwiseCopyable {
  var sample: Float { get }
}

extension Int16: SampleElement { var sample: Float { Float(self) * (1 / 32768) } }
extension Float16: SampleElement { var sample: Float { Float(self) } }
extension Float: SampleElement { var sample: Float { self } }
extension Double: SampleElement { var sample: Float { Float(self) } }

/// One channel of a sound with what it is continued by on both sides.
struct PaddedSound<Element: SampleElement> {
  /// Interleaved channels; need not be aligned.
  let base: UnsafeRawPointer
  let channel: Int
  let channelCount: Int
  /// Samples of the channel.
  let length: Int
  /// Zeros on either side of it.
  let zeros: Int
  /// Samples on either side of these, by `mode`.
  let edge: Int
  let mode: FeatureOptions.PaddingMode

  /// Copies `count` samples from `start`, which counts from the first one of the padding.
  func fill(_ target: UnsafeMutablePointer<Float>, from start: Int, count: Int) {
    let first = start - edge - zeros
    let inside = max(first, 0)..<max(first, 0, min(first + count, length))
    guard !inside.isEmpty else {
      for place in 0..<count { target[place] = value(first &+ place) }
      return
    }
    for place in first..<inside.lowerBound { target[place &- first] = value(place) }
    let inner = target + (inside.lowerBound &- first)
    let step = MemoryLayout<Element>.size &* channelCount
    let source = base + (inside.lowerBound &* step &+ channel &* MemoryLayout<Element>.size)
    if channelCount == 1 {
      for place in 0..<inside.count {
        inner[place] =
          source.loadUnaligned(
            fromByteOffset: place &* MemoryLayout<Element>.size, as: Element.self
          ).sample
      }
    } else {
      for place in 0..<inside.count {
        inner[place] =
          source.loadUnaligned(fromByteOffset: place &* step, as: Element.self).sample
      }
    }
    for place in inside.upperBound..<max(inside.upperBound, first + count) {
      target[place &- first] = value(place)
    }
  }

  /// The sample at a place that may lie outside.
  private func value(_ place: Int) -> Float {
    let last = length + 2 * zeros - 1
    var place = place + zeros
    if place < 0 || place > last {
      switch mode {
      case .constant: return 0
      case .reflect: place = place < 0 ? -place : 2 * last - place
      case .replicate: place = place < 0 ? 0 : last
      }
    }
    place -= zeros
    guard place >= 0, place < length else { return 0 }
    let size = MemoryLayout<Element>.size
    return base.loadUnaligned(
      fromByteOffset: (place * channelCount + channel) * size, as: Element.self
    ).sample
  }
}
