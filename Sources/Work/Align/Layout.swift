import Diagnostics
import Shards

/// The fixed shape of each modality: known from the file, the window, or the first sample.
final class Layout {
  private struct Entry {
    var description: ModalityDescription
    var shape: [Int]?
    /// The sample that fixed the length, for the error of one that differs.
    var example: String?
  }

  private var entries: [String: Entry] = [:]
  let names: [String]
  let keepsMissing: Bool
  let hasWindows: Bool
  /// The modalities that get mean 0 and standard deviation 1.
  let standardised: Set<String>

  init(
    _ joined: JoinedSamples, windows: Windows?, standardised: Set<String>, keepsMissing: Bool
  ) {
    self.standardised = standardised
    names = joined.modalities.map(\.description.name)
    self.keepsMissing = keepsMissing
    hasWindows = windows != nil
    for modality in joined.modalities {
      let description = modality.description
      var entry = Entry(description: description)
      let fixed = description.shape.compactMap(\.self)
      if fixed.count == description.shape.count {
        entry.shape = fixed
      } else if let length = windows?.length(of: description.name) {
        entry.shape = [length] + fixed
      }
      entries[description.name] = entry
    }
  }

  func shape(of name: String) -> [Int?]? { entries[name]?.shape }

  /// Fixes or checks the length of a modality by the values of a sample.
  func take(_ values: [Float], of name: String, id: String) throws {
    guard var entry = entries[name] else { return }
    let columns = entry.description.shape.dropFirst().compactMap(\.self).reduce(1, *)
    guard let shape = entry.shape else {
      entry.shape =
        [values.count / columns] + entry.description.shape.dropFirst().compactMap(\.self)
      entry.example = id
      entries[name] = entry
      return
    }
    let wanted = shape.reduce(1, *)
    guard values.count != wanted, !hasWindows else { return }
    throw Diagnostic(
      "sample '\(id)'",
      "modality '\(name)' has \(values.count / columns) time steps; "
        + "\(entry.example.map { "'\($0)'" } ?? "the others") has \(wanted / columns)",
      mend: "cut series into windows of equal length: 'window: {length: SECONDS}'")
  }

  func width(of name: String) -> Int? { entries[name]?.shape?.reduce(1, *) }

  func description(of name: String) -> ModalityDescription? { entries[name]?.description }
}
