/// Height and width in pixels.
public struct PictureSize: Sendable, Hashable {
  public var height: Int
  public var width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}

/// A rectangle of whole pixels.
public struct PictureRectangle: Sendable, Hashable {
  public var top: Int
  public var left: Int
  public var size: PictureSize

  public init(top: Int, left: Int, size: PictureSize) {
    self.top = top
    self.left = left
    self.size = size
  }

  /// The middle of a picture; half a pixel nearer to its top left corner where it cannot be even.
  public init(_ size: PictureSize, inTheMiddleOf picture: PictureSize) {
    self.init(
      top: (picture.height - size.height) / 2, left: (picture.width - size.width) / 2, size: size)
  }

  /// The largest rectangle in the middle of a picture with the proportions of `shape`.
  public init(shapedAs shape: PictureSize, inTheMiddleOf picture: PictureSize) {
    let scale = min(
      Double(picture.height) / Double(shape.height), Double(picture.width) / Double(shape.width))
    let size = PictureSize(
      height: min(picture.height, max(1, Int((Double(shape.height) * scale).rounded()))),
      width: min(picture.width, max(1, Int((Double(shape.width) * scale).rounded()))))
    self.init(size, inTheMiddleOf: picture)
  }

  /// Rectangles of one size, row by row, each `hop` after the one before; what is left at the right
  /// and lower edges belongs to none.
  ///
  /// - Precondition: sizes and hops are at least 1.
  public static func tiles(
    _ size: PictureSize, every hop: PictureSize, of picture: PictureSize
  ) -> [PictureRectangle] {
    precondition(size.height >= 1 && size.width >= 1 && hop.height >= 1 && hop.width >= 1)
    return stride(from: 0, through: picture.height - size.height, by: hop.height).flatMap { top in
      stride(from: 0, through: picture.width - size.width, by: hop.width).map { left in
        PictureRectangle(top: top, left: left, size: size)
      }
    }
  }

  /// Whether it lies inside a picture and is not empty.
  public func isInside(_ picture: PictureSize) -> Bool {
    size.height >= 1 && size.width >= 1 && top >= 0 && left >= 0
      && top <= picture.height && left <= picture.width
      && size.height <= picture.height - top && size.width <= picture.width - left
  }
}

/// Where a pixel of one picture is in another: `x′ = xx·x + xy·y + x`, `y′ = yx·x + yy·y + y`, with
/// `x` the column and `y` the row, the middle of the top left pixel being (0, 0).
///
/// The convention of OpenCV's `warpAffine` with `WARP_INVERSE_MAP`: rows `[xx, xy, x]`, `[yx, yy, y]`.
public struct AffineMap: Sendable, Hashable {
  public var xx, xy, x, yx, yy, y: Double

  public static let identity = AffineMap([[1, 0, 0], [0, 1, 0]])

  /// - Precondition: two rows of three numbers.
  public init(_ rows: [[Double]]) {
    precondition(rows.count == 2 && rows.allSatisfy { $0.count == 3 }, "\(rows) is no 2 × 3 matrix")
    (xx, xy, x) = (rows[0][0], rows[0][1], rows[0][2])
    (yx, yy, y) = (rows[1][0], rows[1][1], rows[1][2])
  }

  func callAsFunction(_ column: Double, _ row: Double) -> (x: Double, y: Double) {
    (xx * column + xy * row + x, yx * column + yy * row + y)
  }
}

/// How pictures are computed from others.
public enum PictureFilter: String, Sendable, Hashable, CaseIterable {
  /// The pixel in whose area the middle of the new one falls; PyTorch's `nearest-exact`.
  case nearest
  /// The four pixels around, by distance; PyTorch's `bilinear` with `align_corners=False` and without
  /// `antialias`.
  case bilinear
  /// The mean of all pixels that the new one touches; PyTorch's `area`.
  case area
}
