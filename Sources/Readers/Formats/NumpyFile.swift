public import Arrays
import Diagnostics

/// One array in numpy's own format (`.npy`, versions 1.0 to 3.0), of numbers or of texts.
///
/// Numbers of all types but complex ones and long doubles; those that `ElementType` lacks are
/// widened (int8 to int16, uint32 to int64), bool becomes uint8. Records and Python objects are
/// refused.
public struct NumpyFile: Sendable {
  public let path: String
  /// What its numbers are read as; `nil` for an array of texts.
  public var type: ElementType? { header.type }
  /// In numpy's order of axes, whichever of them runs fastest in the file.
  public var shape: [Int] { header.shape }

  private let file: BinaryFile
  private let header: NumpyHeader

  /// Opens a file and reads its head.
  ///
  /// - Throws: `Diagnostic` when it cannot be read, is no such file, holds something else than
  ///   numbers or texts, or is shorter than its head says.
  public static func open(_ path: String) throws -> NumpyFile { try NumpyFile(path) }

  private init(_ path: String) throws {
    self.path = path
    let file = try BinaryFile(path)
    self.file = file
    var offset = 0
    header = try NumpyHeader { count in
      defer { offset += count }
      return try file.bytes(count, at: offset)
    } _: {
      file.fault($0, at: $1, mend: $2)
    }
    guard header.byteCount <= file.size - header.length else {
      throw file.fault(
        "the file ends at byte \(file.size), its \(header.byteCount) bytes of values do not",
        at: header.length, mend: "the file is cut short: copy it again")
    }
  }

  /// The whole array, in row-major order.
  ///
  /// - Throws: `Diagnostic` when it holds texts, exceeds the memory, or cannot be read.
  public func array() throws -> NumberArray {
    let number = try number
    try ArraySize.checkMemory(header.count * number.elementType.size, path)
    return header.array(
      try file.bytes(header.byteCount, at: header.length), shape: shape, number)
  }

  /// One row of the first axis, without reading the others. Where the first axis runs fastest in the
  /// file, its numbers are picked out of it one by one.
  ///
  /// - Returns: an array that has the other axes.
  /// - Throws: `Diagnostic` when there is no such row, it holds texts, or it cannot be read.
  public func row(_ index: Int) throws -> NumberArray {
    let number = try number
    let row = try header.row(index, path)
    try ArraySize.checkMemory(row.count * number.elementType.size, path)
    guard header.isFortran, row.count > 1 else {
      return header.array(
        try file.bytes(row.count * number.size, at: header.length + row.start * number.size),
        shape: row.shape, number)
    }
    var picked = [UInt8](repeating: 0, count: row.count * number.size)
    try picked.withUnsafeMutableBytes { picked in
      try pick(index, of: shape[0] * number.size, number.size, into: picked)
    }
    let turned = NumberArray(
      number.elementType, number.numbers(picked, isBigEndian: header.isBigEndian),
      shape: row.shape.reversed())
    return turned.axesReversed()
  }

  /// Takes the number `index` out of every `step` bytes: read at once where they lie near each other.
  private func pick(
    _ index: Int, of step: Int, _ size: Int, into picked: UnsafeMutableRawBufferPointer
  ) throws {
    let count = picked.count / size
    let groups = max(1, (1 << 20) / step)
    var group = 0
    while group < count {
      let here = min(groups, count - group)
      // From the first wanted number to the last one.
      let start = header.length + group * step + index * size
      let block = try file.bytes((here - 1) * step + size, at: start)
      for place in 0..<here {
        for byte in 0..<size { picked[(group + place) * size + byte] = block[place * step + byte] }
      }
      group += here
    }
  }

  /// All texts, in row-major order.
  ///
  /// - Throws: `Diagnostic` when it holds numbers or cannot be read.
  public func texts() throws -> [String] {
    guard type == nil else {
      throw Diagnostic(path, "holds numbers, where texts are wanted", mend: "name another file")
    }
    try ArraySize.checkMemory(header.byteCount, path)
    return try header.texts(try file.bytes(header.byteCount, at: header.length)) {
      file.fault($0, at: $1, mend: $2)
    }
  }

  private var number: StoredNumber {
    get throws {
      guard case .numbers(let number) = header.content else {
        throw Diagnostic(path, "holds texts, where numbers are wanted", mend: "name another file")
      }
      return number
    }
  }
}

extension NumpyHeader {
  /// Where a row of the first axis lies, in numbers from the first one, if the last axis runs fastest.
  func row(_ index: Int, _ subject: String) throws -> (shape: [Int], start: Int, count: Int) {
    guard let rows = shape.first else {
      throw Diagnostic(subject, "holds one number, which has no rows", mend: "read it whole")
    }
    guard index >= 0, index < rows else {
      throw Diagnostic(
        subject, "has no row \(index)", mend: "its shape is \(shape); rows are counted from 0")
    }
    let rest = Array(shape.dropFirst())
    let count = rest.reduce(1, *)
    return (rest, index * count, count)
  }
}
