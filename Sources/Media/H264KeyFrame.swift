internal import CFFmpeg

/// Whether a packet of H.264 that its container calls a key frame is one to begin at: after an
/// instantaneous refresh (IDR), or after a recovery point that is exact and recovers at once (open
/// groups of pictures), all that follows in showing is as if decoded from the beginning. Streams that
/// refresh their pictures piece by piece have other recovery points.
///
/// Source: ITU-T H.264, 7.3.1 (units), Annex B (start codes), D.1.8 (recovery point); ISO/IEC
/// 14496-15 (lengths in place of start codes).
struct H264KeyFrame {
  /// Bytes of the length before each unit; `nil` where units have start codes.
  private let lengthSize: Int?

  init(lengthSize: Int?) { self.lengthSize = lengthSize }

  init(_ parameters: UnsafeMutablePointer<AVCodecParameters>) {
    if let extra = parameters.pointee.extradata, parameters.pointee.extradata_size > 4,
      extra[0] == 1
    {
      lengthSize = Int(extra[4] & 3) + 1
    } else {
      lengthSize = nil
    }
  }

  func isClean(_ packet: Packet) -> Bool {
    guard let data = packet.pointer.pointee.data, packet.size > 0 else { return false }
    return isClean(UnsafeRawBufferPointer(start: data, count: packet.size))
  }

  func isClean(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var place = 0
    while let unit = nextUnit(bytes, &place) {
      guard let first = unit.first else { continue }
      switch first & 31 {
      case 5: return true
      // A slice of a picture that forgets nothing, before any recovery point.
      case 1, 2: return false
      case 6: if Self.holdsCleanPoint(unit.dropFirst()) { return true }
      default: break
      }
    }
    return false
  }

  private func nextUnit(
    _ bytes: UnsafeRawBufferPointer, _ place: inout Int
  ) -> Slice<UnsafeRawBufferPointer>? {
    if let lengthSize {
      guard place + lengthSize <= bytes.count else { return nil }
      let length = bytes[place..<(place + lengthSize)].reduce(0) { $0 << 8 | Int($1) }
      place += lengthSize
      guard length > 0, length <= bytes.count - place else { return nil }
      defer { place += length }
      return bytes[place..<(place + length)]
    }
    guard let begin = Self.startCode(bytes, from: place) else { return nil }
    let end = Self.startCode(bytes, from: begin + 3) ?? bytes.count
    place = end
    return bytes[(begin + 3)..<end]
  }

  /// Where the next 00 00 01 stands.
  private static func startCode(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var index = start
    while index + 3 <= bytes.count {
      if bytes[index] == 0, bytes[index + 1] == 0, bytes[index + 2] == 1 { return index }
      index += 1
    }
    return nil
  }

  /// Whether supplemental information holds a recovery point after 0 frames that is exact.
  private static func holdsCleanPoint(_ unit: Slice<UnsafeRawBufferPointer>) -> Bool {
    var rest = unit
    func number() -> Int? {
      var value = 0
      while let byte = rest.popFirst() {
        value += Int(byte)
        if byte != 255 { return value }
      }
      return nil
    }
    // The last byte holds the stop bit.
    while rest.count > 2, let kind = number(), let size = number(), size <= rest.count {
      // A count of 0 is one bit 1, an exact match the next bit 1.
      if kind == 6, let first = rest.first { return first & 0xC0 == 0xC0 }
      rest = rest.dropFirst(size)
    }
    return false
  }
}
