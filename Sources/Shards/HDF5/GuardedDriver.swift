internal import CHDF5
import Foundation

/// HDF5's usual file driver, with failing writes kept from HDF5.
///
/// A file that HDF5 cannot flush stays half closed inside the library, which then trips over it. So
/// HDF5 is told that all went well, and `HDF5Library.call` throws what really happened.
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
    driver.truncate = { file, transfer, isClosing in
      GuardedDriver.watch { $0.truncate?(file, transfer, isClosing) }
    }
    driver.flush = { file, transfer, isClosing in
      GuardedDriver.watch { $0.flush?(file, transfer, isClosing) }
    }
    return H5FDregister(&driver)
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
