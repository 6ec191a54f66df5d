import Configuration

/// A list of transforms by name.
public struct TransformSet: Codable, Hashable, Sendable {
  public enum Name: String, Codable, Hashable, Sendable, CaseIterable {
    case weak, strong
  }

  /// What the modalities are; their shapes alone do not tell.
  public enum Sort: String, Codable, Hashable, Sendable, CaseIterable {
    /// And videos.
    case pictures
    case series
    /// Series whose channels are triples of x, y and z.
    case motion
    /// Series whose channels are frequencies.
    case spectrograms
  }

  public var name: Name
  public var sort: Sort
  public var modalities: [String]?

  private enum CodingKeys: String, CodingKey {
    case name, modalities
    case sort = "of"
  }

  public init(_ name: Name, of sort: Sort, modalities: [String]? = nil) {
    self.name = name
    self.sort = sort
    self.modalities = modalities
  }

  /// What the name stands for, in the order in which it is applied.
  public var transforms: [TransformDescription] { weak + (name == .strong ? strong : []) }

  private var weak: [TransformDescription] {
    switch sort {
    case .pictures:
      [
        .flip(probability: 0.5, modalities: modalities),
        .cropShift(pixels: 4, modalities: modalities),
      ]
    case .series, .motion:
      [
        .additiveNoise(std: 0.05, modalities: modalities),
        .scaling(std: 0.1, modalities: modalities),
      ]
    case .spectrograms:
      [
        .timeShift(steps: 8, modalities: modalities),
        .gain(.init(decibels: 3, modalities: modalities)),
      ]
    }
  }

  /// What `strong` adds.
  private var strong: [TransformDescription] {
    let masks = TransformDescription.timeMask(.init(masks: 2, share: 0.1, modalities: modalities))
    switch sort {
    case .pictures:
      return [
        .colorJitter(.init(modalities: modalities)), .erasing(.init(modalities: modalities)),
      ]
    case .series: return [masks]
    case .motion: return [.rotation(degrees: 15, modalities: modalities), masks]
    case .spectrograms:
      return [
        masks, .frequencyMask(.init(masks: 2, share: 0.2, modalities: modalities)),
      ]
    }
  }

  static let documentation =
    "A list by name. weak: of pictures flip and crop-shift by 4; of series and motion additive-noise "
    + "of 0.05 and scaling of 0.1; of spectrograms time-shift by 8 and gain of 3 dB. strong adds: of "
    + "pictures color-jitter and erasing; of series two time-masks of up to 0.1; of motion rotation "
    + "by 15 degrees and these masks; of spectrograms these and two frequency-masks of up to 0.2."

  static let keys: [Key] = [
    .required("name", .choice(Name.allCases.map(\.rawValue)), "Which list."),
    .required(
      "of", .choice(Sort.allCases.map(\.rawValue)),
      "What the modalities are; motion is of channels in triples of x, y and z."),
  ]
}

extension [TransformDescription] {
  /// The same with each named set as the list that it stands for.
  public var expanded: [TransformDescription] {
    flatMap { transform in
      if case .set(let set) = transform { set.transforms } else { [transform] }
    }
  }
}
