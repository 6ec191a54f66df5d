import Arrays
import Diagnostics
import Media
import Readers
import Stages

/// One picture of a recording: of a picture file, or an array of pixels.
final class ImageDecoder: PartDecoder {
  private let name: String
  private let description: ImageDescription
  private let arrays = OpenArrays()

  init(name: String, description: ImageDescription) {
    self.name = name
    self.description = description
  }

  func read(_ part: RecordingPart) throws -> DecodedPart {
    let pixels = try pixels(part)
    return DecodedPart(
      values: .init(pixels),
      form: ModalityForm(
        name: name, type: pixels.type, shape: pixels.shape, axes: ["height", "width", "channel"],
        columns: channelNames(pixels.shape[2]), unit: description.unit,
        scale: description.scale ?? (pixels.type == .uint8 ? 1.0 / 255 : nil)))
  }

  private func pixels(_ part: RecordingPart) throws -> NumberArray {
    guard OpenArrays.holds(part) else {
      return try PictureFile.read(part.file.path, PictureOptions(description.picture))
    }
    let pixels = try arrays.picture(part, named: nil)
    let wanted = description.picture
    if let size = wanted.size, size != Array(pixels.shape.prefix(2)) {
      throw Diagnostic(
        part.file.path,
        "pictures in arrays keep their size, \(pixels.shape[0]) × "
          + "\(pixels.shape[1])", mend: "resize them by 'space' of the align stage")
    }
    if wanted.colour != .keep, pixels.shape[2] != (wanted.colour == .grey ? 1 : 3) {
      throw Diagnostic(
        part.file.path, "pictures in arrays keep their \(pixels.shape[2]) channels",
        mend: "remove 'color'")
    }
    return pixels
  }
}

/// The moving pictures of a recording.
struct VideoDecoder: PartDecoder {
  let name: String
  let description: VideoDescription

  func read(_ part: RecordingPart) throws -> DecodedPart {
    let video = try VideoFile.read(
      part.file.path,
      VideoOptions(
        picture: PictureOptions(description.picture), frames: choice,
        range: TimeRange(start: part.start, stop: part.stop)))
    let frames = video.frames
    let picture = Array(frames.shape.dropFirst())
    // The sample's clock starts where the wanted part does.
    let times = video.times.map { $0 - (part.start ?? 0) }
    let form = ModalityForm(
      name: name, type: .uint8,
      shape: [description.frames == nil ? nil : frames.shape[0]] + picture,
      axes: ["time", "height", "width", "channel"], columns: channelNames(picture[2]),
      rate: description.frameRate, scale: 1.0 / 255, hasTimes: hasTimes)
    // On a grid the first frame stands for its grid time, however early its own stamp is.
    let start = description.frameRate == nil ? times.first ?? 0 : 0
    return DecodedPart(
      values: .init(frames, times: hasTimes ? times : nil, start: start), form: form)
  }

  private var hasTimes: Bool { description.frames == nil && description.frameRate == nil }

  private var choice: FrameChoice {
    if let count = description.frames { return .count(count) }
    return description.frameRate.map { .rate($0) } ?? .all
  }
}

/// The classes of a picture's pixels.
final class LabelMapDecoder: Sendable {
  private let values: MapValues
  /// Of the array with the map, in a file of arrays.
  private let name: String?
  private let arrays = OpenArrays()

  init(values: MapValues, name: String?) {
    self.values = values
    self.name = name
  }

  /// - Returns: uint8 `[height, width]`, `MapValues.ignored` where nobody knows the class.
  /// - Throws: `Diagnostic` when the picture cannot be read, or has a value that means nothing.
  func read(_ part: RecordingPart) throws -> NumberArray {
    let pixels =
      OpenArrays.holds(part)
      ? try arrays.picture(part, named: name)
      : try PictureFile.read(part.file.path, PictureOptions(colour: .keep))
    guard pixels.shape[2] == 1 else {
      throw Diagnostic(
        part.file.path, "is a colour picture; a label map holds one number a pixel",
        mend: "save it as 8-bit or 16-bit grey")
    }
    return try classes(pixels.reshaped([pixels.shape[0], pixels.shape[1]]), path: part.file.path)
  }

  /// The classes of whole numbers.
  func classes(_ pixels: NumberArray, path: String) throws -> NumberArray {
    let numbers = pixels.values(as: Int32.self)
    var classes = [UInt8](repeating: MapValues.ignored, count: numbers.count)
    for (pixel, number) in numbers.enumerated() {
      guard let known = values[Int(number)] else {
        let width = pixels.shape.last ?? 1
        throw Diagnostic(
          "\(path):row \(pixel / width), column \(pixel % width)",
          "the value \(number) is no class",
          mend: "list it under 'ignore' of the target, or add its class")
      }
      classes[pixel] = known
    }
    return NumberArray(classes, shape: pixels.shape)
  }
}

extension PictureOptions {
  init(_ description: PictureDescription) {
    self.init(
      colour: Colour(rawValue: description.colour.rawValue) ?? .keep,
      size: description.size.map { PictureSize(height: $0[0], width: $0[1]) },
      filter: ResizeFilter(rawValue: description.filter.rawValue) ?? .bilinear)
  }
}

private func channelNames(_ count: Int) -> [String]? {
  switch count {
  case 1: ["grey"]
  case 3: ["red", "green", "blue"]
  default: nil
  }
}
