import Configuration
import Crypto

/// The name of an output: SHA-256 over all that can change a bit of it, in 64 hexadecimal digits.
///
/// Inside: the stage's kind and version, its `fingerprinted` configuration, the fingerprints of
/// what is wired to its ports (with selection and variants), names and content of outside files,
/// and the class of the device when the kind computes on it. Outside: names of stages, absolute
/// paths, times, threads. So an output is known before it is made, two pipelines share what they
/// have in common, and a workspace may be moved together with its data.
public enum Fingerprint {
  /// Raised when fingerprints are taken in another way, which makes all outputs anew.
  public static let format = 1

  /// - Parameters:
  ///   - upstream: the fingerprint of every stage that the node reads.
  ///   - files: SHA-256 of the node's outside files, in the order of `node.outsideFiles`.
  ///   - device: `cpu`, `cuda` or `cuda:1`.
  public static func of(
    _ node: Graph.Node, upstream: [String: String], files: [String], device: String
  ) -> String {
    let inputs = node.face.inputs.map(\.name).compactMap { port -> (String, Value)? in
      guard let wired = node.inputs[port], !wired.isEmpty else { return nil }
      let items = wired.map { input in
        Value.object([
          "of": .string(resolve(input.reference, upstream)),
          "variants": .array(input.variants.sorted().map { .string($0) }),
        ])
      }
      return (port, .array(items))
    }
    let recipe = Value.object([
      "format": .integer(format),
      "kind": .string(node.face.kind),
      "version": .integer(node.face.version),
      "device": node.face.usesDevice ? .string(deviceClass(device)) : .null,
      "configuration": resolved(node.fingerprinted, node: node, upstream: upstream),
      "inputs": .object(Dictionary(inputs) { first, _ in first }),
      "files": .string(digest(of: zip(node.outsideFiles.map(\.name), files))),
    ])
    return hexadecimal(SHA256.hash(data: Array(recipe.canonicalJSON.utf8)))
  }

  /// `cuda` of `cuda:1`: which card it is changes no bit, whether it is one does.
  static func deviceClass(_ device: String) -> String {
    String(device.prefix { $0 != ":" })
  }

  static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func digest(of files: some Sequence<(String, String)>) -> String {
    var hasher = SHA256()
    for (name, hash) in files.sorted(by: { $0 < $1 }) {
      hasher.update(data: Array("\(name)\0\(hash)\n".utf8))
    }
    return hexadecimal(hasher.finalize())
  }

  private static func resolve(_ reference: StageReference, _ upstream: [String: String]) -> String {
    let output = upstream[reference.stage] ?? reference.stage
    return reference.selection.map { "\(output).\($0)" } ?? output
  }

  /// The configuration with every reference at a port replaced by what it stands for, so that the
  /// name of a stage is no part of the recipe.
  private static func resolved(
    _ configuration: Value, node: Graph.Node, upstream: [String: String]
  ) -> Value {
    guard case .object(var members) = configuration else { return configuration }
    for port in node.face.inputs {
      guard let value = members[port.name] else { continue }
      let wired = Set((node.inputs[port.name] ?? []).map(\.reference))
      func replaced(_ value: Value) -> Value {
        switch value {
        case .string(let text):
          let reference = StageReference(text)
          return wired.contains(reference) ? .string(resolve(reference, upstream)) : value
        case .array(let items): return .array(items.map(replaced))
        default: return value
        }
      }
      members[port.name] = replaced(value)
    }
    if node.face.hasVariants, case .object(let variants)? = members["variants"] {
      members["variants"] = .object(
        variants.mapValues { resolved($0, node: node, upstream: upstream) })
    }
    return .object(members)
  }
}
