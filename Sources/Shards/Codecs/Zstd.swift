internal import CZstd

/// Zstandard frames (RFC 8878) with the content checksum (XXH64) that every reader verifies.
enum Zstd {
  struct Failure: Error, Hashable {
    var message: String
  }

  /// One frame that holds `bytes`.
  static func compress(_ bytes: UnsafeRawBufferPointer, level: Int) throws(Failure) -> [UInt8] {
    guard let context = ZSTD_createCCtx() else { throw Failure(message: "out of memory") }
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    let bound = ZSTD_compressBound(bytes.count)
    var code = 0
    let frame = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      code = ZSTD_compress2(context, buffer.baseAddress, bound, bytes.baseAddress, bytes.count)
      count = ZSTD_isError(code) == 0 ? code : 0
    }
    guard ZSTD_isError(code) == 0 else {
      throw Failure(message: String(cString: ZSTD_getErrorName(code)))
    }
    return frame
  }

  /// Decompresses one frame that must fill `output` to the last byte; verifies its checksum.
  static func decompress(
    _ frame: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Failure) {
    let code = ZSTD_decompress(output.baseAddress, output.count, frame.baseAddress, frame.count)
    guard ZSTD_isError(code) == 0 else {
      throw Failure(message: String(cString: ZSTD_getErrorName(code)))
    }
    guard code == output.count else {
      throw Failure(message: "the frame holds \(code) bytes, not \(output.count)")
    }
  }
}
