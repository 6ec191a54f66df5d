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
    checkFusion(
      network, modalities, samples?.task ?? network.head.kind, at: path, report: report)
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
    checkTask(
      network, modalities, transforms, samples?.task, samples?.shapes ?? [:], at: path,
      report: report)
  }

  private static func check(
    _ encoder: EncoderDescription, at path: [String], report: (Complaint) -> Void
  ) {
    for fault in encoder.faults(of: []) {
      report(Complaint(path + fault.key, fault.message, mend: fault.mend))
    }
  }

  private static func checkFusion(
    _ network: NetworkDescription, _ modalities: [String], _ task: LearningTask?,
    at path: [String], report: (Complaint) -> Void
  ) {
    for fault in network.fusion.faults(among: modalities, task: task) {
      var mend = fault.mend
      if case .film(let by) = network.fusion {
        mend = Suggestions.mend(by, among: modalities, called: "modalities")
      }
      report(Complaint(path + ["network", "fusion"] + fault.key, fault.message, mend: mend))
    }
  }

  /// Where an encoder of `modality` stands in the file.
  private static func place(
    of modality: String, in network: NetworkDescription, at path: [String]
  ) -> [String] {
    path + ["network"]
      + (network.encoders[modality] == nil ? ["encoder"] : ["encoders", modality])
  }

  /// Whether samples of known shapes suit their encoders, and files of weights the encoders.
  private static func checkShapes(
    _ network: NetworkDescription, _ modalities: [String], _ shapes: [String: [Int?]],
    at path: [String], report: (Complaint) -> Void
  ) {
    for modality in modalities {
      let encoder = network.encoder(of: modality)
      let place = place(of: modality, in: network, at: path)
      let shape = shapes[modality]
      if let shape, let fault = encoder.fault(ofAxes: shape.count) {
        let text = shape.map { $0.map(String.init) ?? "*" }.joined(separator: ", ")
        let mend =
          switch shape.count {
          case 2: "write 'encoders: {\(modality): {kind: cnn1d, channels: [32, 64]}}'"
          case 3, 4: "write 'encoders: {\(modality): {kind: cnn2d, channels: [16, 32]}}'"
          default: "write 'encoders: {\(modality): {kind: mlp, hidden: [32]}}'"
          }
        report(
          Complaint(place, "\(fault); those of '\(modality)' are [\(text)]", mend: mend))
        continue
      }
      let own = encoder.faults(of: [])
      let faults = encoder.faults(of: shape ?? []).filter { !own.contains($0) }
      for fault in faults {
        report(
          Complaint(
            place + fault.key, "of '\(modality)' \(fault.message)", mend: fault.mend))
      }
      if own.isEmpty, faults.isEmpty {
        checkWeights(encoder, of: modality, shape, at: place + ["weights"], report: report)
      }
    }
  }

  /// Whether a file of weights can be read and, where that is known before the data are there, has
  /// what the encoder has.
  private static func checkWeights(
    _ encoder: EncoderDescription, of modality: String, _ shape: [Int?]?, at path: [String],
    report: (Complaint) -> Void
  ) {
    guard let file = encoder.weights else { return }
    let weights: WeightsFile
    do {
      weights = try WeightsFile(file, kind: encoder.kind, modality: modality)
    } catch {
      report(
        Complaint(
          path, "the weights cannot be read: \(error)",
          mend:
            "save them by safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\")"
        ))
      return
    }
    if !weights.leftOut.isEmpty {
      let names = weights.leftOut.map { "'\($0)'" }.joined(separator: " and ")
      report(
        Complaint(
          path, "\(names) of '\(file)' are left out: this network has a head of its own",
          mend: "nothing to do", isWarning: true))
    }
    guard case .resnet(let resnet) = encoder else { return }
    let channels = shape.flatMap { $0.count == 2 ? 1 : $0.last.flatMap(\.self) }
    for fault in weights.faults(resnet.tensors(inputChannels: channels)) {
      report(
        Complaint(
          path, "the weights of '\(file)' do not fit the encoder of '\(modality)': \(fault)",
          mend: "take the weights of a ResNet-\(resnet.depth) of this stem, width and input"))
    }
  }

  /// Whether head, encoders and transforms suit what the samples ask for.
  private static func checkTask(
    _ network: NetworkDescription, _ modalities: [String], _ transforms: [TransformDescription],
    _ task: LearningTask?, _ shapes: [String: [Int?]], at path: [String],
    report: (Complaint) -> Void
  ) {
    if let kind = network.head.kind, let task, kind != task {
      report(
        Complaint(
          path + ["network", "head", "kind"],
          "a head for '\(kind.rawValue)', and the samples ask for '\(task.rawValue)'",
          mend: "remove 'kind': the head then follows the samples"))
    }
    guard let answered = task ?? network.head.kind else { return }
    guard answered == .segmentation else {
      if network.head.decoder != nil {
        report(
          Complaint(
            path + ["network", "head", "decoder"],
            "a decoder makes maps of classes, and the samples ask for '\(answered.rawValue)'",
            mend: "remove 'decoder'"))
      }
      return
    }
    for modality in modalities {
      let encoder = network.encoder(of: modality)
      guard !encoder.keepsPlaces else { continue }
      report(
        Complaint(
          place(of: modality, in: network, at: path),
          "a segmentation needs to know where features are, which the encoder '\(encoder.kind)' of "
            + "'\(modality)' does not keep",
          mend: "take '{kind: cnn2d, channels: [16, 32]}'"))
    }
    checkScales(network, modalities, shapes, at: path, report: report)
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

  /// Whether the maps of all modalities lie on each other.
  private static func checkScales(
    _ network: NetworkDescription, _ modalities: [String], _ shapes: [String: [Int?]],
    at path: [String], report: (Complaint) -> Void
  ) {
    // Each of a late fusion has a decoder of its own.
    guard network.fusion != .late else { return }
    let known = modalities.compactMap { name in
      network.encoder(of: name).settings.map { (name, $0) }
    }.filter { $0.1.scales(of: 1) != nil }
    guard let (first, own) = known.first else { return }
    // A size that is not known yet: one that any stride halves often enough.
    let size = shapes[first].map { $0.prefix(2).map { $0 ?? 1 << 20 } } ?? [1 << 20]
    for (name, other) in known.dropFirst()
    where size.contains(where: { own.scales(of: $0) != other.scales(of: $0) }) {
      report(
        Complaint(
          place(of: name, in: network, at: path),
          "the encoders of '\(first)' and '\(name)' have other scales, and a segmentation sets "
            + "their maps side by side",
          mend: own is CNN2DDescription && other is CNN2DDescription
            ? "take as many 'channels' and the same 'pool' for both"
            : "take the same kind of encoder for both"))
    }
  }
}
