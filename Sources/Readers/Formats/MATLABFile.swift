public import Arrays
import Diagnostics

/// A MATLAB file (`.mat`) of version 5, 6 or 7 (MATLAB's own format) or 7.3 (HDF5), behind one face.
///
/// Values are named by paths: `mapClass`, `s.field`, `s(3).field`, `names{2}`. Numbers of all classes
/// are read, logical as uint8, int8 as int16, uint32 as int64; sparse arrays, complex numbers,
/// objects and function handles are refused, each with its reason.
public struct MATLABFile: Sendable {
  public struct Variable: Sendable, Hashable {
    public var name: String
    /// MATLAB's word: `double`, `single`, `int8` … `uint64`, `logical`, `char`, `cell`, `struct`,
    /// `sparse`, `object`, …; `unreadable` where a 7.3 file cannot say, and reading it tells why.
    public var className: String
    /// In the order of `axes` of the file.
    public var shape: [Int]

    public init(name: String, className: String, shape: [Int]) {
      self.name = name
      self.className = className
      self.shape = shape
    }
  }

  public let path: String
  /// In the order of the file; without what MATLAB keeps there for itself.
  public let variables: [Variable]
  /// The order of axes where none is asked for, which is what readers in Python show: MATLAB's own
  /// for its own format (as `scipy.io.loadmat`), the reverse for 7.3 (as h5py).
  public var axes: AxisOrder { if case .own = content { .matlab } else { .reversed } }

  private enum Content: Sendable {
    case own(MATLAB5File)
    case hdf5(MATLAB73File)
  }

  private let content: Content

  /// Opens a file and lists its variables.
  ///
  /// - Throws: `Diagnostic` when it cannot be read, is no MATLAB file or one of version 4, or is
  ///   damaged.
  public static func open(_ path: String) throws -> MATLABFile { try MATLABFile(path) }

  private init(_ path: String) throws {
    self.path = path
    let file = try BinaryFile(path)
    switch try Self.kind(of: file) {
    case .own(let isBigEndian):
      let own = try MATLAB5File(file, isBigEndian: isBigEndian)
      content = .own(own)
      variables = own.variables
    case .hdf5:
      let hdf5 = try MATLAB73File(path)
      content = .hdf5(hdf5)
      variables = hdf5.variables
    }
  }

  private enum Kind {
    case own(isBigEndian: Bool)
    case hdf5
  }

  private static func kind(of file: BinaryFile) throws -> Kind {
    // HDF5 looks for its signature at 0, 512, 1024, 2048, …; MATLAB puts 512 bytes before it.
    for offset in [0, 512] where offset + 8 <= file.size {
      if try file.bytes(8, at: offset) == [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] {
        return .hdf5
      }
    }
    let header = try file.bytes(min(128, file.size), at: 0)
    if header.count >= 20, header[..<4].contains(0), isVersion4(header) {
      throw Diagnostic(
        file.path, "a MATLAB file of version 4, which is not read",
        mend: "save it again in MATLAB with save('\(file.path)', '-v7')")
    }
    let mend = "name a .mat file that MATLAB's save or scipy.io.savemat wrote"
    guard header.count == 128,
      ["IM", "MI"].contains(String(decoding: header[126...], as: UTF8.self))
    else {
      throw file.fault("no MATLAB file", at: 0, mend: mend)
    }
    let isBigEndian = header[126] == UInt8(ascii: "M")
    let version = header.number(UInt16.self, at: 124, isBigEndian: isBigEndian)
    switch version >> 8 {
    case 1: return .own(isBigEndian: isBigEndian)
    case 2:
      throw file.fault(
        "a MATLAB 7.3 file without the HDF5 file that it should hold", at: 512,
        mend: "the file is cut short or damaged: copy it again")
    default:
      throw file.fault("a MATLAB file of the unknown version \(version)", at: 124, mend: mend)
    }
  }

  /// Whether the file starts with a header of version 4: type, rows, columns, whether there is an
  /// imaginary part, length of the name.
  private static func isVersion4(_ header: [UInt8]) -> Bool {
    [false, true].contains { isBigEndian in
      let words = (0..<5).map { header.number(UInt32.self, at: 4 * $0, isBigEndian: isBigEndian) }
      return words[0] < 5000 && words[0] % 10 < 3 && words[0] / 10 % 10 < 6 && words[3] < 2
        && (1...64).contains(words[4])
    }
  }

  // MARK: Values

  /// Numbers, whole.
  ///
  /// - Parameters:
  ///   - name: a path.
  ///   - axes: the order of the axes; that of the file when absent.
  /// - Throws: `Diagnostic` when there is no such value, or it is none of numbers.
  public func array(_ name: String, axes: AxisOrder? = nil) throws -> NumberArray {
    try read(name, row: nil, axes ?? self.axes)
  }

