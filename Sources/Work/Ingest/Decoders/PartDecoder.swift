import Arrays
import Diagnostics
import Readers

/// Decodes one modality of recordings; from many threads at a time.
protocol PartDecoder: Sendable {
  /// The values of one part, as they are: types and sizes that no key fixes are the file's own.
  ///
  /// - Throws: `Diagnostic` that says where the file is broken.
  func read(_ part: RecordingPart) throws -> DecodedPart
}

/// What one part holds, with all that its modality's form is made of.
struct DecodedPart: Sendable {
  var values: SampleRecord.Values
  /// Its own form: the shape is that of one sample, `nil` first where it is a series.
  var form: ModalityForm
}

extension ModalityForm {
  /// Why values of the form `other` cannot stand beside values of this form; `nil` when they can.
  ///
  /// - Parameter example: the recording that this form was taken from.
  func difference(to other: ModalityForm, example: String) -> Diagnostic? {
    func words(_ found: String, _ wanted: String, mend: String) -> Diagnostic {
      Diagnostic(
        "modality '\(name)'", "has \(found); '\(example)' has \(wanted)", mend: mend)
    }
    func sizes(_ form: ModalityForm) -> String {
      let sizes = form.shape.compactMap { $0.map(String.init) }.joined(separator: " × ")
      return sizes.isEmpty ? "one value" : sizes + " values a \(isSeries ? "step" : "sample")"
    }
    if shape != other.shape {
      let isPicture = axes.contains("height")
      return words(
        sizes(other), sizes(self),
        mend: isPicture
          ? "set 'size' and 'color' of the modality" : "give all samples the same columns")
    }
    if let rate, let own = other.rate, abs(rate - own) > 1e-6 * rate {
      return words("\(own) Hz", "\(rate) Hz", mend: "set 'rate' of the modality")
    }
    if hasTimes != other.hasTimes || (rate == nil) != (other.rate == nil) {
      return words(
        other.hasTimes ? "time stamps" : "a fixed rate", hasTimes ? "time stamps" : "a fixed rate",
        mend: "give all samples the same kind of clock")
    }
    return nil
  }
}
