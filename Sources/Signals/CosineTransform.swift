import Foundation

/// The discrete cosine transform of type 2: c[k] = g[k] · Σ x[n] · cos(π k (n + ½) / N), with g = 2, or
/// of unit length (`torchaudio.functional.create_dct`).
struct CosineTransform: Sendable {
  private typealias Block = SIMD8<Float>

  private let inputCount: Int
  private let coefficientCount: Int
  /// For each block of coefficients, its column of every input: [block, input].
  private let columns: [Block]

  init(inputCount: Int, coefficientCount: Int, norm: CosineNorm?) {
    self.inputCount = inputCount
    self.coefficientCount = coefficientCount
    let width = Block.scalarCount
    let count = Double(inputCount)
    var columns: [Block] = []
    for block in 0..<(coefficientCount + width - 1) / width {
      for n in 0..<inputCount {
        var column = Block.zero
        for lane in 0..<width {
          let k = block * width + lane
          guard k < coefficientCount else { break }
          let gain = norm == .ortho ? (k == 0 ? 1 / count : 2 / count).squareRoot() : 2
          column[lane] = Float(gain * cos(.pi / count * (Double(n) + 0.5) * Double(k)))
        }
        columns.append(column)
      }
    }
    self.columns = columns
  }

  /// Transforms `rows` rows of `inputCount` numbers into as many of `coefficientCount`.
  func callAsFunction(
    _ input: UnsafePointer<Float>, rows: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let width = Block.scalarCount
    columns.withUnsafeBufferPointer { columns in
      for row in 0..<rows {
        let numbers = input + row &* inputCount
        let target = output + row &* coefficientCount
        var (first, column) = (0, 0)
        while first < coefficientCount {
          var sum = Block.zero
          for n in 0..<inputCount {
            sum += columns[column &+ n] * numbers[n]
          }
          for lane in 0..<min(width, coefficientCount &- first) {
            target[first &+ lane] = sum[lane]
          }
          first &+= width
          column &+= inputCount
        }
      }
    }
  }
}