  /// One row of the first axis of what `array` gives, which is MATLAB's last axis where axes are
  /// reversed. Of a 7.3 file, and where MATLAB's own format holds it unpacked, nothing else is read.
  ///
  /// - Returns: an array that has the other axes, in the same order.
  /// - Throws: `Diagnostic`
  public func row(_ name: String, _ index: Int, axes: AxisOrder? = nil) throws -> NumberArray {
    try read(name, row: index, axes ?? self.axes)
  }

  private func read(_ name: String, row: Int?, _ axes: AxisOrder) throws -> NumberArray {
    let path = try MATLABPath(name, in: self.path)
    return switch content {
    case .own(let file): try file.numbers(path, row: row, axes)
    case .hdf5(let file): try file.numbers(path, row: row, axes)
    }
  }

  /// Texts: the rows of a char array, or one for each cell of a cell array of char, in MATLAB's order
  /// of cells (the first axis running fastest).
  ///
  /// - Throws: `Diagnostic`
  public func texts(_ name: String) throws -> [String] {
    let path = try MATLABPath(name, in: self.path)
    return switch content {
    case .own(let file): try file.texts(path)
    case .hdf5(let file): try file.texts(path)
    }
  }

  /// What stands at a path: class and shape, as in `variables`.
  ///
  /// - Throws: `Diagnostic` when nothing does.
  public func variable(_ name: String) throws -> Variable {
    let path = try MATLABPath(name, in: self.path)
    return switch content {
    case .own(let file): try file.variable(path)
    case .hdf5(let file): try file.variable(path)
    }
  }

  /// Names of the fields of a struct, in the order of the file.
  ///
  /// - Throws: `Diagnostic` when there is none, or it is no struct.
  public func fields(_ name: String) throws -> [String] {
    let path = try MATLABPath(name, in: self.path)
    return switch content {
    case .own(let file): try file.fields(path)
    case .hdf5(let file): try file.fields(path)
    }
  }
}

/// Diagnostics that both kinds of files share.
enum MATLABFault {
  static func missing(
    variable name: String, among names: [String], in path: String
  ) -> Diagnostic {
    Diagnostic(
      path, "the file has no variable '\(name)'",
      mend: Suggestions.mend(name, among: names, called: "variables"))
  }

  static func missing(field name: String, among names: [String], in subject: String) -> Diagnostic {
    Diagnostic(
      subject, "the struct has no field '\(name)'",
      mend: Suggestions.mend(name, among: names, called: "fields"))
  }

  static func missing(element index: Int, of count: Int, in subject: String) -> Diagnostic {
    Diagnostic(
      subject, "has no element \(index + 1)", mend: "there are \(count), counted from 1")
  }

  static func missing(row index: Int, of count: Int, in subject: String) -> Diagnostic {
    Diagnostic(subject, "has no row \(index)", mend: "there are \(count), counted from 0")
  }

  /// A step that does not fit what stands there.
  static func step(_ step: MATLABPath.Step, into className: String, _ subject: String) -> Diagnostic
  {
    switch step {
    case .field(let name):
      Diagnostic(subject, "is \(article(className)) and has no field '\(name)'")
    case .element:
      Diagnostic(
        subject, "is \(article(className)): (k) stands for one of several structs",
        mend: "name cells with {k}; read numbers whole or by row")
    case .cell:
      Diagnostic(
        subject, "is \(article(className)) and has no cells",
        mend: "name elements of a struct with (k)")
    }
  }

  static func severalStructs(_ count: Int, _ subject: String) -> Diagnostic {
    Diagnostic(
      subject, "are \(count) structs, and one of them must be named",
      mend: "write (k) before the field, with k from 1 to \(count)")
  }

  static func unfit(_ className: String, wanted: String, _ subject: String) -> Diagnostic {
    let mend: String? =
      switch className {
      case "struct": "name one of its fields, as in s.field"
      case "cell" where wanted == "numbers":
        "name one of its cells, as in c{1}; cells of text are read as texts"
      case "cell": "a cell array of texts has nothing but texts in it"
      case "char": "read it as texts"
      case "sparse": "save it with full(x)"
      case "object", "opaque", "function_handle":
        "save its content as plain arrays, structs and cells; strings with cellstr(x)"
      default: nil
      }
    return Diagnostic(subject, "is \(article(className)), where \(wanted) are wanted", mend: mend)
  }

  static func complex(_ subject: String) -> Diagnostic {
    Diagnostic(
      subject, "holds complex numbers, which samples do not have",
      mend: "save real(x) and imag(x) side by side")
  }

  private static func article(_ className: String) -> String {
    switch className {
    case "cell": "a cell array"
    case "struct": "a struct"
    case "char": "text"
    case "sparse": "a sparse array"
    case "object", "opaque": "an object"
    case "function_handle": "a function handle"
    default: "an array of \(className)"
    }
  }
}
