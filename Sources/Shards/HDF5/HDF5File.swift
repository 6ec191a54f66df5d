internal import CHDF5
import Foundation

/// One open HDF5 file: its objects by path, their attributes.
///
/// The identifier is only used inside calls of `HDF5Library`, which holds the library's lock.
final class HDF5File: Sendable {
  let path: String
  private let handle: HDF5Handle

  var id: hid_t { handle.id }

  /// Creates a file that must not exist yet.
  static func create(_ path: String) throws(HDF5Error) -> HDF5File {
    HDF5File(
      path,
      try HDF5Handle(.file, "create", on: path) {
        H5Fcreate(path, ch_create_new(), ch_default(), ch_default())
      })
  }

  /// Opens a finished file to read; without file locks, which some network disks lack.
  static func open(_ path: String) throws(HDF5Error) -> HDF5File {
    HDF5File(
      path,
      try HDF5Handle(.file, "open", on: path) { H5Fopen(path, ch_read_only(), ch_default()) })
  }

  private init(_ path: String, _ handle: consuming HDF5Handle) {
    self.path = path
    self.handle = handle
  }

  /// Hands all that is written to the operating system.
  func flush() throws(HDF5Error) {
    try HDF5Library.call("write", on: path) { H5Fflush(handle.id, H5F_SCOPE_GLOBAL) }
  }

  // MARK: Attributes

  enum Attribute: Hashable, Sendable {
    case text(String)
    case texts([String])
    case integer(Int)
    case real(Double)
  }

  /// Sets an attribute of the object at `object` (`/` is the file itself).
  func setAttribute(_ name: String, _ value: Attribute, on object: String) throws(HDF5Error) {
    let subject = "\(path):\(object)@\(name)"
    switch value {
    case .text(let text):
      try write(name, on: object, subject, type: try Self.textType(subject), count: nil) { id, type in
        text.withCString { pointer in
          withUnsafePointer(to: pointer) { H5Awrite(id, type, $0) }
        }
      }
    case .texts(let texts):
      try write(name, on: object, subject, type: try Self.textType(subject), count: texts.count) {
        id, type in
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { H5Awrite(id, type, $0.baseAddress) }
      }
    case .integer(let number):
      try write(name, on: object, subject, native: ch_int64) { id, type in
        withUnsafePointer(to: Int64(number)) { H5Awrite(id, type, $0) }
      }
    case .real(let number):
      try write(name, on: object, subject, native: ch_double) { id, type in
        withUnsafePointer(to: number) { H5Awrite(id, type, $0) }
      }
    }
  }

  private func write(
    _ name: String, on object: String, _ subject: String, native: () -> hid_t,
    body: (hid_t, hid_t) -> herr_t
  ) throws(HDF5Error) {
    let type = HDF5Library.locked { native() }
    let space = try HDF5Handle(.dataspace, "describe", on: subject) { H5Screate(H5S_SCALAR) }
    let attribute = try HDF5Handle(.attribute, "create", on: subject) {
      H5Acreate_by_name(
        handle.id, object, name, type, space.id, ch_default(), ch_default(), ch_default())
    }
    try HDF5Library.call("write", on: subject) { body(attribute.id, type) }
  }

  private func write(
    _ name: String, on object: String, _ subject: String, type: borrowing HDF5Handle, count: Int?,
    body: (hid_t, hid_t) -> herr_t
  ) throws(HDF5Error) {
    let space = try HDF5Handle(.dataspace, "describe", on: subject) {
      guard let count else { return H5Screate(H5S_SCALAR) }
      var size = hsize_t(count)
      return H5Screate_simple(1, &size, nil)
    }
    let typeID = type.id
    let attribute = try HDF5Handle(.attribute, "create", on: subject) {
      H5Acreate_by_name(
        handle.id, object, name, typeID, space.id, ch_default(), ch_default(), ch_default())
    }
    try HDF5Library.call("write", on: subject) { body(attribute.id, typeID) }
  }

