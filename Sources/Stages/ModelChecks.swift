import Dataflow
import Diagnostics

/// Whether a model can run on samples, as far as the file alone can tell.
enum ModelChecks {
  static func check(
    _ model: StageInputs.Source?, runsOn samples: StageInputs.Source?, at path: [String],
    report: (Complaint) -> Void
  ) {
    guard let model, let samples, let seen = model.description, let offered = samples.description
    else { return }
    if let needed = seen.modalities, let available = offered.modalities {
      for modality in needed where !available.contains(modality) {
        report(
          Complaint(
            path,
            "'\(model.reference)' sees '\(modality)', which '\(samples.reference.stage)' lacks",
            mend: Suggestions.mend(modality, among: available, called: "modalities")))
      }
    }
    if let known = seen.task, let wanted = offered.task, known != wanted {
      report(
        Complaint(
          path,
          "'\(model.reference)' answers '\(known.rawValue)', and '\(samples.reference.stage)' asks for "
            + "'\(wanted.rawValue)'",
          mend: "take a model that was trained for '\(wanted.rawValue)'"))
    }
    if let known = seen.classes, let wanted = offered.classes, known != wanted {
      report(
        Complaint(
          path,
          "'\(model.reference)' knows the \((offered.task ?? .singleLabel).namesNoun) \(known.joined(separator: ", ")); "
            + "'\(samples.reference.stage)' has \(wanted.joined(separator: ", "))",
          mend: offered.task == .regression
            ? "give both the same 'columns' in the same order"
            : "give both the same 'classes' in the same order"))
    }
  }
}
