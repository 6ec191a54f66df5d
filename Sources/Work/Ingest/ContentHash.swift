import Crypto
import Readers

extension SampleRecord {
  /// SHA-256 over the values of all modalities in their order, the first 32 hex digits.
  var content: String {
    var hash = SHA256()
    for values in modalities {
      // The count keeps modalities apart: [1], [2, 3] is not [1, 2], [3].
      var count = UInt64(values?.array.count ?? 0).littleEndian
      withUnsafeBytes(of: &count) { hash.update(bufferPointer: $0) }
      values?.array.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
      values?.times?.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    return hash.finalize().prefix(16).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