  /// UTF-8 text of any length.
  private static func textType(_ subject: String) throws(HDF5Error) -> HDF5Handle {
    let type = try HDF5Handle(.datatype, "describe", on: subject) { H5Tcopy(ch_c_string()) }
    try HDF5Library.call("describe", on: subject) { H5Tset_size(type.id, Int.max == 0 ? 0 : -1) }
    try HDF5Library.call("describe", on: subject) { H5Tset_cset(type.id, H5T_CSET_UTF8) }
    return type
  }

  /// The attribute, or `nil` when the object has none of this name or of another type than ours.
  func attribute(_ name: String, on object: String) throws(HDF5Error) -> Attribute? {
    let subject = "\(path):\(object)@\(name)"
    let exists = try HDF5Library.call("find", on: subject) {
      H5Aexists_by_name(handle.id, object, name, ch_default())
    }
    guard exists > 0 else { return nil }
    let attribute = try HDF5Handle(.attribute, "open", on: subject) {
      H5Aopen_by_name(handle.id, object, name, ch_default(), ch_default())
    }
    let type = try HDF5Handle(.datatype, "read", on: subject) { H5Aget_type(attribute.id) }
    let space = try HDF5Handle(.dataspace, "read", on: subject) { H5Aget_space(attribute.id) }
    let count = try HDF5Library.call("read", on: subject) {
      H5Sget_simple_extent_npoints(space.id)
    }
    let isScalar =
      HDF5Library.locked { H5Sget_simple_extent_type(space.id) } == H5S_SCALAR
    let (attributeID, typeID) = (attribute.id, type.id)
    switch HDF5Library.locked({ H5Tget_class(typeID) }) {
    case H5T_INTEGER where isScalar:
      var number: Int64 = 0
      try HDF5Library.call("read", on: subject) { H5Aread(attributeID, ch_int64(), &number) }
      return .integer(Int(number))
    case H5T_FLOAT where isScalar:
      var number = 0.0
      try HDF5Library.call("read", on: subject) { H5Aread(attributeID, ch_double(), &number) }
      return .real(number)
    case H5T_STRING where HDF5Library.locked({ H5Tis_variable_str(typeID) }) > 0:
      let memoryType = try Self.textType(subject)
      let memoryID = memoryType.id
      var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: Int(count))
      try HDF5Library.call("read", on: subject) { H5Aread(attributeID, memoryID, &pointers) }
      let texts = pointers.map { $0.map { String(cString: $0) } ?? "" }
      HDF5Library.locked { for pointer in pointers { H5free_memory(pointer) } }
      return isScalar ? .text(texts.first ?? "") : .texts(texts)
    default: return nil
    }
  }

  // MARK: Objects

  /// Paths of all data sets, sorted.
  func datasets() throws(HDF5Error) -> [String] {
    var found: [String] = []
    try collect("/", into: &found)
    return found.sorted()
  }

  private func collect(_ group: String, into found: inout [String]) throws(HDF5Error) {
    let groupHandle = try HDF5Handle(.group, "open", on: "\(path):\(group)") {
      H5Gopen2(handle.id, group, ch_default())
    }
    let groupID = groupHandle.id
    var info = H5G_info_t()
    try HDF5Library.call("list", on: "\(path):\(group)") { H5Gget_info(groupID, &info) }
    for index in 0..<info.nlinks {
      let length = try HDF5Library.call("list", on: "\(path):\(group)") {
        H5Lget_name_by_idx(
          groupID, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, ch_default())
      }
      var bytes = [CChar](repeating: 0, count: Int(length) + 1)
      _ = try HDF5Library.call("list", on: "\(path):\(group)") {
        H5Lget_name_by_idx(
          groupID, ".", H5_INDEX_NAME, H5_ITER_INC, index, &bytes, bytes.count, ch_default())
      }
      let name = bytes.withUnsafeBufferPointer { String(cString: $0.baseAddress ?? [0]) }
      let child = group == "/" ? "/\(name)" : "\(group)/\(name)"
      let object = try HDF5Library.call("open", on: "\(path):\(child)") {
        H5Oopen(handle.id, child, ch_default())
      }
      let kind = HDF5Library.locked { () -> H5I_type_t in
        defer { H5Oclose(object) }
        return H5Iget_type(object)
      }
      if kind == H5I_GROUP { try collect(child, into: &found) }
      if kind == H5I_DATASET { found.append(child) }
    }
  }
}
