import Configuration
import Dataflow
import Diagnostics
import Recipes

/// The keys that `teacher` and `distill` share, and what single keys of them cannot show.
enum NetworkChecks {
  static let modalitiesKey = Key.required(
    "modalities", .nonEmptyList(.string), "The modalities that the network sees.")
  static let networkKey = Key(
    "network", .object(NetworkDescription.keys), default: .object([:]),
    "Encoders, fusion and head.")
  static let transformKey = Key(
    "transform", .list(TransformDescription.shape), default: .array([]),
    "The stochastic transformation T, applied in this order while training.")

  /// - Parameters:
  ///   - available: modalities of the samples; `nil` when only the data can tell.
  ///   - path: keys down to the configuration: `["variants", "mke"]`, or none.
  static func check(
    network: NetworkDescription, modalities: [String], transforms: [TransformDescription],
    available: [String]?, at path: [String], report: (Complaint) -> Void
  ) {
    for (index, modality) in modalities.enumerated() {
      let key = path + ["modalities", "\(index)"]
      if let available, !available.contains(modality) {
        report(
          Complaint(
            key, "the samples have no modality '\(modality)'",
            mend: Suggestions.mend(modality, among: available, called: "modalities")))
      }
      if modalities.firstIndex(of: modality) != index {
        report(Complaint(key, "modality '\(modality)' is listed twice", mend: "remove one"))
      }
    }
    for modality in network.encoders.keys.sorted() where !modalities.contains(modality) {
      report(
        Complaint(
          path + ["network", "encoders", modality],
          "an encoder for '\(modality)', which this network does not see",
          mend: Suggestions.mend(modality, among: modalities, called: "modalities"),
          isWarning: available?.contains(modality) ?? false))
    }
    check(network.encoder, at: path + ["network", "encoder"], report: report)
    for (modality, encoder) in network.encoders.sorted(by: { $0.key < $1.key }) {
      check(encoder, at: path + ["network", "encoders", modality], report: report)
    }
    for (index, transform) in transforms.enumerated() {
      for modality in transform.modalities ?? [] where !modalities.contains(modality) {
        report(
          Complaint(
            path + ["transform", "\(index)", "modalities"],
            "the transform touches '\(modality)', which this network does not see",
            mend: Suggestions.mend(modality, among: modalities, called: "modalities")))
      }
    }
  }

  private static func check(
    _ encoder: EncoderDescription, at path: [String], report: (Complaint) -> Void
  ) {
    guard case .cnn1d(let description) = encoder, description.kernelSize % 2 == 0 else { return }
    report(
      Complaint(
        path + ["kernel-size"],
        "kernel-size \(description.kernelSize) is even: padding could not keep the length",
        mend: "take \(description.kernelSize - 1) or \(description.kernelSize + 1)"))
  }

  static func check(
    training: TrainingDescription, at path: [String], report: (Complaint) -> Void
  ) {
    switch (training.epochs, training.steps) {
    case (nil, nil):
      report(
        Complaint(
          path, "neither 'epochs' nor 'steps' says how long to train",
          mend: "add 'steps: 2000' or 'epochs: 50'"))
    case (.some, .some):
      report(
        Complaint(
          path + ["steps"], "both 'epochs' and 'steps' say how long to train",
          mend: "keep one of them"))
    default: break
    }
    if training.select == .agreement, training.holdBack == 0 {
      report(
        Complaint(
          path + ["select"], "'select: agreement' has no held-back samples to measure on",
          mend: "add 'hold-back: 0.1'"))
    }
    if case .sgd(_, let momentum, true, _) = training.optimizer, momentum == 0 {
      report(
        Complaint(
          path + ["optimizer", "nesterov"], "'nesterov: true' looks ahead along a momentum of 0",
          mend: "add 'momentum: 0.9' or remove 'nesterov'"))
    }
  }
}
