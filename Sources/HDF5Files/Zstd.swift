internal import CZstd

/// Zstandard frames (RFC 8878) with the content checksum (XXH64) that every reader verifies.
package enum Zstd {
  package struct Failure: Error, Hashable {
    package var message: String
  }

  /// The name of an error code of the library; `nil` when the code is no error.
  private static func failure(_ code: Int) -> Failure? {
    ZSTD_isError(code) == 0 ? nil : Failure(message: String(cString: ZSTD_getErrorName(code)))
  }

  /// `1.5.4`
  package static var version: String { String(cString: ZSTD_versionString()) }

  /// The largest frame that `count` bytes can become.
  package static func bound(_ count: Int) -> Int { ZSTD_compressBound(count) }

  /// The number of bytes that a frame says it holds; `nil` when it does not say or is none.
  static func contentSize(_ frame: UnsafeRawBufferPointer) -> Int? {
    let size = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
    // Unknown and broken are the two largest numbers; no chunk of HDF5 reaches 4 GiB.
    return size < 1 << 32 ? Int(size) : nil
  }

  /// Packs one buffer after another; for one thread at a time.
  package final class Packer {
    private let context: OpaquePointer

    package init(level: Int) throws(Failure) {
      guard let context = ZSTD_createCCtx() else { throw Failure(message: "out of memory") }
      self.context = context
      ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
      ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Writes one frame that holds `bytes` into `output`, which has room for `bound(bytes.count)`.
    ///
    /// - Returns: the length of the frame.
    package func pack(
      _ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> Int {
      let code = ZSTD_compress2(
        context, output.baseAddress, output.count, bytes.baseAddress, bytes.count)
      if let failure = Zstd.failure(code) { throw failure }
      return code
    }
  }

  /// Unpacks one frame after another; for one thread at a time.
  package final class Unpacker {
    private let context: OpaquePointer

    package init() throws(Failure) {
      guard let context = ZSTD_createDCtx() else { throw Failure(message: "out of memory") }
      self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Unpacks one frame that must fill `output` to the last byte; verifies its checksum.
    package func unpack(
      _ frame: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(Failure) {
      let code = ZSTD_decompressDCtx(
        context, output.baseAddress, output.count, frame.baseAddress, frame.count)
      if let failure = Zstd.failure(code) { throw failure }
      guard code == output.count else {
        throw Failure(message: "the frame holds \(code) bytes, \(output.count) wanted")
      }
      guard Zstd.hasChecksum(frame) else { throw Failure(message: "the frame has no checksum") }
    }
  }

  /// Whether the frame ends in a checksum of its content: bit 2 of the frame header's descriptor.
  /// A flip of that bit alone would otherwise switch the verification off.
  private static func hasChecksum(_ frame: UnsafeRawBufferPointer) -> Bool {
    frame.count > 4 && frame[4] & 0b100 != 0
  }
}
