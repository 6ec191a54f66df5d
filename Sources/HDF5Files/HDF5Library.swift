internal import CHDF5
import Foundation

/// A call into HDF5 that failed, with the library's own words.
package struct HDF5Error: Error, Hashable, CustomStringConvertible {
  package var call: String
  package var subject: String
  /// Of the innermost failure that HDF5 recorded.
  package var message: String
  /// The number of the operating system's error behind the failure, when it is known.
  package var systemError: Int32?

  init(call: String, subject: String, message: String) {
    self.call = call
    self.subject = subject
    self.message = message
    if let range = message.range(of: "errno = ") {
      systemError = Int32(message[range.upperBound...].prefix { $0.isNumber })
    }
  }

  init(call: String, subject: String, systemError: Int32) {
    self.call = call
    self.subject = subject
    self.systemError = systemError
    message = String(cString: strerror(systemError))
  }

  package var description: String { "\(subject): HDF5 could not \(call): \(message)" }
}

/// HDF5 keeps process-wide state and is no faster with threads: every call holds one lock.
package enum HDF5Library {
  private static let lock = NSRecursiveLock()

  /// The driver of our files. Registered once, before the first call.
  private static let driver: hid_t = {
    // Nothing is left for HDF5 to do at the end: finished files are closed, others have no name.
    H5dont_atexit()
    H5open()
    guard ZstdFilter.register(), ch_register_text_places() >= 0 else { return -1 }
    // No file shall make us open another one: external links are then links of an unknown kind.
    H5Lunregister(H5L_TYPE_EXTERNAL)
    return GuardedDriver.register()
  }()

  /// `1.14.5`
  package static var version: String {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    H5get_libversion(&major, &minor, &release)
    return "\(major).\(minor).\(release)"
  }

  /// Where HDF5 looks for filters that it does not have: `$HDF5_PLUGIN_PATH`, else what it was built
  /// with.
  package static var pluginFolders: [String] {
    locked {
      var count: UInt32 = 0
      guard H5PLsize(&count) >= 0 else { return [] }
      return (0..<count).compactMap { index in
        var buffer = [CChar](repeating: 0, count: 4096)
        guard H5PLget(index, &buffer, buffer.count) > 0 else { return nil }
        return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
      }
    }
  }

  /// Makes files that are opened with these properties go through `GuardedDriver`.
  static func useGuardedDriver(_ access: hid_t, on subject: String) throws(HDF5Error) {
    let driver = locked { Self.driver }
    try call("prepare", on: subject) { driver < 0 ? -1 : H5Pset_driver(access, driver, nil) }
  }

  /// Runs `body` while holding the library's lock.
  static func locked<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock.lock()
    defer { lock.unlock() }
    _ = driver
    return try body()
  }

  /// One call that returns an identifier, a count or a status: negative means failure.
  @discardableResult
  static func call<Code: SignedInteger>(
    _ name: String, on subject: @autoclosure () -> String, _ body: () -> Code
  ) throws(HDF5Error) -> Code {
    try locked { () throws(HDF5Error) -> Code in
      // Errors are ours to print. A thread-safe build of the library has this setting per thread.
      H5Eset_auto2(ch_default_stack(), nil, nil)
      H5Eclear2(ch_default_stack())
      _ = GuardedDriver.takeError()
      _ = GuardedDriver.takeHeap()
      let code = body()
      if let error = GuardedDriver.takeError() {
        throw HDF5Error(call: name, subject: subject(), systemError: error)
      }
      if code < 0, GuardedDriver.takeHeap() {
        throw HDF5Error(
          call: name, subject: subject(),
          message: "it is virtual: its values lie in other files, or the file is damaged")
      }
      if code < 0 { throw HDF5Error(call: name, subject: subject(), message: innermostMessage()) }
      return code
    }
  }

  private static func innermostMessage() -> String {
    var message = ""
    withUnsafeMutablePointer(to: &message) { pointer in
      _ = H5Ewalk2(
        ch_default_stack(), H5E_WALK_UPWARD,
        { _, entry, data in
          let message = data?.assumingMemoryBound(to: String.self)
          if let text = entry?.pointee.desc, message?.pointee.isEmpty == true {
            message?.pointee = String(cString: text)
          }
          return 0
        }, pointer)
    }
    return message.isEmpty ? "no reason given" : message
  }
}

/// One open HDF5 identifier, closed exactly once when its owner goes away.
struct HDF5Handle: ~Copyable {
  enum Kind: Sendable { case group, object, dataset, dataspace, datatype, attribute, properties }

  let id: hid_t
  private let kind: Kind

  init(
    _ kind: Kind, _ name: String, on subject: @autoclosure () -> String, open: () -> hid_t
  ) throws(HDF5Error) {
    id = try HDF5Library.call(name, on: subject(), open)
    self.kind = kind
  }

  deinit {
    HDF5Library.locked {
      _ =
        switch kind {
        case .group: H5Gclose(id)
        case .object: H5Oclose(id)
        case .dataset: H5Dclose(id)
        case .dataspace: H5Sclose(id)
        case .datatype: H5Tclose(id)
        case .attribute: H5Aclose(id)
        case .properties: H5Pclose(id)
        }
    }
  }
}
