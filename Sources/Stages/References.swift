import Dataflow

extension KeyedDecodingContainer {
  /// The references of a port that takes one or several: `from: a` means `from: [a]`.
  func decodeReferences(forKey key: Key) throws -> [StageReference] {
    if let one = try? decode(StageReference.self, forKey: key) { return [one] }
    return try decode([StageReference].self, forKey: key)
  }
}
