import Alignment
import Arrays
import Diagnostics
import Readers
import Stages
import Synchronization

/// An array of a file, or one row of it.
final class ArrayDecoder: PartDecoder {
  private let name: String
  private let description: ArrayDescription
  private let files = OpenArrays()

  init(name: String, description: ArrayDescription) {
    self.name = name
    self.description = description
  }

  func read(_ part: RecordingPart) throws -> DecodedPart {
    let path = part.file.path
    let file = try files.open(path)
    let values = try file.array(part.array ?? description.name, row: part.row)
    let axes = description.axes ?? Self.axes(values.shape.count)
    guard axes.count == values.shape.count else {
      throw Diagnostic(
        path,
        "an array of \(values.shape.count) axes, \(values.shape), and 'axes' names "
          + "\(axes.count)", mend: "name each axis of one sample once")
    }
    var times: [Double]?
    if let time = description.time {
      let stamps = try file.array(time, row: part.row)
      guard stamps.count == values.shape.first else {
        throw Diagnostic(
          path, "\(stamps.count) time stamps for \(values.shape.first ?? 0) time steps",
          mend: "give each time step its time")
      }
      let seconds = stamps.values(as: Double.self)
      if let step = seconds.firstIndex(where: { Instant(seconds: $0) == nil }) {
        throw Diagnostic(
          path, "time stamp \(step + 1) of \(seconds.count) is \(seconds[step])",
          mend: "give each time step its time in seconds")
      }
      times = seconds
    }
    let isSeries = axes.first == "time"
    return DecodedPart(
      values: .init(values, times: times, start: times?.first ?? 0),
      form: ModalityForm(
        name: name, type: values.type,
        shape: isSeries ? [nil] + values.shape.dropFirst().map { $0 } : values.shape.map { $0 },
        axes: axes, columns: description.columns, unit: description.unit,
        rate: times == nil ? description.rate : nil, scale: description.scale,
        hasTimes: times != nil))
  }

  /// Names where the pipeline file gives none.
  private static func axes(_ count: Int) -> [String] {
    count == 1 ? ["column"] : (0..<count).map { "axis-\($0)" }
  }
}

/// Files of arrays that stay open while their rows are read one after the other.
final class OpenArrays: Sendable {
  private let last = Mutex<(path: String, file: ArrayFile)?>(nil)

  func open(_ path: String) throws -> ArrayFile {
    if let known = last.withLock({ $0?.path == path ? $0?.file : nil }) { return known }
    let file = try ArrayFile.open(path)
    last.withLock { $0 = (path, file) }
    return file
  }

  /// Whether the part is in a file of arrays, not of pictures.
  static func holds(_ part: RecordingPart) -> Bool {
    let name = part.file.path.lowercased()
    return part.array != nil
      || [".npy", ".npz", ".mat", ".h5", ".hdf5"].contains { name.hasSuffix($0) }
  }

  /// A picture of an array file: `[height, width, channel]`, as MATLAB and numpy store pictures.
  ///
  /// - Throws: `Diagnostic` when the array is no picture of whole numbers or float32.
  func picture(_ part: RecordingPart, named name: String?) throws -> NumberArray {
    let file = try open(part.file.path)
    let picture: NumberArray
    if case .matlab = file, part.row != nil {
      // MATLAB runs through samples last: a row is the picture with its axes the other way round.
      picture = try file.array(part.array ?? name, row: part.row, axes: .reversed).axesReversed()
    } else {
      picture = try file.array(part.array ?? name, row: part.row, axes: .matlab)
    }
    switch picture.shape.count {
    case 2: return picture.reshaped(picture.shape + [1])
    case 3: return picture
    default:
      throw Diagnostic(
        part.file.path, "an array of shape \(picture.shape) is no picture",
        mend: "pictures have the axes height, width and, where there are several, channel")
    }
  }
}
