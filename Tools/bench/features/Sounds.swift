import Arrays
import Foundation

/// Where the sounds of the bench come from.
protocol SoundSource: Sendable {
  /// `[time, channel]`, int16 or float32.
  func read(_ path: String) throws -> NumberArray
}

/// 16-bit PCM in RIFF files, and no other.
struct WaveSource: SoundSource {
  func read(_ path: String) throws -> NumberArray {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try data.withUnsafeBytes { bytes in
      func number<T: FixedWidthInteger>(_ place: Int, _ type: T.Type) throws -> Int {
        guard place + MemoryLayout<T>.size <= bytes.count else {
          throw Failure(message: "\(path): ends at byte \(bytes.count)")
        }
        return Int(T(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: T.self)))
      }
      let (riff, wave) = (0x4646_4952, 0x4556_4157)
      guard try number(0, UInt32.self) == riff, try number(8, UInt32.self) == wave else {
        throw Failure(message: "\(path): no RIFF file of sound")
      }
      var (place, channels) = (12, 0)
      while true {
        let (name, size) = (try number(place, UInt32.self), try number(place + 4, UInt32.self))
        let content = place + 8
        switch name {
        case 0x2074_6d66:  // "fmt "
          guard try number(content, UInt16.self) == 1, try number(content + 14, UInt16.self) == 16
          else { throw Failure(message: "\(path): not 16-bit PCM") }
          channels = try number(content + 2, UInt16.self)
        case 0x6174_6164 where channels > 0:  // "data"
          let count = min(size, bytes.count - content) / (2 * channels)
          let samples = [UInt8](bytes[content..<content + count * 2 * channels])
          return NumberArray(.int16, samples, shape: [count, channels])
        default: break
        }
        place = content + size + size % 2
      }
    }
  }
}
