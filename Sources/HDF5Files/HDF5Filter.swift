internal import CHDF5

/// One of the steps through which HDF5 passes a chunk on its way to the file.
package enum HDF5Filter: Hashable, Sendable {
  /// The first bytes of all numbers, then their second bytes, ….
  case shuffle
  case deflate(level: UInt32)
  /// A checksum that HDF5 verifies when it reads.
  case fletcher32
  /// Zstandard frames: registered filter 32015.
  case zstd(level: UInt32)
  case other(Int32)

  var identifier: H5Z_filter_t {
    switch self {
    case .shuffle: H5Z_FILTER_SHUFFLE
    case .deflate: H5Z_FILTER_DEFLATE
    case .fletcher32: H5Z_FILTER_FLETCHER32
    case .zstd: ZstdFilter.identifier
    case .other(let identifier): identifier
    }
  }

  /// Whether a chunk may go without it, as one that gets no smaller does; as HDF5's own calls set it.
  var flags: UInt32 {
    switch self {
    case .shuffle, .deflate: ch_optional()
    case .fletcher32, .zstd, .other: ch_mandatory()
    }
  }

  /// What a writer tells the filter.
  var values: [UInt32] {
    switch self {
    case .deflate(let level), .zstd(let level): [level]
    case .shuffle, .fletcher32, .other: []
    }
  }

  private init(_ identifier: H5Z_filter_t, _ values: [UInt32]) {
    switch identifier {
    case H5Z_FILTER_SHUFFLE: self = .shuffle
    case H5Z_FILTER_DEFLATE: self = .deflate(level: values.first ?? 6)
    case H5Z_FILTER_FLETCHER32: self = .fletcher32
    case ZstdFilter.identifier: self = .zstd(level: values.first ?? 3)
    default: self = .other(identifier)
    }
  }

  /// The filters of a data set, in the order of writing.
  static func all(of properties: hid_t, _ subject: String) throws(HDF5Error) -> [HDF5Filter] {
    let count = try HDF5Library.call("read", on: subject) { H5Pget_nfilters(properties) }
    var filters: [HDF5Filter] = []
    for index in 0..<UInt32(count) {
      var (flags, configuration): (UInt32, UInt32) = (0, 0)
      var values = [UInt32](repeating: 0, count: 8)
      var valueCount = values.count
      let identifier = try HDF5Library.call("read", on: subject) {
        H5Pget_filter2(
          properties, index, &flags, &valueCount, &values, 0, nil, &configuration)
      }
      filters.append(HDF5Filter(identifier, Array(values.prefix(valueCount))))
    }
    return filters
  }
}
