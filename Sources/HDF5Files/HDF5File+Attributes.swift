import Arrays
internal import CHDF5
import Foundation

/// The value of an attribute.
package enum AttributeValue: Hashable, Sendable {
  case text(String)
  case texts([String])
  case integer(Int)
  case real(Double)

  package var text: String? { if case .text(let text) = self { text } else { nil } }
  package var texts: [String]? { if case .texts(let texts) = self { texts } else { nil } }
  package var integer: Int? { if case .integer(let number) = self { number } else { nil } }
  package var real: Double? { if case .real(let number) = self { number } else { nil } }
}

/// Attributes of a file and its data sets.
///
/// Text has a fixed length, filled up with zeros, in UTF-8: it then stands in the object's header,
/// which has a checksum. Text of variable length would stand in a heap, which has none.
extension HDF5File {
  /// Sets an attribute of the object at `object`; `/` is the file itself.
  package func setAttribute(
    _ name: String, _ value: AttributeValue, on object: String
  ) throws(HDF5Error) {
    let subject = "\(path):\(object)@\(name)"
    switch value {
    case .text(let text): try write(name, on: object, subject, texts: [text], isScalar: true)
    case .texts(let texts): try write(name, on: object, subject, texts: texts, isScalar: false)
    case .integer(let number):
      let number = Int64(number)
      try write(
        name, on: object, subject, type: ElementType.int64.identifier, count: nil,
        withUnsafeBytes(of: number) { [UInt8]($0) })
    case .real(let number):
      try write(
        name, on: object, subject, type: ElementType.float64.identifier, count: nil,
        withUnsafeBytes(of: number) { [UInt8]($0) })
    }
  }

  private func write(
    _ name: String, on object: String, _ subject: String, texts: [String], isScalar: Bool
  ) throws(HDF5Error) {
    let width = FixedText.width(longest: texts.map(\.utf8.count).max() ?? 0, step: 1)
    let type = try HDF5Handle.text(bytes: width, on: subject)
    let typeID = type.id
    let bytes = FixedText.bytes(texts, width: width)
    try write(name, on: object, subject, type: typeID, count: isScalar ? nil : texts.count, bytes)
  }

  private func write(
    _ name: String, on object: String, _ subject: String, type: hid_t, count: Int?,
    _ bytes: [UInt8]
  ) throws(HDF5Error) {
    let space = try HDF5Handle(.dataspace, "describe", on: subject) {
      guard let count else { return H5Screate(H5S_SCALAR) }
      var size = hsize_t(count)
      return H5Screate_simple(1, &size, nil)
    }
    let spaceID = space.id
    let attribute = try HDF5Handle(.attribute, "create", on: subject) {
      H5Acreate_by_name(
        id, object, name, type, spaceID, ch_default(), ch_default(), ch_default())
    }
    let attributeID = attribute.id
    // An empty list has nothing to write.
    guard count != 0 else { return }
    try HDF5Library.call("write", on: subject) { H5Awrite(attributeID, type, bytes) }
  }

  /// The attribute; `nil` when the object has none of this name, or one of another type than ours.
  package func attribute(
    _ name: String, on object: String
  ) throws(HDF5Error) -> AttributeValue? {
    try Self.attribute(name, of: id, object, "\(path):\(object)@\(name)")
  }

  /// The attribute of the object that is called `object` from `id` on; `.` is that one itself.
  static func attribute(
    _ name: String, of id: hid_t, _ object: String, _ subject: String
  ) throws(HDF5Error) -> AttributeValue? {
    let exists = try HDF5Library.call("find", on: subject) {
      H5Aexists_by_name(id, object, name, ch_default())
    }
    guard exists > 0 else { return nil }
    let attribute = try HDF5Handle(.attribute, "open", on: subject) {
      H5Aopen_by_name(id, object, name, ch_default(), ch_default())
    }
    return try value(attribute.id, subject)
  }

  private static let largestAttributeBytes = 64 << 20

