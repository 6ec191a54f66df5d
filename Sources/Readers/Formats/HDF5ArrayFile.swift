public import Arrays
import Diagnostics
import Foundation
import HDF5Files
import Synchronization

/// Data sets of any HDF5 file, by path: numbers of all types and texts, whole or one row at a time.
///
/// Numbers are converted by HDF5: those that `ElementType` lacks to a wider type (int8 to int16,
/// uint32 to int64), bool as h5py writes it to uint8. Links to other files are never followed; data
/// sets whose values lie elsewhere or need a filter that is not here are listed with the reason.
public final class HDF5ArrayFile: Sendable {
  public struct Dataset: Sendable, Hashable {
    public var path: String
    /// What its numbers are read as; `nil` for texts, and for what cannot be read.
    public var type: ElementType?
    public var isText: Bool
    public var shape: [Int]
    /// Why it cannot be read.
    public var problem: String?
  }

  public let path: String
  let file: HDF5File
  /// Data sets that stay open, so that a chunk is not unpacked again for its next row.
  private let open: Mutex<[(path: String, array: HDF5Array)]>
  private static let mostOpen = 8
  private static let mostObjects = 1_000_000

  /// - Throws: `Diagnostic` when it cannot be read or is no HDF5 file.
  public static func open(_ path: String) throws -> HDF5ArrayFile { try HDF5ArrayFile(path) }

  private init(_ path: String) throws {
    self.path = path
    // Says better than HDF5 what is wrong with a path.
    _ = try BinaryFile(path)
    file = try Self.told(path) { try HDF5File.openForeign(path) }
    open = Mutex([])
  }

  /// Runs `body`, and makes diagnostics of what HDF5 says.
  static func told<Result>(_ subject: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as HDF5Error {
      throw Diagnostic(
        subject, "HDF5 could not \(error.call) it: \(error.message)",
        mend: "check the file with h5dump; if it is damaged, copy it again")
    } catch let error as HDF5Array.Unreadable {
      throw Diagnostic(subject, error.message, mend: error.mend)
    }
  }

  // MARK: Listing

  /// All data sets, sorted by path. Groups that can be reached by several paths are entered once.
  ///
  /// - Throws: `Diagnostic` when the file is damaged.
  public func datasets() throws -> [Dataset] {
    var found: [Dataset] = []
    var entered: Set<HDF5Object.Identity> = []
    var waiting = ["/"]
    var count = 0
    while let group = waiting.popLast() {
      let object = try object(group)
      guard try Self.told(subject(group), { entered.insert(try object.identity()).inserted }) else {
        continue
      }
      for link in try Self.told(subject(group), { try object.links() }) {
        count += 1
        guard count <= Self.mostObjects else {
          throw Diagnostic(path, "more than \(Self.mostObjects) objects")
        }
        let child = group == "/" ? "/\(link.name)" : "\(group)/\(link.name)"
        guard link.kind != .outside else {
          found.append(.unreadable(child, "is a link to another file, which is not followed"))
          continue
        }
        do {
          let object = try self.object(child)
          switch object.kind {
          case .group: waiting.append(child)
          case .dataset: found.append(try describe(object, child))
          case .other: continue
          }
        } catch let error as Diagnostic {
          found.append(.unreadable(child, error.message))
        }
      }
    }
    return found.sorted { $0.path < $1.path }
  }

  private func describe(_ object: HDF5Object, _ path: String) throws -> Dataset {
    let array = try Self.told(subject(path)) { try HDF5Array(object) }
    switch array.cell {
    case .number(let type):
      return Dataset(path: path, type: type, isText: false, shape: array.shape)
    case .text: return Dataset(path: path, isText: true, shape: array.shape)
    case .reference:
      return Dataset(
        path: path, isText: false, shape: array.shape, problem: "holds references to other data")
    case .other(let words):
      return Dataset(path: path, isText: false, shape: array.shape, problem: "holds \(words)")
    }
  }

  private func subject(_ dataset: String) -> String { "\(path):\(dataset)" }

  func object(_ dataset: String) throws -> HDF5Object {
    try Self.told(subject(dataset)) { try HDF5Object.open(dataset, in: file) }
  }

  func object(_ name: String, in group: HDF5Object) throws -> HDF5Object {
    try Self.told(subject(name)) { try HDF5Object.open(name, inside: group) }
  }

  func names(inGroup group: String) throws -> [String] {
    let object = try object(group)
    return try Self.told(subject(group)) { try object.links().map(\.name) }
  }

  // MARK: Reading

  /// What a data set holds.
  ///
  /// - Throws: `Diagnostic` when there is none, or it cannot be read.
  public func dataset(_ dataset: String) throws -> Dataset {
    try describe(try array(at: dataset).object, dataset)
  }

  /// A whole data set of numbers.
  ///
  /// - Throws: `Diagnostic`
  public func array(_ dataset: String) throws -> NumberArray {
    let array = try array(at: dataset)
    return try Self.told(subject(dataset)) { try array.numbers() }
  }

  /// One row of the first axis; nothing but the chunks that hold it is read.
  ///
  /// - Returns: an array that has the other axes.
  /// - Throws: `Diagnostic`
  public func row(_ dataset: String, _ index: Int) throws -> NumberArray {
    let array = try array(at: dataset)
    return try Self.told(subject(dataset)) {
      try array.numbers(.slice(axis: 0, index: index))
    }
  }

  /// All texts of a data set, of fixed or variable length, in row-major order.
  ///
  /// - Throws: `Diagnostic`
  public func texts(_ dataset: String) throws -> [String] {
    let array = try array(at: dataset)
    return try Self.told(subject(dataset)) { try array.texts() }
  }

  /// The texts of one row of the first axis.
  ///
  /// - Throws: `Diagnostic`
  public func texts(_ dataset: String, row index: Int) throws -> [String] {
    let array = try array(at: dataset)
    return try Self.told(subject(dataset)) { try array.texts(.slice(axis: 0, index: index)) }
  }

  private func array(at dataset: String) throws -> HDF5Array {
    let known = open.withLock { open in open.first { $0.path == dataset }?.array }
    if let known { return known }
    let object: HDF5Object
    do {
      object = try self.object(dataset)
    } catch let error as Diagnostic {
      // Where there is no such path, the near ones say more than HDF5 does.
      let paths = try datasets()
      guard !paths.contains(where: { $0.path == dataset || "/\(dataset)" == $0.path }) else {
        throw error
      }
      throw Diagnostic(
        path, "the file has no data set '\(dataset)'",
        mend: Suggestions.mend(dataset, among: paths.map(\.path), called: "data sets"))
    }
    let array = try Self.told(subject(dataset)) { try HDF5Array(object) }
    open.withLock { open in
      if open.count >= Self.mostOpen { open.removeFirst() }
      open.append((dataset, array))
    }
    return array
  }
}

extension HDF5ArrayFile.Dataset {
  fileprivate static func unreadable(_ path: String, _ problem: String) -> Self {
    .init(path: path, type: nil, isText: false, shape: [], problem: problem)
  }
}
