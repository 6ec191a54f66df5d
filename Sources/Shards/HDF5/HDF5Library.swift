internal import CHDF5
import Foundation

/// A call into HDF5 that failed, with the library's own words.
struct HDF5Error: Error, Hashable, CustomStringConvertible {
  var call: String
  var subject: String
  /// Of the innermost failure that HDF5 recorded.
  var message: String

  var description: String { "\(subject): HDF5 could not \(call): \(message)" }
}

/// HDF5 keeps process-wide state and is no faster with threads: every call holds one lock.
enum HDF5Library {
  private static let lock = NSRecursiveLock()

  /// Runs once, before the first call: errors are ours to print, the zstd filter is known.
  private static let isReady: Bool = {
    H5open()
    H5Eset_auto2(ch_default_stack(), nil, nil)
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
    _ name: String, on subject: String, _ body: () -> Code
  ) throws(HDF5Error) -> Code {
    try locked { () throws(HDF5Error) -> Code in
      H5Eclear2(ch_default_stack())
      let code = body()
      if code < 0 { throw HDF5Error(call: name, subject: subject, message: innermostMessage()) }
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
  enum Kind: Sendable { case file, group, dataset, dataspace, datatype, attribute, properties }

  let id: hid_t
  private let kind: Kind

  init(_ kind: Kind, _ name: String, on subject: String, open: () -> hid_t) throws(HDF5Error) {
    id = try HDF5Library.call(name, on: subject, open)
    self.kind = kind
  }

  deinit { _ = try? Self.close(id, kind, on: "handle \(id)") }

  /// Closes now, so that a failure is seen.
  consuming func close(_ subject: String) throws(HDF5Error) {
    let (id, kind) = (id, kind)
    discard self
    try Self.close(id, kind, on: subject)
  }

  private static func close(_ id: hid_t, _ kind: Kind, on subject: String) throws(HDF5Error) {
    try HDF5Library.call("close", on: subject) {
      switch kind {
      case .file: H5Fclose(id)
      case .group: H5Gclose(id)
      case .dataset: H5Dclose(id)
      case .dataspace: H5Sclose(id)
      case .datatype: H5Tclose(id)
      case .attribute: H5Aclose(id)
      case .properties: H5Pclose(id)
      }
    }
  }
}
