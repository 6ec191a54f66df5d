import Configuration
import Foundation

enum JSONText {
  static func value(_ text: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }
}
