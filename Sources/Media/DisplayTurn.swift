internal import CFFmpeg

/// How a picture has to be turned or mirrored to stand upright: one of the eight ways that keep
/// pixels whole.
///
/// From a display matrix: the picture's x axis shows along (a, b) and its y axis along (c, d).
struct DisplayTurn: Hashable {
  /// Whether height and width change places.
  var swapsAxes = false
  /// Whether what comes out reads the picture's lines from right to left, and its lines from below.
  var mirrorsX = false
  var mirrorsY = false

  static let none = DisplayTurn()

  /// - Returns: `nil` where the matrix turns by another angle, or is none.
  init?(matrix: [Int32]) {
    guard matrix.count == 9 else { return nil }
    let (a, b, c, d) = (Int64(matrix[0]), Int64(matrix[1]), Int64(matrix[3]), Int64(matrix[4]))
    // Tags of whole quarters may be off by roundings.
    func isNothing(_ value: Int64, beside other: Int64) -> Bool {
      other != 0 && value.magnitude <= other.magnitude >> 8
    }
    if isNothing(b, beside: a), isNothing(c, beside: d) {
      mirrorsX = a < 0
      mirrorsY = d < 0
    } else if isNothing(a, beside: b), isNothing(d, beside: c) {
      swapsAxes = true
      mirrorsX = b < 0
      mirrorsY = c < 0
    } else {
      return nil
    }
  }

  private init() {}

  /// Clockwise degrees, for turns without mirroring.
  var degrees: Int? {
    switch (swapsAxes, mirrorsX, mirrorsY) {
    case (false, false, false): 0
    case (true, false, true): 90
    case (false, true, true): 180
    case (true, true, false): 270
    default: nil
    }
  }

  /// Turns packed pixels.
  ///
  /// - Parameters:
  ///   - width, height: of `source`.
  ///   - pixel: bytes of a pixel.
  func apply(
    _ source: UnsafeRawBufferPointer, width: Int, height: Int, pixel: Int,
    into target: UnsafeMutableRawBufferPointer
  ) {
    let (rows, columns) = swapsAxes ? (width, height) : (height, width)
    var place = 0
    for row in 0..<rows {
      for column in 0..<columns {
        var (x, y) = swapsAxes ? (row, column) : (column, row)
        if mirrorsX { x = width - 1 - x }
        if mirrorsY { y = height - 1 - y }
        let from = (y * width + x) * pixel
        for byte in 0..<pixel { target[place + byte] = source[from + byte] }
        place += pixel
      }
    }
  }
}
