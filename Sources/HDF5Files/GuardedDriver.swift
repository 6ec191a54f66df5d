internal import CHDF5
import Foundation

/// HDF5's usual file driver, with failing writes kept from HDF5, and with an ear on its reads.
///
/// A file that HDF5 cannot flush stays half closed inside the library, which then trips over it. So
/// HDF5 is told that all went well, and `HDF5Library.call` throws what really happened.
///
/// Where a packed chunk stands in the file, versions 1.10 and 1.12 only tell by a walk over all
/// chunks. But they find it at once when they are asked to read it: then the driver takes note of
/// the place, and reads nothing.
///
/// What a damaged heap of texts says, HDF5 believes, up to reading and writing beyond its buffers. So
/// it never gets one: `HDF5TextHeaps` reads texts, and virtual data sets, which need one to be opened
/// at all, are refused.
enum GuardedDriver {
  // Only touched while the lock of `HDF5Library` is held.
  nonisolated(unsafe) private static var original: H5FD_class_t?
  nonisolated(unsafe) private static var code: Int32 = 0

  /// Registers the driver; to be called once.
  ///
  /// - Returns: its identifier; negative when HDF5 refuses.
  static func register() -> hid_t {
    let access = H5Pcreate(ch_file_access())
    defer { H5Pclose(access) }
    guard H5Pset_fapl_sec2(access) >= 0,
      let file = H5FDopen("/dev/null", ch_read_only(), access, haddr_t(Int.max))
    else { return -1 }
    defer { H5FDclose(file) }
    guard var driver = file.pointee.cls?.pointee else { return -1 }
    original = driver
    driver.write = { file, type, transfer, address, size, bytes in
      GuardedDriver.watch { $0.write?(file, type, transfer, address, size, bytes) }
    }
    driver.read = { file, type, transfer, address, size, bytes in
      if GuardedDriver.isListening {
        GuardedDriver.heard.append(HDF5Dataset.Chunk(offset: UInt64(address), size: size))
        return 0
      }
      let status = GuardedDriver.original?.read?(file, type, transfer, address, size, bytes) ?? -1
      if status >= 0, GuardedDriver.isHeap(bytes, size) {
        GuardedDriver.hasMetHeap = true
        return -1
      }
      return status
    }
    driver.truncate = { file, transfer, isClosing in
      GuardedDriver.watch { $0.truncate?(file, transfer, isClosing) }
    }
    driver.flush = { file, transfer, isClosing in
      GuardedDriver.watch { $0.flush?(file, transfer, isClosing) }
    }
    return H5FDregister(&driver)
  }

  // MARK: Heaps

  nonisolated(unsafe) private static var hasMetHeap = false

  /// Whether these bytes are the start of a global heap: `GCOL`, version 1, three zeros.
  private static func isHeap(_ bytes: UnsafeMutableRawPointer?, _ size: Int) -> Bool {
    guard let bytes, size >= 8 else { return false }
    return bytes.loadUnaligned(as: UInt64.self).littleEndian == 0x0000_0001_4C4F_4347
  }

  /// Whether HDF5 wanted a heap since the last call of this.
  static func takeHeap() -> Bool {
    defer { hasMetHeap = false }
    return hasMetHeap
  }

  // MARK: Places

  nonisolated(unsafe) private static var isListening = false
  nonisolated(unsafe) private static var heard: [HDF5Dataset.Chunk] = []

  /// The place of the one read that `body` asks for, which is not carried out; `nil` when it fails,
  /// and when it asks for none or several.
  static func place(of body: () -> herr_t) -> HDF5Dataset.Chunk? {
    isListening = true
    defer {
      isListening = false
      heard.removeAll(keepingCapacity: true)
    }
    guard body() >= 0, heard.count == 1 else { return nil }
    return heard.first
  }

  private static func watch(_ body: (H5FD_class_t) -> herr_t?) -> herr_t {
    guard let original else { return -1 }
    errno = 0
    let status = body(original) ?? 0
    if status < 0, code == 0 { code = errno == 0 ? EIO : errno }
    return 0
  }

  /// The operating system's error of a write since the last call of this; `nil` when all went well.
  static func takeError() -> Int32? {
    defer { code = 0 }
    return code == 0 ? nil : code
  }
}
