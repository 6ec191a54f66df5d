internal import CHDF5
import Foundation
import Synchronization

/// One open HDF5 file and its objects by path.
///
/// Our own files are written in HDF5's format of version 1.10, where every piece of metadata has a
/// checksum of its own: a damaged file is refused, not misread. Files from outside are of any
/// version. Links to other files are never followed.
package final class HDF5File: Sendable {
  package let path: String
  /// Only used inside calls of `HDF5Library`, which holds the library's lock.
  let id: hid_t
  private let isOpen = Mutex(true)

  /// Creates a file that must not exist yet.
  package static func create(_ path: String) throws(HDF5Error) -> HDF5File {
    let access = try accessProperties(path)
    let creation = try HDF5Handle(.properties, "prepare", on: path) {
      H5Pcreate(ch_file_create())
    }
    let (accessID, creationID) = (access.id, creation.id)
    // Equal contents shall give equal bytes.
    try HDF5Library.call("prepare", on: path) { H5Pset_obj_track_times(creationID, false) }
    return HDF5File(
      path,
      try HDF5Library.call("create", on: path) {
        H5Fcreate(path, ch_create_new(), creationID, accessID)
      })
  }

  /// Opens a finished file to read.
  package static func open(_ path: String) throws(HDF5Error) -> HDF5File {
    let access = try accessProperties(path)
    let accessID = access.id
    return HDF5File(
      path, try HDF5Library.call("open", on: path) { H5Fopen(path, ch_read_only(), accessID) })
  }

  /// Opens a file that somebody else wrote, in any version of the format, to read.
  package static func openForeign(_ path: String) throws(HDF5Error) -> HDF5File {
    let access = try HDF5Handle(.properties, "prepare", on: path) { H5Pcreate(ch_file_access()) }
    let accessID = access.id
    try HDF5Library.useGuardedDriver(accessID, on: path)
    try HDF5Library.call("prepare", on: path) { H5Pset_fclose_degree(accessID, H5F_CLOSE_STRONG) }
    try HDF5Library.call("prepare", on: path) { H5Pset_file_locking(accessID, false, true) }
    // A chunk that holds parts of many rows shall be unpacked once for all of them.
    try HDF5Library.call("prepare", on: path) {
      H5Pset_cache(accessID, 0, 10_007, chunkCacheBytes, 0.75)
    }
    return HDF5File(
      path, try HDF5Library.call("open", on: path) { H5Fopen(path, ch_read_only(), accessID) })
  }

  /// Of each data set that is open in a foreign file.
  private static let chunkCacheBytes = 32 << 20

  private init(_ path: String, _ id: hid_t) {
    self.path = path
    self.id = id
  }

  deinit { try? close() }

  private static func accessProperties(_ path: String) throws(HDF5Error) -> HDF5Handle {
    let properties = try HDF5Handle(.properties, "prepare", on: path) {
      H5Pcreate(ch_file_access())
    }
    let id = properties.id
    try HDF5Library.useGuardedDriver(id, on: path)
    try HDF5Library.call("prepare", on: path) {
      H5Pset_libver_bounds(id, H5F_LIBVER_V110, H5F_LIBVER_V110)
    }
    // Closing the file closes all that was opened in it.
    try HDF5Library.call("prepare", on: path) { H5Pset_fclose_degree(id, H5F_CLOSE_STRONG) }
    // A finished file never changes, and an unfinished one has a name that only its writer knows;
    // some network disks lack locks.
    try HDF5Library.call("prepare", on: path) { H5Pset_file_locking(id, false, true) }
    return properties
  }

  /// Hands all that was written to the operating system and closes the file.
  package func close() throws(HDF5Error) {
    let wasOpen = isOpen.withLock { isOpen in
      defer { isOpen = false }
      return isOpen
    }
    if wasOpen { try HDF5Library.call("close", on: path) { H5Fclose(id) } }
  }

  /// Bytes of the whole file.
  func byteCount() throws(HDF5Error) -> Int {
    var size: hsize_t = 0
    try HDF5Library.call("examine", on: path) { H5Fget_filesize(id, &size) }
    return Int(clamping: size)
  }

  // MARK: Objects

  /// Makes the groups above a data set that do not exist yet.
  func makeGroups(above path: String) throws(HDF5Error) {
    var group = ""
    for name in path.split(separator: "/").dropLast() {
      group += "/\(name)"
      let exists = try HDF5Library.call("find", on: "\(self.path):\(group)") {
        H5Lexists(id, group, ch_default())
      }
      if exists > 0 { continue }
      let properties = try HDF5Handle(.properties, "prepare", on: self.path) {
        H5Pcreate(ch_group_create())
      }
      let propertiesID = properties.id
      try HDF5Library.call("prepare", on: self.path) {
        H5Pset_obj_track_times(propertiesID, false)
      }
      _ = try HDF5Handle(.group, "create", on: "\(self.path):\(group)") {
        H5Gcreate2(id, group, ch_default(), propertiesID, ch_default())
      }
    }
  }

  /// Paths of all data sets, sorted.
  package func datasets() throws(HDF5Error) -> [String] {
    var found: [String] = []
    try collect("/", into: &found)
    return found.sorted()
  }

  private func collect(_ group: String, into found: inout [String]) throws(HDF5Error) {
    for name in try names(in: group) {
      let child = group == "/" ? "/\(name)" : "\(group)/\(name)"
      let object = try HDF5Handle(.object, "open", on: "\(path):\(child)") {
        H5Oopen(id, child, ch_default())
      }
      let objectID = object.id
      let kind = HDF5Library.locked { H5Iget_type(objectID) }
      if kind == H5I_GROUP { try collect(child, into: &found) }
      if kind == H5I_DATASET { found.append(child) }
    }
  }

  private func names(in group: String) throws(HDF5Error) -> [String] {
    let subject = "\(path):\(group)"
    let handle = try HDF5Handle(.group, "open", on: subject) { H5Gopen2(id, group, ch_default()) }
    let groupID = handle.id
    var info = H5G_info_t()
    try HDF5Library.call("list", on: subject) { H5Gget_info(groupID, &info) }
    var names: [String] = []
    for index in 0..<info.nlinks {
      let length = try HDF5Library.call("list", on: subject) {
        H5Lget_name_by_idx(
          groupID, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, ch_default())
      }
      var bytes = [CChar](repeating: 0, count: Int(length) + 1)
      try HDF5Library.call("list", on: subject) {
        H5Lget_name_by_idx(
          groupID, ".", H5_INDEX_NAME, H5_ITER_INC, index, &bytes, bytes.count, ch_default())
      }
      names.append(String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
    return names
  }
}
