import Diagnostics

/// Which colours come out.
public enum Colour: String, Sendable, Hashable, Codable, CaseIterable {
  /// Grey from grey, red, green and blue from all others.
  case keep
  case grey
  case rgb
}

/// How pictures change their size: libswscale's filters.
///
/// But for `nearest`, all grow with the step when pictures shrink, so that every pixel counts.
public enum ResizeFilter: String, Sendable, Hashable, Codable, CaseIterable {
  case nearest, bilinear, bicubic, area, lanczos
}

/// Pixels.
public struct PictureSize: Sendable, Hashable, Codable {
  public var height: Int
  public var width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}

/// How pictures come out.
public struct PictureOptions: Sendable, Hashable {
  public var colour: Colour
  /// After turning them as their tag says; `nil` keeps theirs.
  public var size: PictureSize?
  public var filter: ResizeFilter

  public init(colour: Colour = .keep, size: PictureSize? = nil, filter: ResizeFilter = .bilinear) {
    self.colour = colour
    self.size = size
    self.filter = filter
  }

  func check(_ path: String) throws(Diagnostic) {
    guard let size else { return }
    guard (1...32768).contains(size.height), (1...32768).contains(size.width),
      size.height * size.width <= Decoder.mostPixels
    else {
      throw Diagnostic(
        path, "no picture has \(size.height) × \(size.width) pixels",
        mend: "give a height and a width, as 112 and 112")
    }
  }
}
