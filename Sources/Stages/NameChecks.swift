import Dataflow
import Diagnostics

/// What is wrong with a list of names.
enum NameChecks {
  /// Complains of each name that stands twice, or that is none of the `known` ones.
  ///
  /// - Parameters:
  ///   - known: `nil` when only the data can tell.
  ///   - owner: whose names they are, for the message: `the samples`.
  ///   - path: keys down to the list.
  static func check(
    _ names: [String], called noun: String, plural: String, among known: [String]?,
    of owner: String, at path: [String], report: (Complaint) -> Void
  ) {
    for (index, name) in names.enumerated() {
      let key = path + ["\(index)"]
      if names.firstIndex(of: name) != index {
        report(Complaint(key, "\(noun) '\(name)' is listed twice", mend: "remove one"))
      } else if let known, !known.contains(name) {
        report(
          Complaint(
            key, "\(owner) has no \(noun) '\(name)'",
            mend: Suggestions.mend(name, among: known, called: plural)))
      }
    }
  }
}
