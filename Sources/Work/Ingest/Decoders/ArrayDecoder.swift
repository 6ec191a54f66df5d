import Arrays
import Diagnostics
import Readers
import Stages

/// An array of a file, or one row of it.
struct ArrayDecoder: PartDecoder {
  let name: String
  let description: ArrayDescription

  func read(_ part: RecordingPart) throws -> DecodedPart {
    throw Diagnostic(part.file.path, "arrays cannot be read yet")
  }
}
