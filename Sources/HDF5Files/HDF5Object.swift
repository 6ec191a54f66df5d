internal import CHDF5

/// One open object of an HDF5 file: a group, a data set, or something that is neither.
package final class HDF5Object: Sendable {
  package enum Kind: Sendable { case group, dataset, other }

  /// A name in a group.
  package struct Link: Hashable, Sendable {
    package enum Kind: Sendable {
      case hard, soft
      /// To another file, or of a kind that this library does not know: never followed.
      case outside
    }

    package var name: String
    package var kind: Kind
  }

  /// Tells an object from all others of its file, whatever path led to it.
  package struct Identity: Hashable, Sendable {
    fileprivate var first: UInt64 = 0
    fileprivate var second: UInt64 = 0
  }

  package let file: HDF5File
  package let path: String
  package let kind: Kind
  let handle: HDF5Handle

  var subject: String { "\(file.path):\(path)" }

  private init(_ file: HDF5File, _ path: String, _ handle: consuming HDF5Handle) {
    self.file = file
    self.path = path
    let id = handle.id
    kind =
      switch HDF5Library.locked({ H5Iget_type(id) }) {
      case H5I_GROUP: .group
      case H5I_DATASET: .dataset
      default: .other
      }
    self.handle = handle
  }

  package static func open(_ path: String, in file: HDF5File) throws(HDF5Error) -> HDF5Object {
    let handle = try HDF5Handle(.object, "open", on: "\(file.path):\(path)") {
      H5Oopen(file.id, path, ch_default())
    }
    return HDF5Object(file, path, handle)
  }

  /// Opens what a group calls `name`.
  package static func open(
    _ name: String, inside group: HDF5Object
  ) throws(HDF5Error) -> HDF5Object {
    let path = "\(group.path)/\(name)"
    let id = group.handle.id
    let handle = try HDF5Handle(.object, "open", on: "\(group.file.path):\(path)") {
      H5Oopen(id, name, ch_default())
    }
    return HDF5Object(group.file, path, handle)
  }

  /// Opens what a reference points at; `path` says in messages where the reference stands.
  package static func open(
    _ reference: HDF5Reference, _ path: String, in file: HDF5File
  ) throws(HDF5Error) -> HDF5Object {
    var address = reference.address
    let handle = try HDF5Handle(.object, "follow", on: "\(file.path):\(path)") {
      H5Rdereference2(file.id, ch_default(), H5R_OBJECT, &address)
    }
    return HDF5Object(file, path, handle)
  }

  /// The attribute; `nil` when the object has none of this name, or one of another type than
  /// `AttributeValue` knows.
  package func attribute(_ name: String) throws(HDF5Error) -> AttributeValue? {
    try HDF5File.attribute(name, of: handle.id, ".", "\(subject)@\(name)")
  }

  package func identity() throws(HDF5Error) -> Identity {
    var identity = Identity()
    let id = handle.id
    try HDF5Library.call("examine", on: subject) {
      ch_object_identity(id, &identity.first, &identity.second)
    }
    return identity
  }

  /// More names than any group of data has.
  private static let mostLinks = 4_000_000

  /// What a group holds, in the order of the names.
  package func links() throws(HDF5Error) -> [Link] {
    var links: [Link] = []
    let id = handle.id
    try withUnsafeMutablePointer(to: &links) { pointer throws(HDF5Error) in
      _ = try HDF5Library.call("list", on: subject) {
        ch_links(
          id,
          { context, name, kind in
            guard let links = context?.assumingMemoryBound(to: [Link].self), let name,
              links.pointee.count < HDF5Object.mostLinks
            else { return -1 }
            let known: Link.Kind =
              switch kind {
              case H5L_TYPE_HARD.rawValue: .hard
              case H5L_TYPE_SOFT.rawValue: .soft
              default: .outside
              }
            links.pointee.append(Link(name: String(cString: name), kind: known))
            return 0
          }, pointer)
      }
    }
    return links.sorted { $0.name < $1.name }
  }
}

/// A pointer to an object of the same file, as a data set holds it.
package struct HDF5Reference: Hashable, Sendable {
  var address: hobj_ref_t
}
