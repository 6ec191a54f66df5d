import Arrays
import Dataflow
import Diagnostics
import Networks
import Shards
import Tensors
import Training

/// How one modality of a set of samples becomes the input of a network.
///
/// Shards hold values as they were recorded. Here, and nowhere else, they are scaled and
/// standardised, and steps and samples without a value become zeros.
struct ModalityReading {
  let shape: ModalityShape
  private let scaling: InputScaling
  private let hasValidity: Bool
  private let hasPresence: Bool

  /// - fields: those of the split that is read
  /// - Throws: `Diagnostic` when samples differ in shape, or the statistics are of other columns.
  init(_ modality: ModalityDescription, _ fields: [FieldDescription]) throws {
    let name = modality.name
    shape = ModalityShape(
      name,
      try modality.shape.map { size in
        guard let size else {
          throw Diagnostic(
            "modality '\(name)'", "its samples differ in length",
            mend: "cut them into windows: 'window: {length: SECONDS}' in the align stage")
        }
        return size
      })
    let statistics = modality.standardisation
    let columns = shape.shape.last ?? 1
    if let statistics,
      statistics.mean.count != statistics.std.count
        || ![1, columns].contains(statistics.mean.count)
    {
      throw Diagnostic(
        "modality '\(name)'",
        "the manifest has \(statistics.mean.count) means and \(statistics.std.count) deviations, "
          + "the samples have \(columns) columns", mend: "rerun the align stage with --force")
    }
    scaling = InputScaling(
      scale: modality.scale ?? 1, mean: statistics?.mean ?? [], std: statistics?.std ?? [])
    let paths = Set(fields.map(\.path))
    hasValidity = paths.contains(StandardField.validity(name))
    hasPresence = paths.contains(StandardField.presence(name))
  }

  /// The data sets to read.
  var paths: [String] {
    [StandardField.modality(shape.name)]
      + (hasValidity ? [StandardField.validity(shape.name)] : [])
      + (hasPresence ? [StandardField.presence(shape.name)] : [])
  }

  /// The samples of `columns`, which hold `paths`.
  ///
  /// - Throws: `Diagnostic` when one of them is missing or of another shape.
  func input(_ columns: [String: Column]) throws -> StoredInput {
    func column(_ path: String) throws -> Column {
      guard let column = columns[path] else {
        throw Diagnostic("modality '\(shape.name)'", "'\(path)' could not be read")
      }
      return column
    }
    let values = try column(StandardField.modality(shape.name))
    var input = StoredInput(
      shape.name, try Tensor(values, sampleShape: shape.shape), scaling: scaling)
    if hasValidity {
      let valid = try column(StandardField.validity(shape.name))
      guard let steps = shape.shape.first, valid.bytes.count == valid.count * steps else {
        throw Diagnostic(
          "modality '\(shape.name)'",
          "'\(StandardField.validity(shape.name))' has not one number for each time step",
          mend: "rerun the align stage with --force")
      }
      input.valid = try Tensor(valid, sampleShape: [steps])
    }
    if hasPresence {
      input.present = try Tensor(column(StandardField.presence(shape.name)), sampleShape: [])
    }
    return input
  }
}

extension Tensor {
  /// A fixed-length column of numbers, `[n, …sample shape]`, in the narrowest type of tensor that
  /// holds them; numbers of 64 bits become float32.
  init(_ column: Column, sampleShape: [Int]) throws {
    let shape = [column.count] + sampleShape
    guard case .numbers(let type, let bytes) = column.cells else {
      throw Diagnostic("tensor", "a column of texts holds no numbers")
    }
    let own: DType? =
      switch type {
      case .uint8: .uint8
      case .int16: .int16
      case .int32: .int32
      case .float16: .float16
      case .float32: .float32
      case .uint16, .int64, .uint64, .float64: nil
      }
    if let own {
      let made: Result<Tensor, any Error> = bytes.withUnsafeBytes { bytes in
        Result { try Tensor(bytes: bytes, shape: shape, type: own) }
      }
      self = try made.get()
    } else if type == .uint16 {
      self = try Tensor(column.values(as: Int32.self), shape: shape)
    } else {
      self = try Tensor(column.values(as: Float.self), shape: shape)
    }
  }
}
