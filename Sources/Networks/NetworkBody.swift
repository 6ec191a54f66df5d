import Layers
import Recipes
import Tensors

/// What a network is made of: the layers from inputs to logits.
enum NetworkBody: Sendable {
  /// Features, fused, to logits `[batch, class]`.
  case vector([any Encoder], any Fusion, Sequential)
  /// The same where features look at the tokens of other modalities.
  case attentive([any Encoder], CrossAttention, Sequential)
  /// A head for each modality, to the mean of their logits.
  case late([any Encoder], [Sequential], [String])
  /// Feature maps, to logits `[batch, class, height, width]`.
  case pictures([any PictureEncoder], SegmentationHead)
  /// A head for each modality, to the mean of their logits.
  case latePictures([any PictureEncoder], [SegmentationHead], [String])

  init(
    _ description: NetworkDescription, modalities: [ModalityShape], classes: Int,
    loadsWeights: Bool, stream: RandomStream
  ) throws {
    let encoders = try modalities.map {
      try description.encoder(of: $0.name).encoder(
        of: $0, loadsWeights: loadsWeights, stream: stream)
    }
    let (fusion, head) = (description.fusion, description.head)
    if let fault = fusion.faults(among: modalities.map(\.name), task: head.kind).first {
      throw NetworkError("fusion", "\(fault.message); \(fault.mend)")
    }
    let isLate = fusion == .late && modalities.count > 1
    if head.kind == .segmentation {
      let pictures = try Self.pictures(encoders, description, modalities)
      if isLate {
        let heads = try zip(pictures, modalities).map { encoder, modality in
          try SegmentationHead(
            head, fusion: .concatenate, [encoder], of: [modality], classes: classes,
            stream: stream)
        }
        if let other = heads.indices.first(where: {
          (heads[$0].height, heads[$0].width) != (heads[0].height, heads[0].width)
        }) {
          throw NetworkError(
            modalities[other],
            "its pictures are \(modalities[other].pictureText), those of '\(modalities[0].name)' "
              + "\(modalities[0].pictureText); a segmentation takes pictures that lie on each other"
          )
        }
        self = .latePictures(pictures, heads, modalities.map(\.name))
      } else {
        self = .pictures(
          pictures,
          try SegmentationHead(
            head, fusion: fusion, pictures, of: modalities, classes: classes, stream: stream))
      }
      return
    }
    func classifier(_ width: Int) throws -> Sequential {
      Sequential(
        try hiddenLayers(width, head.hidden, Activation(head.activation), stream: stream)
          + [try Linear(head.hidden.last ?? width, classes, stream: stream)])
    }
    if isLate {
      self = .late(
        encoders, try encoders.map { try classifier($0.features) }, modalities.map(\.name))
    } else if case .crossAttention(let settings) = fusion, modalities.count > 1 {
      let attention = try CrossAttention(settings, encoders, of: modalities, stream: stream)
      self = .attentive(encoders, attention, try classifier(attention.width))
    } else {
      guard
        let fused = try fusion.fusion(
          of: modalities, widths: encoders.map(\.features), .vectors, stream: stream)
      else { throw NetworkError("fusion", "'\(fusion.kind)' does not fuse features") }
      self = .vector(encoders, fused, try classifier(fused.width))
    }
  }

  private static func pictures(
    _ encoders: [any Encoder], _ description: NetworkDescription, _ modalities: [ModalityShape]
  ) throws -> [any PictureEncoder] {
    try zip(encoders, modalities).map { encoder, modality in
      guard let encoder = encoder as? any PictureEncoder else {
        throw NetworkError(
          modality,
          "its encoder '\(description.encoder(of: modality.name).kind)' does not keep where its "
            + "features are, which a segmentation needs; take 'cnn2d'")
      }
      return encoder
    }
  }

  /// Height and width of a map of logits; nothing where a sample has one logit for each class.
  var outputSize: [Int] {
    switch self {
    case .vector, .attentive, .late: []
    case .pictures(_, let head): [head.height, head.width]
    case .latePictures(_, let heads, _): heads.first.map { [$0.height, $0.width] } ?? []
    }
  }

