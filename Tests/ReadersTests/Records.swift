import Readers

extension IngestSource {
  /// The samples of an index, one call each; one that cannot be read is a fault of the test.
  func read(_ index: SampleIndex, _ body: (SampleRecord) throws -> Void) throws {
    try read(index, as: forms(of: index)) { outcome in
      switch outcome {
      case .sample(let record): try body(record)
      case .unreadable(let sample): throw Unreadable(sample: sample)
      }
    }
  }
}

struct Unreadable: Error {
  var sample: UnreadableSample
}

extension SampleLabel {
  /// The one class, −1 for none.
  var number: Int { if case .single(let label) = self { label } else { -1 } }
}
