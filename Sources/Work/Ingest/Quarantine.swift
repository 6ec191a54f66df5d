import Diagnostics
import Readers
import Shards

/// Samples that cannot be read: kept out of the output and told one by one, so that one broken file
/// among thousands does not stop a run, and none is dropped in silence.
struct Quarantine {
  static let fileName = "quarantine.csv"

  private(set) var samples: [UnreadableSample] = []
  private let allowed: Int
  private let total: Int
  private let shareText: String

  /// - Parameters:
  ///   - share: of the `total` samples, which may be unreadable.
  ///   - text: the share as the user wrote it.
  init(share: Double, text: String, of total: Int) {
    allowed = Int(share * Double(total))
    self.total = total
    shareText = text
  }

  var isFull: Bool { samples.count > allowed }

  mutating func add(_ sample: UnreadableSample) { samples.append(sample) }

  /// One line for each sample: id, split, modality, path, place, reason.
  var csv: String {
    func cell(_ text: String) -> String {
      let needsQuotes = text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
      return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
    return samples.reduce(into: "id,split,modality,path,place,reason\n") { text, sample in
      text +=
        [
          sample.entry.id, sample.entry.split, sample.modality ?? "", sample.path,
          sample.place ?? "", sample.reason,
        ].map(cell).joined(separator: ",") + "\n"
    }
  }

  /// Writes the list, whole or not at all; an output without such samples has no list.
  func write(to writer: OutputWriter) throws {
    guard !samples.isEmpty else { return }
    try writer.writeFile(Self.fileName, [UInt8](csv.utf8))
  }

  /// Why the stage stops, with the first samples by name.
  func tooMany(_ stage: String, list: String) -> Diagnostic {
    let shown = samples.prefix(3).map { sample in
      "'\(sample.entry.id)' (\(sample.path)\(sample.place.map { ", \($0)" } ?? ""): "
        + "\(sample.reason))"
    }
    return Diagnostic(
      "stage '\(stage)'",
      "\(samples.count) of \(total) samples cannot be read, more than 'max-bad: \(shareText)' "
        + "allows: \(shown.joined(separator: "; "))\(samples.count > 3 ? "; …" : "")",
      mend: "mend the files that '\(list)' lists, or raise 'max-bad'")
  }

  /// `3 samples cannot be read and were left out`; `nil` when all can.
  var summary: String? {
    guard let first = samples.first else { return nil }
    return "\(samples.count) of \(total) samples cannot be read and "
      + "\(samples.count == 1 ? "was" : "were") left out, such as '\(first.entry.id)' "
      + "(\(first.path): \(first.reason)); see \(Self.fileName)"
  }
}