  /// The most numbers that a layer makes of one sample.
  var activations: Int {
    let own =
      switch self {
      case .vector(_, let fusion, _): fusion.activations
      case .attentive(_, let attention, _): attention.activations
      case .late: 1
      case .pictures(_, let head): head.activations
      case .latePictures(_, let heads, _): heads.map(\.activations).max() ?? 1
      }
    return max(own, encoders.map(\.activations).max() ?? 1)
  }

  private var encoders: [any Encoder] {
    switch self {
    case .vector(let encoders, _, _), .attentive(let encoders, _, _), .late(let encoders, _, _):
      encoders
    case .pictures(let encoders, _), .latePictures(let encoders, _, _): encoders
    }
  }

  /// - disturb: acts on what goes into a head
  func logits(
    _ inputs: [Tensor], presence: Presence, mode: Mode,
    disturb: (Tensor) throws(TensorError) -> Tensor
  ) throws(TensorError) -> Tensor {
    switch self {
    case .vector(let encoders, let fusion, let head):
      let features = try Self.features(encoders, inputs, mode)
      return try head(disturb(fusion(features, presence: presence, mode: mode)), mode: mode)
    case .attentive(let encoders, let attention, let head):
      var answers: [(features: Tensor, tokens: Tensor)] = []
      for (encoder, input) in zip(encoders, inputs) {
        answers.append(try encoder.withTokens(input, mode: mode))
      }
      return try head(disturb(attention(answers, presence: presence, mode: mode)), mode: mode)
    case .late(let encoders, let heads, _):
      var logits: [Tensor] = []
      for (head, features) in zip(heads, try Self.features(encoders, inputs, mode)) {
        logits.append(try head(disturb(features), mode: mode))
      }
      return try presence.mean(logits)
    case .pictures(let encoders, let head):
      let maps = try Self.maps(encoders, inputs, mode)
      return try head(maps, presence: presence, mode: mode, disturb: disturb)
    case .latePictures(let encoders, let heads, _):
      let alone = Presence(mask: nil, modalities: 1)
      var logits: [Tensor] = []
      for (head, maps) in zip(heads, try Self.maps(encoders, inputs, mode)) {
        logits.append(try head([maps], presence: alone, mode: mode, disturb: disturb))
      }
      return try presence.mean(logits)
    }
  }

  private static func features(
    _ encoders: [any Encoder], _ inputs: [Tensor], _ mode: Mode
  ) throws(TensorError) -> [Tensor] {
    var features: [Tensor] = []
    for (encoder, input) in zip(encoders, inputs) {
      features.append(try encoder(input, mode: mode))
    }
    return features
  }

  private static func maps(
    _ encoders: [any PictureEncoder], _ inputs: [Tensor], _ mode: Mode
  ) throws(TensorError) -> [[Tensor]] {
    var maps: [[Tensor]] = []
    for (encoder, input) in zip(encoders, inputs) {
      maps.append(try encoder.maps(input, mode: mode))
    }
    return maps
  }

  /// What it is made of, by name; encoders of `modalities` first.
  func parts(of modalities: [ModalityShape]) -> [(name: String, layer: any Layer)] {
    let encoders = zip(modalities, encoders).map { ("encoders.\($0.name)", $1 as any Layer) }
    let rest: [(name: String, layer: any Layer)] =
      switch self {
      case .vector(_, let fusion, let head):
        fusion.parts.map { ("fusion.\($0.name)", $0.layer) } + [("head", head)]
      case .attentive(_, let attention, let head):
        attention.parts.map { ("fusion.\($0.name)", $0.layer) } + [("head", head)]
      case .late(_, let heads, let names): zip(names, heads).map { ("head.\($0)", $1) }
      case .pictures(_, let head):
        head.fusionParts.map { ("fusion.\($0.name)", $0.layer) }
          + head.parts.map { ("head.\($0.name)", $0.layer) }
      case .latePictures(_, let heads, let names):
        zip(names, heads).flatMap { name, head in
          head.parts.map { ("head.\(name).\($0.name)", $0.layer) }
        }
      }
    return encoders + rest
  }
}
