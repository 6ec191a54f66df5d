import Tensors

/// The format of Hugging Face's safetensors: the length of the header (u64, little-endian), the
/// header (JSON, padded with spaces to 8 bytes), then the values one after another.
/// Source: https://github.com/huggingface/safetensors#format
enum Safetensors {
  /// - Parameters:
  ///   - tensors: written as float32, in their order.
  ///   - metadata: free texts.
  static func bytes(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String]
  ) throws -> [UInt8] {
    struct Entry: Encodable {
      var dtype = "F32"
      var shape: [Int]
      // swift-format-ignore: AlwaysUseLowerCamelCase
      var data_offsets: [Int]
    }
    var entries: [String] = ["\"__metadata__\":\(try JSON.text(metadata))"]
    var values: [UInt8] = []
    for (name, tensor) in tensors {
      let start = values.count
      let floats = try tensor.floats()
      floats.withUnsafeBytes { values += $0 }
      let entry = Entry(shape: tensor.shape, data_offsets: [start, values.count])
      entries.append("\(try JSON.text(name)):\(try JSON.text(entry))")
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(0x20) }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return length + header + values
  }
}
