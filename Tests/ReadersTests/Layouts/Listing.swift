import Readers

extension RecordingSet {
  /// `id split labels group part…` of each sample, as a test reads it.
  var lines: [String] {
    index.entries.map { entry in
      let label =
        switch entry.label {
        case .none: "-"
        case .single(let number): index.classes[number]
        case .multiple(let numbers): "{\(numbers.map { index.classes[$0] }.joined(separator: "|"))}"
        case .values(let values):
          "(\(values.map { $0.map { "\($0)" } ?? "?" }.joined(separator: " ")))"
        }
      let parts = parts[entry.row].map { $0?.text ?? "-" }
      let map = labelMaps.isEmpty ? [] : [labelMaps[entry.row]?.text ?? "-"]
      return ([entry.id, entry.split, label, entry.group ?? "-"] + parts + map)
        .joined(separator: " ")
    }
  }

  func split(of group: String) -> Set<String> {
    Set(index.entries.filter { $0.group == group }.map(\.split))
  }
}

extension RecordingPart {
  var text: String {
    let range =
      start != nil || stop != nil
      ? "@\(start.map { "\($0)" } ?? "")..\(stop.map { "\($0)" } ?? "")" : ""
    return file.name + range + (row.map { "#\($0)" } ?? "") + (array.map { ":\($0)" } ?? "")
  }
}

extension RecordingSplit {
  /// Everything is labelled: for tests that look at other things.
  static let allLabelled = RecordingSplit(.shares(test: 0, labelled: 1, seed: 1))
  static let allUnlabelled = RecordingSplit(.shares(test: 0, labelled: 0, seed: 1))
}
