import Configuration
import Diagnostics
import Foundation

/// Text of JSON with sorted keys, and back.
enum JSON {
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func value<T: Decodable>(_ type: T.Type, _ text: String, of subject: String) throws -> T {
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw Diagnostic(
        subject, "what it says of itself cannot be understood: \(error)",
        mend: "it is from another version, or damaged: --force its stage")
    }
  }

  /// As a free part of a manifest.
  static func details(_ value: some Encodable) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(try text(value).utf8))
  }
}
