import Arrays
import Foundation
import TestSupport
import Testing

@testable import Readers

/// A file of `Golden/formats.json` and what it holds; `Tools/golden/remake formats` remakes it.
struct FormatCase: Decodable, CustomTestStringConvertible, Sendable {
  struct Value: Decodable, Sendable {
    var name: String
    var axes: String?
    var shape: [Int]
    var type: String?
    var values: [Double]?
    var texts: [String]?

    var order: AxisOrder? { axes.map { $0 == "matlab" ? .matlab : .reversed } }

    /// Whether these are the numbers.
    func matches(_ array: NumberArray) -> Bool {
      array.shape == shape && array.type.rawValue == type && array.values(as: Double.self) == values
    }

    /// Whether these are the numbers of a row of the first axis.
    func matches(_ array: NumberArray, row: Int) -> Bool {
      let count = shape.dropFirst().reduce(1, *)
      return array.shape == Array(shape.dropFirst()) && array.type.rawValue == type
        && array.values(as: Double.self)
          == values.map { Array($0[(row * count)..<((row + 1) * count)]) }
    }
  }

  var file: String
  private var content: Data
  private var size: Int
  var values: [Value]
  /// Names, and words of the reason why they cannot be read.
  var refused: [[String]]

  var testDescription: String { file }

  static func all(_ fileExtension: String) -> [FormatCase] {
    struct Golden: Decodable { var cases: [FormatCase] }
    let url = Bundle.module.url(
      forResource: "formats", withExtension: "json", subdirectory: "Golden")
    guard let url, let data = try? Data(contentsOf: url),
      let golden = try? JSONDecoder().decode(Golden.self, from: data)
    else { return [] }
    return golden.cases.filter { $0.file.hasSuffix(fileExtension) }
  }

  /// The bytes of the file.
  func bytes() throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let packed = folder.path("packed")
    try content.write(to: URL(fileURLWithPath: packed))
    let file = try BinaryFile(packed)
    var bytes = [UInt8](repeating: 0, count: size)
    try bytes.withUnsafeMutableBytes { try Inflater(file, 0..<file.size, .zlib).fill($0) }
    return bytes
  }

  func write(to folder: TemporaryFolder) throws -> String {
    let path = folder.path(file)
    try Data(try bytes()).write(to: URL(fileURLWithPath: path))
    return path
  }
}