  private static func value(
    _ attribute: hid_t, _ subject: String
  ) throws(HDF5Error) -> AttributeValue? {
    let type = try HDF5Handle(.datatype, "read", on: subject) { H5Aget_type(attribute) }
    let space = try HDF5Handle(.dataspace, "read", on: subject) { H5Aget_space(attribute) }
    let (typeID, spaceID) = (type.id, space.id)
    let count = Int(
      try HDF5Library.call("read", on: subject) { H5Sget_simple_extent_npoints(spaceID) })
    let isScalar = HDF5Library.locked { H5Sget_simple_extent_type(spaceID) } == H5S_SCALAR
    switch HDF5Library.locked({ H5Tget_class(typeID) }) {
    case H5T_INTEGER where isScalar:
      var number: Int64 = 0
      try HDF5Library.call("read", on: subject) { H5Aread(attribute, ch_int64(), &number) }
      return .integer(Int(number))
    case H5T_FLOAT where isScalar:
      var number = 0.0
      try HDF5Library.call("read", on: subject) { H5Aread(attribute, ch_double(), &number) }
      return .real(number)
    case H5T_STRING where HDF5Library.locked({ H5Tis_variable_str(typeID) }) == 0:
      let width = HDF5Library.locked { H5Tget_size(typeID) }
      guard count > 0 else { return .texts([]) }
      guard count <= largestAttributeBytes / max(width, 1) else {
        throw HDF5Error(call: "read", subject: subject, message: "an attribute of that size")
      }
      var bytes = [UInt8](repeating: 0, count: count * width)
      try HDF5Library.call("read", on: subject) { H5Aread(attribute, typeID, &bytes) }
      let texts = bytes.withUnsafeBytes { FixedText.texts($0, width: width) }
      return isScalar ? .text(texts.first ?? "") : .texts(texts)
    default: return nil
    }
  }

  /// The attributes of text that the object has, by name.
  package func textAttributes(of object: String) throws(HDF5Error) -> [String: String] {
    let subject = "\(path):\(object)"
    let handle = try HDF5Handle(.object, "open", on: subject) { H5Oopen(id, object, ch_default()) }
    let objectID = handle.id
    let count = try HDF5Library.call("read", on: subject) { ch_attribute_count(objectID) }
    var found: [String: String] = [:]
    for index in 0..<hsize_t(count) {
      let attribute = try HDF5Handle(.attribute, "open", on: subject) {
        H5Aopen_by_idx(
          objectID, ".", H5_INDEX_NAME, H5_ITER_INC, index, ch_default(), ch_default())
      }
      let attributeID = attribute.id
      let length = try HDF5Library.call("read", on: subject) { H5Aget_name(attributeID, 0, nil) }
      var bytes = [CChar](repeating: 0, count: length + 1)
      try HDF5Library.call("read", on: subject) { H5Aget_name(attributeID, bytes.count, &bytes) }
      let name = String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
      if case .text(let text)? = try Self.value(attributeID, "\(subject)@\(name)") {
        found[name] = text
      }
    }
    return found
  }
}

extension HDF5Handle {
  /// The type of UTF-8 text in `bytes` bytes, ended by a zero, as h5dump shows best.
  static func text(bytes: Int, on subject: String) throws(HDF5Error) -> HDF5Handle {
    let type = try HDF5Handle(.datatype, "describe", on: subject) { H5Tcopy(ch_c_string()) }
    let id = type.id
    try HDF5Library.call("describe", on: subject) { H5Tset_size(id, bytes) }
    try HDF5Library.call("describe", on: subject) { H5Tset_cset(id, H5T_CSET_UTF8) }
    try HDF5Library.call("describe", on: subject) { H5Tset_strpad(id, H5T_STR_NULLTERM) }
    return type
  }
}

/// Texts in a fixed number of UTF-8 bytes each, filled up with at least one zero.
package enum FixedText {
  /// The bytes of a cell for a text of up to `longest` bytes: a multiple of `step`.
  package static func width(longest: Int, step: Int) -> Int { (longest + step) / step * step }

  package static func bytes(_ texts: [String], width: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(texts.count * width)
    for text in texts {
      bytes.append(contentsOf: text.utf8)
      bytes.append(contentsOf: repeatElement(0, count: width - text.utf8.count))
    }
    return bytes
  }

  package static func texts(_ bytes: UnsafeRawBufferPointer, width: Int) -> [String] {
    guard width > 0 else { return [] }
    return stride(from: 0, to: bytes.count - width + 1, by: width).map { start in
      let cell = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + width)])
      let length = cell.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
      return String(decoding: cell.prefix(length), as: UTF8.self)
    }
  }
}
