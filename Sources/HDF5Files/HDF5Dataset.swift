import Arrays
internal import CHDF5

/// One open data set, chunked along its first axis: a chunk holds `rowsPerChunk` whole rows.
package final class HDF5Dataset: Sendable {
  /// What its bytes mean and how they are packed.
  package struct Layout: Hashable, Sendable {
    package var cell: CellType
    /// Of one row: all axes but the first.
    package var shape: [Int]
    package var rowsPerChunk: Int
    /// What packs the chunks, in the order of writing.
    package var filters: [HDF5Filter]

    package init(cell: CellType, shape: [Int], rowsPerChunk: Int, filters: [HDF5Filter]) {
      self.cell = cell
      self.shape = shape
      self.rowsPerChunk = rowsPerChunk
      self.filters = filters
    }

    package var rowBytes: Int { shape.reduce(cell.size, *) }
    package var chunkBytes: Int { rowBytes * rowsPerChunk }
  }

  /// Where a packed chunk stands in the file, in bytes.
  package struct Chunk: Hashable, Sendable {
    package var offset: UInt64
    package var size: Int
  }

  package let file: HDF5File
  package let path: String
  package let layout: Layout
  private let handle: HDF5Handle

  private var subject: String { "\(file.path):\(path)" }
  private var rank: Int { layout.shape.count + 1 }

  private init(
    _ file: HDF5File, _ path: String, _ layout: Layout, _ handle: consuming HDF5Handle
  ) {
    self.file = file
    self.path = path
    self.layout = layout
    self.handle = handle
  }

  // MARK: Creating

  /// Creates a data set without rows, and the groups above it.
  package static func create(
    _ path: String, _ layout: Layout, in file: HDF5File
  ) throws(HDF5Error) -> HDF5Dataset {
    let subject = "\(file.path):\(path)"
    try file.makeGroups(above: path)
    let properties = try creationProperties(layout, subject)
    let propertiesID = properties.id
    let sizes = [0] + layout.shape.map { hsize_t($0) }
    let largest = [ch_unlimited()] + layout.shape.map { hsize_t($0) }
    let space = try HDF5Handle(.dataspace, "describe", on: subject) {
      H5Screate_simple(Int32(sizes.count), sizes, largest)
    }
    let spaceID = space.id
    func make(_ type: hid_t) throws(HDF5Error) -> HDF5Handle {
      try HDF5Handle(.dataset, "create", on: subject) {
        H5Dcreate2(file.id, path, type, spaceID, ch_default(), propertiesID, ch_default())
      }
    }
    switch layout.cell {
    case .number(let type): return HDF5Dataset(file, path, layout, try make(type.identifier))
    case .text(let bytes):
      let type = try HDF5Handle.text(bytes: bytes, on: subject)
      return HDF5Dataset(file, path, layout, try make(type.id))
    }
  }

  private static func creationProperties(
    _ layout: Layout, _ subject: String
  ) throws(HDF5Error) -> HDF5Handle {
    let properties = try HDF5Handle(.properties, "prepare", on: subject) {
      H5Pcreate(ch_dataset_create())
    }
    let id = properties.id
    let sizes = [hsize_t(layout.rowsPerChunk)] + layout.shape.map { hsize_t($0) }
    try HDF5Library.call("prepare", on: subject) { H5Pset_chunk(id, Int32(sizes.count), sizes) }
    try HDF5Library.call("prepare", on: subject) { H5Pset_obj_track_times(id, false) }
    for filter in layout.filters {
      let values = filter.values
      try HDF5Library.call("prepare", on: subject) {
        H5Pset_filter(id, filter.identifier, filter.flags, values.count, values)
      }
    }
    return properties
  }

  // MARK: Opening

  /// HDF5 keeps the size of a chunk in 32 bits.
  private static let largestChunkBytes: hsize_t = 1 << 32 - 1

  /// A data set that is there but not as this module writes them.
  package struct Unusable: Error, Hashable {
    package var message: String

    package init(message: String) { self.message = message }
  }

  /// Opens a data set and reads how it is laid out.
  ///
  /// - Returns: the data set and the number of its rows.
  /// - Throws: `HDF5Error`, or `Unusable` when the layout is none of ours.
  package static func open(
    _ path: String, in file: HDF5File
  ) throws -> (dataset: HDF5Dataset, rows: Int) {
    let subject = "\(file.path):\(path)"
    let handle = try HDF5Handle(.dataset, "open", on: subject) {
      H5Dopen2(file.id, path, ch_default())
    }
    let id = handle.id
    let space = try HDF5Handle(.dataspace, "read", on: subject) { H5Dget_space(id) }
    let properties = try HDF5Handle(.properties, "read", on: subject) { H5Dget_create_plist(id) }
    let type = try HDF5Handle(.datatype, "read", on: subject) { H5Dget_type(id) }
    let (spaceID, propertiesID, typeID) = (space.id, properties.id, type.id)

    let rank = Int(
      try HDF5Library.call("read", on: subject) { H5Sget_simple_extent_ndims(spaceID) })
    guard rank > 0 else { throw Unusable(message: "has no axis") }
    var sizes = [hsize_t](repeating: 0, count: rank)
    try HDF5Library.call("read", on: subject) { H5Sget_simple_extent_dims(spaceID, &sizes, nil) }
    guard HDF5Library.locked({ H5Pget_layout(propertiesID) }) == H5D_CHUNKED else {
      throw Unusable(message: "is not chunked")
    }
    var chunk = [hsize_t](repeating: 0, count: rank)
    let axes = try HDF5Library.call("read", on: subject) {
      H5Pget_chunk(propertiesID, Int32(rank), &chunk)
    }
    guard Int(axes) == rank else {
      throw Unusable(message: "has \(rank) axes, and chunks of \(axes)")
    }
    guard chunk.dropFirst() == sizes.dropFirst(), let rowsPerChunk = chunk.first else {
      throw Unusable(message: "has chunks of \(chunk), which do not hold whole rows of \(sizes)")
    }
    let cell = try cellType(typeID)
    let chunkBytes = chunk.reduce(hsize_t(cell.size)) {
      let (product, isTooLarge) = $0.multipliedReportingOverflow(by: $1)
      return isTooLarge ? .max : product
    }
    guard chunkBytes <= largestChunkBytes, sizes[0] <= hsize_t(Int.max / max(cell.size, 1)) else {
      throw Unusable(message: "has the shape \(sizes) in chunks of \(chunk), more than HDF5 allows")
    }
    let layout = Layout(
      cell: cell, shape: sizes.dropFirst().map { Int($0) }, rowsPerChunk: Int(rowsPerChunk),
      filters: try HDF5Filter.all(of: propertiesID, subject))
    return (HDF5Dataset(file, path, layout, handle), Int(sizes[0]))
  }

  private static func cellType(_ type: hid_t) throws -> CellType {
    let found = HDF5Library.locked { () -> CellType? in
      if H5Tget_class(type) == H5T_STRING {
        return H5Tis_variable_str(type) > 0 ? nil : .text(bytes: H5Tget_size(type))
      }
      return ElementType.allCases.first { H5Tequal(type, $0.identifier) > 0 }.map { .number($0) }
    }
    guard let found else {
      throw Unusable(message: "holds cells of a type that shards do not have")
    }
    return found
  }

  // MARK: Writing

  /// Grows the first axis.
  package func setRowCount(_ rows: Int) throws(HDF5Error) {
    let id = handle.id
    let sizes = [hsize_t(rows)] + layout.shape.map { hsize_t($0) }
    try HDF5Library.call("grow", on: subject) { H5Dset_extent(id, sizes) }
  }

  /// Writes a chunk that is packed already, past HDF5's filters.
  package func writePacked(
    _ chunk: UnsafeRawBufferPointer, atRow row: Int
  ) throws(HDF5Error) {
    let id = handle.id
    let start = [hsize_t(row)] + layout.shape.map { _ in 0 }
    try HDF5Library.call("write", on: subject) {
      H5Dwrite_chunk(id, ch_default(), 0, start, chunk.count, chunk.baseAddress)
    }
  }

  /// Writes rows through HDF5's filters.
  package func write(_ bytes: UnsafeRawBufferPointer, atRow row: Int) throws(HDF5Error) {
    let rows = bytes.count / layout.rowBytes
    guard let start = bytes.baseAddress, rows > 0 else { return }
    try transfer(row..<(row + rows)) { id, type, memory, file in
      H5Dwrite(id, type, memory, file, ch_default(), start)
    }
  }

  // MARK: Reading

  /// Reads rows through HDF5's filters, which verify Fletcher-32 checksums.
  package func read(
    _ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer
  ) throws(HDF5Error) {
    guard let start = bytes.baseAddress, !rows.isEmpty else { return }
    try transfer(rows) { id, type, memory, file in
      H5Dread(id, type, memory, file, ch_default(), start)
    }
  }

  private func transfer(
    _ rows: Range<Int>, _ body: (hid_t, hid_t, hid_t, hid_t) -> herr_t
  ) throws(HDF5Error) {
    let id = handle.id
    let name = "access samples of"
    let count = [hsize_t(rows.count)] + layout.shape.map { hsize_t($0) }
    let start = [hsize_t(rows.lowerBound)] + layout.shape.map { _ in 0 }
    let file = try HDF5Handle(.dataspace, name, on: subject) { H5Dget_space(id) }
    let memory = try HDF5Handle(.dataspace, name, on: subject) {
      H5Screate_simple(Int32(count.count), count, nil)
    }
    let type = try HDF5Handle(.datatype, name, on: subject) { H5Dget_type(id) }
    let (fileID, memoryID, typeID) = (file.id, memory.id, type.id)
    try HDF5Library.call(name, on: subject) {
      H5Sselect_hyperslab(fileID, H5S_SELECT_SET, start, nil, count, nil)
    }
    try HDF5Library.call(name, on: subject) { body(id, typeID, memoryID, fileID) }
  }

  /// Where the packed chunks of the first `rows` rows stand in the file.
  package func chunks(rows: Int) throws -> [Chunk] {
    let id = handle.id
    var chunks: [Chunk] = []
    chunks.reserveCapacity((rows + layout.rowsPerChunk - 1) / layout.rowsPerChunk)
    var start = [hsize_t](repeating: 0, count: rank)
    // Nothing is read into it; its room is for a library that reads nevertheless.
    var buffer: [UInt8] = []
    for row in stride(from: 0, to: rows, by: layout.rowsPerChunk) {
      start[0] = hsize_t(row)
      var size: hsize_t = 0
      try HDF5Library.call("find samples of", on: subject) {
        H5Dget_chunk_storage_size(id, start, &size)
      }
      guard size > 0, size <= Zstd.bound(layout.chunkBytes) else {
        throw Unusable(message: "has \(size) bytes for the chunk of row \(row)")
      }
      if buffer.count < size { buffer = [UInt8](repeating: 0, count: Int(size)) }
      var mask: UInt32 = 0
      let place = HDF5Library.locked {
        GuardedDriver.place { H5Dread_chunk(id, ch_default(), start, &mask, &buffer) }
      }
      if let place, place.size == Int(size), mask == 0 {
        chunks.append(place)
      } else {
        chunks.append(try walkToChunk(start.map { UInt64($0) }))
      }
    }
    return chunks
  }

  /// The same of the chunk that starts at the cell `start`, by the library's own slow way.
  package func walkToChunk(_ start: [UInt64]) throws -> Chunk {
    let id = handle.id
    let start = start.map { hsize_t($0) }
    var (address, size, mask): (haddr_t, hsize_t, UInt32) = (ch_no_address(), 0, 0)
    try HDF5Library.call("find samples of", on: subject) {
      H5Dget_chunk_info_by_coord(id, start, &mask, &address, &size)
    }
    guard address != ch_no_address(), mask == 0 else {
      throw Unusable(message: "lacks the chunk of row \(start[0])")
    }
    return Chunk(offset: UInt64(address), size: Int(size))
  }

  // MARK: Attributes

  package func setAttribute(_ name: String, _ value: AttributeValue) throws(HDF5Error) {
    try file.setAttribute(name, value, on: path)
  }

  package func attribute(_ name: String) throws(HDF5Error) -> AttributeValue? {
    try file.attribute(name, on: path)
  }
}
