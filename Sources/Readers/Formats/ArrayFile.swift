public import Arrays
import Diagnostics

/// A file of arrays, of whichever form its first bytes show: numpy, HDF5, MATLAB.
public enum ArrayFile: Sendable {
  case numpy(NumpyFile)
  case archive(NumpyArchive)
  case matlab(MATLABFile)
  case hdf5(HDF5ArrayFile)

  /// - Throws: `Diagnostic` when the file cannot be read, or is none of these.
  public static func open(_ path: String) throws -> ArrayFile {
    let file = try BinaryFile(path)
    let head = try file.bytes(min(8, file.size), at: 0)
    if head.starts(with: [0x93] + Array("NUMPY".utf8)) { return .numpy(try .open(path)) }
    if head.starts(with: Array("PK".utf8)) { return .archive(try .open(path)) }
    if head.starts(with: [0x89] + Array("HDF".utf8)) { return .hdf5(try .open(path)) }
    if head.starts(with: Array("MATLAB".utf8)) || path.lowercased().hasSuffix(".mat") {
      return .matlab(try .open(path))
    }
    throw Diagnostic(
      path, "no file of arrays", mend: "name a npy, npz, HDF5 or MATLAB file")
  }

  /// Numbers, whole, or one row of the first axis.
  ///
  /// - Parameters:
  ///   - name: the array; of a npy file `nil`.
  ///   - axes: of a MATLAB file; its own order when absent.
  /// - Throws: `Diagnostic` when there is no such array or row, or it holds no numbers.
  public func array(
    _ name: String?, row: Int? = nil, axes: AxisOrder? = nil
  ) throws -> NumberArray {
    switch self {
    case .numpy(let file): return try row.map { try file.row($0) } ?? file.array()
    case .archive(let file):
      let name = try self.name(name, file.path)
      return try row.map { try file.row(name, $0) } ?? file.array(name)
    case .matlab(let file):
      let name = try self.name(name, file.path)
      return try row.map { try file.row(name, $0, axes: axes) } ?? file.array(name, axes: axes)
    case .hdf5(let file):
      let name = try self.name(name, file.path)
      return try row.map { try file.row(name, $0) } ?? file.array(name)
    }
  }

  private func name(_ name: String?, _ path: String) throws -> String {
    guard let name else {
      throw Diagnostic(
        path, "the file may hold several arrays, and nothing says which is wanted",
        mend: "add 'name: ARRAY'")
    }
    return name
  }
}
