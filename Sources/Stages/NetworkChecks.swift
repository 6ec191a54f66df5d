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
  ///   - samples: what is known of the samples; what is `nil` in it only the data can tell.
  ///   - path: keys down to the configuration: `["variants", "mke"]`, or none.
  static func check(
    network: NetworkDescription, modalities: [String], transforms: [TransformDescription],
    on samples: OutputDescription?, at path: [String], report: (Complaint) -> Void
  ) {
    let available = samples?.modalities
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
    // Variants that see fewer modalities share the encoders of the stage.
    for modality in network.encoders.keys.sorted()
    where !modalities.contains(modality) && available?.contains(modality) == false {
      report(
        Complaint(
          path + ["network", "encoders", modality],
          "an encoder for '\(modality)', which this network does not see",
          mend: Suggestions.mend(modality, among: modalities, called: "modalities")))
    }
    check(network.encoder, at: path + ["network", "encoder"], report: report)
    for (modality, encoder) in network.encoders.sorted(by: { $0.key < $1.key }) {
      check(encoder, at: path + ["network", "encoders", modality], report: report)
    }
    for (index, transform) in transforms.enumerated() {
      for (key, fault) in transform.faults {
        report(
          Complaint(
            path + ["transform", "\(index)", key], fault, mend: "write the smaller number first"))
      }
      for modality in transform.modalities ?? [] where !modalities.contains(modality) {
        report(
          Complaint(
            path + ["transform", "\(index)", "modalities"],
            "the transform touches '\(modality)', which this network does not see",
            mend: Suggestions.mend(modality, among: modalities, called: "modalities")))
      }
    }
    checkShapes(network, modalities, samples?.shapes ?? [:], at: path, report: report)
    checkTask(network, modalities, transforms, samples?.task, at: path, report: report)
  }

  private static func check(
    _ encoder: EncoderDescription, at path: [String], report: (Complaint) -> Void
  ) {
    let size: Int
    switch encoder {
    case .cnn1d(let description): size = description.kernelSize
    case .cnn2d(let description): size = description.kernelSize
    case .identity, .mlp: return
    }
    guard size % 2 == 0 else { return }
    report(
      Complaint(
        path + ["kernel-size"],
        "kernel-size \(size) is even: padding could not keep the length",
        mend: "take \(size - 1) or \(size + 1)"))
  }

  /// Where an encoder of `modality` stands in the file.
  private static func place(
    of modality: String, in network: NetworkDescription, at path: [String]
  ) -> [String] {
    path + ["network"]
      + (network.encoders[modality] == nil ? ["encoder"] : ["encoders", modality])
  }

  /// Whether samples of known shapes suit their encoders.
  private static func checkShapes(
    _ network: NetworkDescription, _ modalities: [String], _ shapes: [String: [Int?]],
    at path: [String], report: (Complaint) -> Void
  ) {
    for modality in modalities {
      guard let shape = shapes[modality],
        let fault = network.encoder(of: modality).fault(ofAxes: shape.count)
      else { continue }
      let text = shape.map { $0.map(String.init) ?? "*" }.joined(separator: ", ")
      let mend =
        switch shape.count {
        case 2: "write 'encoders: {\(modality): {kind: cnn1d, channels: [32, 64]}}'"
        case 3, 4: "write 'encoders: {\(modality): {kind: cnn2d, channels: [16, 32]}}'"
        default: "write 'encoders: {\(modality): {kind: mlp, hidden: [32]}}'"
        }
      report(
        Complaint(
          place(of: modality, in: network, at: path),
          "\(fault); those of '\(modality)' are [\(text)]", mend: mend))
    }
  }

  /// Whether head, encoders and transforms suit what the samples ask for.
  private static func checkTask(
    _ network: NetworkDescription, _ modalities: [String], _ transforms: [TransformDescription],
    _ task: LearningTask?, at path: [String], report: (Complaint) -> Void
  ) {
    if let kind = network.head.kind, let task, kind != task {
      report(
        Complaint(
          path + ["network", "head", "kind"],
          "a head for '\(kind.rawValue)', and the samples ask for '\(task.rawValue)'",
          mend: "remove 'kind': the head then follows the samples"))
    }
    guard (task ?? network.head.kind) == .segmentation else { return }
    var scales: [String: CNN2DDescription] = [:]
    for modality in modalities {
      let encoder = network.encoder(of: modality)
      if case .cnn2d(let description) = encoder { scales[modality] = description }
      guard !encoder.keepsPlaces else { continue }
      report(
        Complaint(
          place(of: modality, in: network, at: path),
          "a segmentation needs to know where features are, which the encoder '\(encoder.kind)' of "
            + "'\(modality)' does not keep",
          mend: "take '{kind: cnn2d, channels: [16, 32]}'"))
    }
    let known = modalities.compactMap { name in scales[name].map { (name, $0) } }
    if let (first, own) = known.first {
      for (name, other) in known.dropFirst()
      where own.channels.count != other.channels.count || own.pool != other.pool {
        report(
          Complaint(
            place(of: name, in: network, at: path),
            "the encoders of '\(first)' and '\(name)' have other scales, and a segmentation sets "
              + "their maps side by side",
            mend: "take as many 'channels' and the same 'pool' for both"))
      }
    }
    for (index, transform) in transforms.enumerated()
    where transform.movesPixels && transform.isJoint {
      guard let touched = transform.modalities, !modalities.allSatisfy(touched.contains) else {
        continue
      }
      report(
        Complaint(
          path + ["transform", "\(index)", "modalities"],
          "the transform moves the pixels and labels of some modalities and leaves others where they "
            + "are", mend: "leave 'modalities' out, or write 'joint: false' to leave the labels too"
        ))
    }
  }

  static func check(
    training: TrainingDescription, on samples: OutputDescription?, at path: [String],
    report: (Complaint) -> Void
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
    guard let weights = training.classWeights else { return }
    let key = path + ["class-weights"]
    if let task = samples?.task, task != .segmentation {
      report(
        Complaint(
          key, "'class-weights' weigh pixels, and the samples ask for '\(task.rawValue)'",
          mend: "remove them"))
    } else if case .named(let named) = weights, let classes = samples?.classes {
      for name in named.keys.sorted() where !classes.contains(name) {
        report(
          Complaint(
            key + [name], "there is no class '\(name)'",
            mend: Suggestions.mend(name, among: classes, called: "classes")))
      }
    }
  }
}
