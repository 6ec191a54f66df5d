import Arrays
import Shards

/// Mean and standard deviation of each column of a modality, in one pass.
///
/// Of reals, running sums after Welford ("Note on a method for calculating corrected sums of squares
/// and products", Technometrics 1962), in double precision, in the order of the samples. Of whole
/// numbers of up to 16 bits, sums and sums of squares that are exact. Values are taken times the
/// modality's scale; what is not finite is left out and counted. The deviation is that of a
/// population (divided by n), as in scikit-learn's StandardScaler; a constant column is only centred.
///
/// Nothing is standardised here: whoever feeds networks computes
/// `Float((Double(x) · scale − mean) · (1 / std))`.
struct Standardiser: Sendable {
  private let scale: Double
  /// Columns that are kept apart: all of them, or one for the whole modality.
  private let width: Int
  /// Along the last axis.
  private let columns: Int
  private var counts: [Int]
  private var means: [Double]
  private var squares: [Double]
  private var sums: [Int128]
  private var squareSums: [Int128]
  private var isExact = false
  /// Numbers that are not finite.
  private(set) var notFinite = 0

  /// - Parameters:
  ///   - columns: along the last axis.
  ///   - isPooled: whether all columns share a mean and a deviation.
  init(columns: Int, scale: Double = 1, isPooled: Bool = false) {
    self.columns = columns
    self.scale = scale
    width = isPooled ? 1 : columns
    counts = Array(repeating: 0, count: width)
    means = Array(repeating: 0, count: width)
    squares = means
    sums = Array(repeating: 0, count: width)
    squareSums = sums
  }

  /// Values per column, of the column that has most.
  var count: Int { counts.max() ?? 0 }

  /// Takes the values of a sample in.
  ///
  /// - Parameter valid: 1 for every step along the first axis that counts; `nil` where all do.
  mutating func add(_ values: NumberArray, valid: [UInt8]? = nil) {
    let size = values.type.size
    let total = values.count
    let steps = valid?.count ?? 1
    guard steps > 0, total % steps == 0 else { return }
    let perStep = total / steps
    var step = 0
    while step < steps {
      // Neighbouring steps that count are one run.
      guard valid?[step] != 0 else {
        step += 1
        continue
      }
      var end = step + 1
      while end < steps, valid?[end] != 0 { end += 1 }
      values.bytes.withUnsafeBytes { bytes in
        let run = UnsafeRawBufferPointer(
          rebasing: bytes[(step * perStep * size)..<(end * perStep * size)])
        switch values.type {
        case .uint8: addWhole(run, UInt8.self)
        case .int16: addWhole(run, Int16.self)
        case .uint16: addWhole(run, UInt16.self)
        case .int32: addReal(run, Int32.self) { Double($0) }
        case .int64: addReal(run, Int64.self) { Double($0) }
        case .uint64: addReal(run, UInt64.self) { Double($0) }
        case .float16: addReal(run, Float16.self) { Double($0) }
        case .float32: addReal(run, Float.self) { Double($0) }
        case .float64: addReal(run, Double.self) { $0 }
        }
      }
      step = end
    }
  }

  private mutating func addReal<T: ArrayElement>(
    _ bytes: UnsafeRawBufferPointer, _ type: T.Type, _ real: (T) -> Double
  ) {
    let size = MemoryLayout<T>.size
    var column = 0
    for index in 0..<(bytes.count / size) {
      let value = real(bytes.loadUnaligned(fromByteOffset: index &* size, as: T.self)) * scale
      if value.isFinite {
        counts[column] += 1
        let difference = value - means[column]
        means[column] += difference / Double(counts[column])
        squares[column] += difference * (value - means[column])
      } else {
        notFinite += 1
      }
      column += 1
      if column == width { column = 0 }
    }
  }

  /// A sample has fewer than 2^32 numbers, whose squares are below 2^32: 64 bits hold their sums.
  private mutating func addWhole<T: ArrayElement & FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ type: T.Type
  ) {
    isExact = true
    let size = MemoryLayout<T>.size
    let total = bytes.count / size
    let width = width
    var own = [Int64](repeating: 0, count: width)
    var ownSquares = [UInt64](repeating: 0, count: width)
    own.withUnsafeMutableBufferPointer { own in
      ownSquares.withUnsafeMutableBufferPointer { ownSquares in
        var column = 0
        for index in 0..<total {
          let value = Int64(bytes.loadUnaligned(fromByteOffset: index &* size, as: T.self))
          own[column] &+= value
          ownSquares[column] &+= UInt64(bitPattern: value &* value)
          column &+= 1
          if column == width { column = 0 }
        }
      }
    }
    for column in 0..<width {
      counts[column] += total / width
      sums[column] += Int128(own[column])
      squareSums[column] += Int128(ownSquares[column])
    }
  }

  // MARK: Results

  /// Of the columns that are kept apart, scaled.
  private var ownMeans: [Double] {
    guard isExact else { return means }
    return zip(sums, counts).map { $1 == 0 ? 0 : Double($0) / Double($1) * scale }
  }

  private var ownDeviations: [Double] {
    guard isExact else {
      return zip(squares, counts).map { $1 == 0 ? 0 : ($0 / Double($1)).squareRoot() }
    }
    return (0..<width).map { column in
      guard counts[column] > 0 else { return 0 }
      let count = Int128(counts[column])
      let spread = count * squareSums[column] - sums[column] * sums[column]
      return Double(spread).squareRoot() / Double(count) * scale.magnitude
    }
  }

  /// One for each column along the last axis.
  var deviations: [Double] { spread(ownDeviations) }

  private func spread(_ values: [Double]) -> [Double] {
    width == columns ? values : Array(repeating: values.first ?? 0, count: columns)
  }

  /// Columns that never change.
  var constantColumns: [Int] { deviations.indices.filter { deviations[$0] == 0 } }

  func description(of splits: [String]) -> Standardisation {
    Standardisation(
      splits: splits, mean: spread(ownMeans), std: deviations, count: count)
  }
}
