import Foundation
import Tensors
import Testing

/// Reference values of this target: `Golden/<name>.json`, remade by `Tools/golden/remake`.
struct GoldenFile<Case: Decodable>: Decodable {
  /// Such as `PyTorch 2.15.0 on a CPU`.
  let reference: String
  let cases: [Case]

  static func read(_ name: String) throws -> Self {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
  }
}

/// An array of a golden file; `name` where it is one of several.
struct GoldenArray: Decodable {
  let name: String?
  let shape: [Int]
  let type: String
  let values: [Number]

  /// A number, or `true` or `false`.
  struct Number: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        value = flag ? 1 : 0
      } else {
        value = try container.decode(Double.self)
      }
    }
  }

  func tensor() throws -> Tensor {
    let numbers = values.map(\.value)
    switch type {
    case "float32": return try Tensor(numbers.map(Float.init), shape: shape)
    case "int64": return try Tensor(numbers.map { Int64($0) }, shape: shape)
    case "bool": return try Tensor(numbers, shape: shape).converted(to: .bool)
    default: return try Tensor(numbers, shape: shape)
    }
  }
}

/// The greatest difference of two tensors, as a share of the second one's greatest value or of 1;
/// infinite where shapes differ or a value is no number.
func difference(_ tensor: Tensor, _ wanted: Tensor) throws -> Double {
  guard tensor.shape == wanted.shape else { return .infinity }
  let wanted = try wanted.doubles()
  let scale = wanted.reduce(1) { max($0, abs($1)) }
  return try zip(tensor.doubles(), wanted).reduce(0) { worst, pair in
    let distance = abs(pair.0 - pair.1)
    return distance.isNaN ? .infinity : max(worst, distance / scale)
  }
}

func difference(_ tensor: Tensor, _ wanted: GoldenArray) throws -> Double {
  try difference(tensor, wanted.tensor())
}
