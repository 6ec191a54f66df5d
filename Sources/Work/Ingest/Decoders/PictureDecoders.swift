import Arrays
import Diagnostics
import Media
import Readers
import Stages

/// One picture of a recording.
struct ImageDecoder: PartDecoder {
  let name: String
  let description: ImageDescription

  func read(_ part: RecordingPart) throws -> DecodedPart {
    let pixels = try PictureFile.read(part.file.path, PictureOptions(description.picture))
    return DecodedPart(
      values: .init(pixels),
      form: ModalityForm(
        name: name, type: pixels.type, shape: pixels.shape, axes: ["height", "width", "channel"],
        columns: channelNames(pixels.shape[2]), unit: description.unit,
        scale: description.scale ?? (pixels.type == .uint8 ? 1.0 / 255 : nil)))
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
struct LabelMapDecoder: Sendable {
  let values: MapValues

  /// - Returns: uint8 `[height, width]`, `MapValues.ignored` where nobody knows the class.
  /// - Throws: `Diagnostic` when the picture cannot be read, or has a value that means nothing.
  func read(_ part: RecordingPart) throws -> NumberArray {
    let pixels = try PictureFile.read(part.file.path, PictureOptions(colour: .keep))
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
