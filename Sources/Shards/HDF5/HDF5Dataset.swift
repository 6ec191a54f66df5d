import Arrays
internal import CHDF5

/// One open data set, chunked along its first axis: a chunk holds `rowsPerChunk` whole rows.
final class HDF5Dataset: Sendable {
  /// What its bytes mean and how they are packed.
  struct Layout: Hashable, Sendable {
    var cell: CellType
    /// Of one row: all axes but the first.
    var shape: [Int]
    var rowsPerChunk: Int
    var compression: Compression
    /// Whether numbers are byte-shuffled before they are packed.
    var isShuffled: Bool

    var rowBytes: Int { shape.reduce(cell.size, *) }
    var chunkBytes: Int { rowBytes * rowsPerChunk }
  }

  /// Where a packed chunk stands in the file, in bytes.
  struct Chunk: Hashable, Sendable {
    var offset: UInt64
    var size: Int
  }

  let file: HDF5File
  let path: String
  let layout: Layout
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
  static func create(
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
    if layout.isShuffled {
      try HDF5Library.call("prepare", on: subject) { H5Pset_shuffle(id) }
    }
    switch layout.compression {
    case .zstd:
      let level = [UInt32(Compression.zstdLevel)]
      try HDF5Library.call("prepare", on: subject) {
        H5Pset_filter(id, ZstdFilter.identifier, ch_mandatory(), level.count, level)
      }
    case .gzip:
      try HDF5Library.call("prepare", on: subject) { H5Pset_deflate(id, Compression.gzipLevel) }
      try HDF5Library.call("prepare", on: subject) { H5Pset_fletcher32(id) }
    case .none:
      try HDF5Library.call("prepare", on: subject) { H5Pset_fletcher32(id) }
    }
    return properties
  }

  // MARK: Opening

  /// A data set that is there but not as this module writes them.
  struct Unusable: Error, Hashable {
    var message: String
  }

  /// Opens a data set and reads how it is laid out.
  ///
  /// - Returns: the data set and the number of its rows.
  /// - Throws: `HDF5Error`, or `Unusable` when the layout is none of ours.
  static func open(_ path: String, in file: HDF5File) throws -> (dataset: HDF5Dataset, rows: Int) {
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
    try HDF5Library.call("read", on: subject) { H5Pget_chunk(propertiesID, Int32(rank), &chunk) }
    guard chunk.dropFirst() == sizes.dropFirst(), let rowsPerChunk = chunk.first else {
      throw Unusable(message: "has chunks of \(chunk), which do not hold whole rows of \(sizes)")
    }
    let filters = try filters(propertiesID, subject)
    let layout = Layout(
      cell: try cellType(typeID), shape: sizes.dropFirst().map { Int($0) },
      rowsPerChunk: Int(rowsPerChunk), compression: filters.compression,
      isShuffled: filters.isShuffled)
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

  private static func filters(
    _ properties: hid_t, _ subject: String
  ) throws -> (compression: Compression, isShuffled: Bool) {
    let count = try HDF5Library.call("read", on: subject) { H5Pget_nfilters(properties) }
    var filters: [H5Z_filter_t] = []
    for index in 0..<UInt32(count) {
      var (flags, configuration): (UInt32, UInt32) = (0, 0)
      var valueCount = 0
      filters.append(
        try HDF5Library.call("read", on: subject) {
          H5Pget_filter2(properties, index, &flags, &valueCount, nil, 0, nil, &configuration)
        })
    }
    let isShuffled = filters.first == H5Z_FILTER_SHUFFLE
    switch isShuffled ? Array(filters.dropFirst()) : filters {
    case [ZstdFilter.identifier]: return (.zstd, isShuffled)
    case [H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32]: return (.gzip, isShuffled)
    case [H5Z_FILTER_FLETCHER32]: return (.none, isShuffled)
    default: throw Unusable(message: "is packed by filters \(filters), not as shards are")
    }
  }

  // MARK: Writing

  /// Grows the first axis.
  func setRowCount(_ rows: Int) throws(HDF5Error) {
    let id = handle.id
    let sizes = [hsize_t(rows)] + layout.shape.map { hsize_t($0) }
    try HDF5Library.call("grow", on: subject) { H5Dset_extent(id, sizes) }
  }

  /// Writes a chunk that is packed already, past HDF5's filters.
  func writePacked(_ chunk: UnsafeRawBufferPointer, atRow row: Int) throws(HDF5Error) {
    let id = handle.id
    let start = [hsize_t(row)] + layout.shape.map { _ in 0 }
    try HDF5Library.call("write", on: subject) {
      H5Dwrite_chunk(id, ch_default(), 0, start, chunk.count, chunk.baseAddress)
    }
  }

  /// Writes rows through HDF5's filters.
  func write(_ bytes: UnsafeRawBufferPointer, atRow row: Int) throws(HDF5Error) {
    let rows = bytes.count / layout.rowBytes
    guard let start = bytes.baseAddress, rows > 0 else { return }
    try transfer(row..<(row + rows)) { id, type, memory, file in
      H5Dwrite(id, type, memory, file, ch_default(), start)
    }
  }

  // MARK: Reading

  /// Reads rows through HDF5's filters, which verify Fletcher-32 checksums.
  func read(_ rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) throws(HDF5Error) {
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
  func chunks(rows: Int) throws -> [Chunk] {
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
  func walkToChunk(_ start: [UInt64]) throws -> Chunk {
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

  func setAttribute(_ name: String, _ value: AttributeValue) throws(HDF5Error) {
    try file.setAttribute(name, value, on: path)
  }

  func attribute(_ name: String) throws(HDF5Error) -> AttributeValue? {
    try file.attribute(name, on: path)
  }
}
