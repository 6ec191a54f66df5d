package import Arrays
internal import CHDF5
import Foundation

/// A data set of any HDF5 file: its form, and its values as numbers, texts or references.
package final class HDF5Array: Sendable {
  /// What one of its values is.
  package enum Cell: Hashable, Sendable {
    /// Numbers, converted to the smallest type that holds all values of the stored one.
    case number(ElementType)
    case text
    case reference
    /// Something else, in words.
    case other(String)
  }

  /// Why it cannot be read, or not as asked.
  package struct Unreadable: Error, Hashable {
    package var message: String
    package var mend: String?
  }

  package let object: HDF5Object
  package let cell: Cell
  package let shape: [Int]
  /// In the order of writing.
  package let filters: [HDF5Filter]
  /// Whether the file holds one value without an axis.
  private let isScalar: Bool
  private let fileBytes: Int

  private var id: hid_t { object.handle.id }
  private var subject: String { object.subject }

  /// - Throws: `HDF5Error`, or `Unreadable` when its values lie outside of the file, when a filter is
  ///   missing, or when what it says of its size cannot be.
  package init(_ object: HDF5Object) throws {
    guard object.kind == .dataset else { throw Unreadable(message: "is no data set") }
    self.object = object
    fileBytes = try object.file.byteCount()
    let (id, subject) = (object.handle.id, object.subject)
    let properties = try HDF5Handle(.properties, "read", on: subject) { H5Dget_create_plist(id) }
    let propertiesID = properties.id
    // First of all: even the shape of a virtual data set is found out by opening other files.
    let storage = HDF5Library.locked { H5Pget_layout(propertiesID) }
    guard storage != H5D_VIRTUAL else {
      throw Unreadable(
        message: "is virtual: its values lie in other files",
        mend: "copy them into one file (h5repack), or name the files that hold them")
    }
    guard HDF5Library.locked({ H5Pget_external_count(propertiesID) }) == 0 else {
      throw Unreadable(
        message: "has its values in another file", mend: "copy them into one file (h5repack)")
    }
    filters = try HDF5Filter.all(of: propertiesID, subject)
    try Self.check(filters)
    let space = try HDF5Handle(.dataspace, "read", on: subject) { H5Dget_space(id) }
    let spaceID = space.id
    switch HDF5Library.locked({ H5Sget_simple_extent_type(spaceID) }) {
    case H5S_SCALAR: isScalar = true
    case H5S_SIMPLE: isScalar = false
    default: throw Unreadable(message: "holds nothing")
    }
    let rank = Int(
      try HDF5Library.call("read", on: subject) { H5Sget_simple_extent_ndims(spaceID) })
    var sizes = [hsize_t](repeating: 0, count: rank)
    if rank > 0 {
      try HDF5Library.call("read", on: subject) { H5Sget_simple_extent_dims(spaceID, &sizes, nil) }
    }
    // With the largest cell, so that no later product overflows.
    guard let total = Self.product(sizes.map { max($0, 1) } + [8]), total <= Int.max else {
      throw Unreadable(message: "has the shape \(sizes), which no file can hold")
    }
    shape = sizes.map { Int($0) }
    let type = try HDF5Handle(.datatype, "read", on: subject) { H5Dget_type(id) }
    let typeID = type.id
    cell = HDF5Library.locked { Self.cell(typeID) }
    let typeBytes = HDF5Library.locked { H5Tget_size(typeID) }
    if storage == H5D_CONTIGUOUS || storage == H5D_COMPACT {
      // The library would read beyond what is there. Nothing at all stands for zeros.
      let stored = HDF5Library.locked { H5Dget_storage_size(id) }
      let isUnwritten = stored == 0 && storage == H5D_CONTIGUOUS
      // In memory a text of variable length has another size than in the file.
      let isVariable = HDF5Library.locked { H5Tis_variable_str(typeID) } > 0
      let cellBytes = isVariable ? try HDF5TextHeaps.placeBytes(object.file) : typeBytes
      let wanted = Self.product(sizes + [hsize_t(cellBytes)]) ?? .max
      guard isUnwritten || stored >= wanted else {
        throw Unreadable(
          message: "has \(stored) bytes for the shape \(shape) of \(cellBytes) bytes each",
          mend: "the file is damaged: copy it again")
      }
    }
    if storage == H5D_CHUNKED {
      // The library never comes back from chunks that have other axes.
      var chunk = [hsize_t](repeating: 0, count: max(rank, 1))
      let axes = try HDF5Library.call("read", on: subject) {
        H5Pget_chunk(propertiesID, Int32(rank), &chunk)
      }
      guard Int(axes) == rank else {
        throw Unreadable(message: "has \(rank) axes, and chunks of \(axes)")
      }
      guard let bytes = Self.product(chunk + [hsize_t(typeBytes)]),
        bytes <= max(1 << 26, UInt64(largestPart))
      else {
        throw Unreadable(message: "has chunks of \(chunk), more than the file can hold")
      }
    }
  }

  private static func product(_ sizes: [hsize_t]) -> hsize_t? {
    var product: hsize_t = 1
    for size in sizes {
      let (next, isTooLarge) = product.multipliedReportingOverflow(by: size)
      if isTooLarge { return nil }
      product = next
    }
    return product
  }

  private static func check(_ filters: [HDF5Filter]) throws(Unreadable) {
    for filter in filters
    where HDF5Library.locked({ H5Zfilter_avail(filter.identifier) }) <= 0 {
      throw Unreadable(
        message: "is packed by a filter that is not here (\(filter.identifier))",
        mend: "repack it (h5repack -f GZIP=4), or point HDF5_PLUGIN_PATH at the filter's plugin")
    }
  }

  /// Bytes that the file can stand for at most: what deflate can make of them where it is the only
  /// filter that packs, much more for the others. What promises more is damaged, or a bomb.
  private var largestPart: Int {
    let isPlain = filters.allSatisfy {
      switch $0 {
      case .shuffle, .fletcher32, .deflate: true
      case .zstd, .other: false
      }
    }
    let (bytes, isTooLarge) = max(fileBytes, 1 << 12).multipliedReportingOverflow(
      by: isPlain ? 1032 : 1 << 15)
    return isTooLarge ? .max : bytes
  }

  // MARK: Types

  private static func cell(_ type: hid_t) -> Cell {
    switch H5Tget_class(type) {
    case H5T_INTEGER: return integer(type)
    case H5T_FLOAT:
      switch H5Tget_size(type) {
      case 2: return .number(.float16)
      case 4: return .number(.float32)
      case 8: return .number(.float64)
      default: return .other("reals of \(H5Tget_size(type)) bytes")
      }
    case H5T_BITFIELD where H5Tget_size(type) == 1: return .number(.uint8)
    case H5T_ENUM: return enumeration(type)
    case H5T_STRING: return .text
    case H5T_REFERENCE:
      return H5Tequal(type, ch_object_reference()) > 0 ? .reference : .other("region references")
    case H5T_COMPOUND: return .other(isComplex(type) ? "complex numbers" : "records of fields")
    case H5T_VLEN: return .other("lists of various lengths")
    case H5T_ARRAY: return .other("arrays as cells")
    case H5T_OPAQUE: return .other("opaque bytes")
    case H5T_BITFIELD: return .other("bit fields")
    default: return .other("a type that HDF5 does not name")
    }
  }

  private static func integer(_ type: hid_t) -> Cell {
    let isSigned = H5Tget_sign(type) != H5T_SGN_NONE
    switch (H5Tget_size(type), isSigned) {
    case (1, false): return .number(.uint8)
    case (1, true), (2, true): return .number(.int16)
    case (2, false): return .number(.uint16)
    case (4, true): return .number(.int32)
    case (4, false), (8, true): return .number(.int64)
    case (8, false): return .number(.uint64)
    default: return .other("whole numbers of \(H5Tget_size(type)) bytes")
    }
  }

  /// Its numbers; of two named FALSE and TRUE, which is how h5py writes bool, a byte.
  private static func enumeration(_ type: hid_t) -> Cell {
    let base = H5Tget_super(type)
    guard base >= 0 else { return .other("an enumeration") }
    defer { H5Tclose(base) }
    if H5Tget_nmembers(type) == 2, memberName(type, 0) == "FALSE", memberName(type, 1) == "TRUE" {
      return .number(.uint8)
    }
    return integer(base)
  }

  private static func isComplex(_ type: hid_t) -> Bool {
    guard H5Tget_nmembers(type) == 2 else { return false }
    return [["r", "i"], ["real", "imag"]].contains([memberName(type, 0), memberName(type, 1)])
  }

  private static func memberName(_ type: hid_t, _ index: UInt32) -> String {
    guard let name = H5Tget_member_name(type, index) else { return "" }
    defer { H5free_memory(name) }
    return String(cString: name)
  }

  // MARK: Parts

  /// Which values are asked for.
  package enum Part: Hashable, Sendable {
    case whole
    /// Those at one place of an axis; that axis is gone from the result.
    case slice(axis: Int, index: Int)
  }

  /// The shape of a part.
  package func shape(of part: Part) -> [Int] {
    guard case .slice(let axis, _) = part else { return shape }
    var shape = shape
    if shape.indices.contains(axis) { shape.remove(at: axis) }
    return shape
  }

  /// The number of values of a part, after checks that it exists and can be held.
  private func count(of part: Part, cellBytes: Int) throws(Unreadable) -> Int {
    if case .slice(let axis, let index) = part {
      guard shape.indices.contains(axis) else { throw Unreadable(message: "has no axis to slice") }
      guard shape[axis] > index, index >= 0 else {
        throw Unreadable(message: "has no row \(index): there are \(shape[axis])")
      }
    }
    let count = shape(of: part).reduce(1, *)
    guard count <= largestPart / cellBytes else {
      throw Unreadable(
        message: "promises \(count) values, more than the \(fileBytes) bytes of the file can hold")
    }
    guard UInt64(count) * UInt64(cellBytes) <= ProcessInfo.processInfo.physicalMemory else {
      throw Unreadable(
        message: "\(count) values of \(cellBytes) bytes exceed the memory of this machine",
        mend: "read it row by row")
    }
    return count
  }

  /// Runs a transfer between a part and memory that holds nothing else.
  private func transfer(
    _ part: Part, _ count: Int, _ body: (hid_t, hid_t) -> herr_t
  ) throws(HDF5Error) {
    guard count > 0 else { return }
    let id = id
    let file = try HDF5Handle(.dataspace, "read", on: subject) { H5Dget_space(id) }
    let fileID = file.id
    if isScalar {
      try HDF5Library.call("read", on: subject) { body(fileID, fileID) }
      return
    }
    var start = [hsize_t](repeating: 0, count: shape.count)
    var size = shape.map { hsize_t($0) }
    if case .slice(let axis, let index) = part {
      start[axis] = hsize_t(index)
      size[axis] = 1
    }
    try HDF5Library.call("read", on: subject) {
      H5Sselect_hyperslab(fileID, H5S_SELECT_SET, start, nil, size, nil)
    }
    let memory = try HDF5Handle(.dataspace, "read", on: subject) {
      H5Screate_simple(Int32(size.count), size, nil)
    }
    let memoryID = memory.id
    try HDF5Library.call("read", on: subject) { body(memoryID, fileID) }
  }

  /// The numbers of a part, in HDF5's own order of axes.
  ///
  /// - Throws: `HDF5Error`, `Unreadable`
  package func numbers(_ part: Part = .whole) throws -> NumberArray {
    guard case .number(let type) = cell else { throw unfit("numbers") }
    let count = try count(of: part, cellBytes: type.size)
    let id = id
    let file = try HDF5Handle(.datatype, "read", on: subject) { H5Dget_type(id) }
    let fileType = file.id
    // HDF5 converts no bit fields: a byte of them is read as it is.
    let isBits = HDF5Library.locked { H5Tget_class(fileType) } == H5T_BITFIELD
    let memoryType = isBits ? fileType : type.identifier
    let bytes = try [UInt8](unsafeUninitializedCapacity: count * type.size) { buffer, filled in
      let start = buffer.baseAddress
      // HDF5 leaves alone what it fails to read.
      buffer.initialize(repeating: 0)
      try transfer(part, count) { memory, file in
        H5Dread(id, memoryType, memory, file, ch_default(), start)
      }
      filled = count * type.size
    }
    return NumberArray(type, bytes, shape: shape(of: part))
  }

  /// The references of the whole data set, in HDF5's own order.
  ///
  /// - Throws: `HDF5Error`, `Unreadable`
  package func references() throws -> [HDF5Reference] {
    guard cell == .reference else { throw unfit("references") }
    let count = try count(of: .whole, cellBytes: MemoryLayout<hobj_ref_t>.size)
    var addresses = [hobj_ref_t](repeating: 0, count: count)
    let id = id
    try transfer(.whole, count) { memory, file in
      H5Dread(id, ch_object_reference(), memory, file, ch_default(), &addresses)
    }
    return addresses.map { HDF5Reference(address: $0) }
  }

  private func unfit(_ wanted: String) -> Unreadable {
    let found =
      switch cell {
      case .number: "numbers"
      case .text: "text"
      case .reference: "references to other data sets"
      case .other(let words): words
      }
    return Unreadable(message: "holds \(found), where \(wanted) are wanted")
  }

  // MARK: Texts

  /// The texts of a part, of fixed or variable length.
  ///
  /// - Throws: `HDF5Error`, `Unreadable`
  package func texts(_ part: Part = .whole) throws -> [String] {
    guard cell == .text else { throw unfit("texts") }
    let id = id
    let type = try HDF5Handle(.datatype, "read", on: subject) { H5Dget_type(id) }
    let typeID = type.id
    if HDF5Library.locked({ H5Tis_variable_str(typeID) }) > 0 {
      return try variableTexts(part)
    }
    let (width, padding) = HDF5Library.locked { (H5Tget_size(typeID), H5Tget_strpad(typeID)) }
    guard width > 0 else { throw Unreadable(message: "holds texts of no bytes") }
    let count = try count(of: part, cellBytes: width)
    var bytes = [UInt8](repeating: 0, count: count * width)
    try transfer(part, count) { memory, file in
      H5Dread(id, typeID, memory, file, ch_default(), &bytes)
    }
    return try (0..<count).map { index in
      var text = bytes[(index * width)..<((index + 1) * width)]
      if padding == H5T_STR_SPACEPAD {
        while text.last == UInt8(ascii: " ") { text.removeLast() }
      } else if padding == H5T_STR_NULLTERM {
        text = text.prefix { $0 != 0 }
      }
      while text.last == 0 { text.removeLast() }
      return try Self.text(text, index)
    }
  }

  private static func text(_ bytes: some Sequence<UInt8>, _ index: Int) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Unreadable(
        message: "the text \(index) is not UTF-8", mend: "save the texts as UTF-8")
    }
    return text
  }

  /// Texts of variable length.
  ///
  /// Where each of them stands is read through HDF5; the heaps are read here, since HDF5 believes
  /// what a damaged file says of them.
  private func variableTexts(_ part: Part) throws -> [String] {
    let heaps = try HDF5TextHeaps(object.file)
    let count = try count(of: part, cellBytes: heaps.placeBytes)
    let type = try HDF5Handle(.datatype, "prepare", on: subject) {
      ch_text_place(heaps.placeBytes)
    }
    var places = [UInt8](repeating: 0, count: count * heaps.placeBytes)
    let (id, typeID) = (id, type.id)
    try transfer(part, count) { memory, file in
      H5Dread(id, typeID, memory, file, ch_default(), &places)
    }
    // Many cells may name one piece of a heap: what they unpack to is bounded here.
    var room = max(1 << 26, fileBytes.multipliedReportingOverflow(by: 4).0)
    return try (0..<count).map { index in
      let start = index * heaps.placeBytes
      let bytes = try heaps.text(at: places[start..<(start + heaps.placeBytes)])
      room -= bytes.count
      guard room >= 0 else {
        throw Unreadable(message: "its texts unpack to more than the file can hold")
      }
      // Some writers count the zero that ends a text.
      return try Self.text(bytes.prefix { $0 != 0 }, index)
    }
  }
}
