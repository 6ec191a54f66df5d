internal import CHDF5
import Foundation

/// A call into HDF5 that failed, with the library's own words.
struct HDF5Error: Error, Hashable, CustomStringConvertible {
  var call: String
  var subject: String
  /// Of the innermost failure that HDF5 recorded.
  var message: String

  var description: String { "\(subject): HDF5 could not \(call): \(message)" }

  /// The number of the operating system's error behind the failure, when HDF5 tells it.
  var systemError: Int32? {
    guard let range = message.range(of: "errno = ") else { return nil }
    return Int32(message[range.upperBound...].prefix { $0.isNumber })
  }
}

/// HDF5 keeps process-wide state and is no faster with threads: every call holds one lock.
enum HDF5Library {
  private static let lock = NSRecursiveLock()

  /// Runs once, before the first call.
  private static let isReady: Bool = {
    H5open()
    return ZstdFilter.register()
  }()

  /// Runs `body` while holding the library's lock.
  static func locked<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock.lock()
    defer { lock.unlock() }
    _ = isReady
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
      let code = body()
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
