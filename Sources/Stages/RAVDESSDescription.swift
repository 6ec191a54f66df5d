import Configuration
import Dataflow
public import Readers

/// RAVDESS: emotional speech and song of 24 actors, as its archives unpack.
public struct RAVDESSDescription: Decodable, Hashable, Sendable {
  public var paths: [String]
  public var label: RAVDESSLayout.Field
  public var vocal: RAVDESSLayout.VocalChannel
  public var modalities: [String: RecordedModality]

  private enum CodingKeys: String, CodingKey { case path, label, vocal, modalities }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    paths = try container.decode(Paths.self, forKey: .path).list
    label = try container.decodeWord(forKey: .label)
    vocal = try container.decodeWord(forKey: .vocal)
    modalities = try container.decode([String: RecordedModality].self, forKey: .modalities)
  }

  static let keys: [Key] = [
    Key.required(
      "path", Paths.shape,
      "The folder with the folders Actor_01 to Actor_24, or a list of such folders."
    ).keptOutOfFingerprint,
    Key(
      "label", .choice(RAVDESSLayout.Field.allCases.map(\.rawValue)), default: "emotion",
      "What samples are labelled with, from the names of the files."),
    Key(
      "vocal", .choice(RAVDESSLayout.VocalChannel.allCases.map(\.rawValue)), default: "speech",
      "Whether speech, song or both are taken; ids of both start with the vocal channel."),
    RecordedModality.key,
  ]
}

extension RAVDESSDescription: RecordingsDescription {
  var parts: [String]? { RAVDESSLayout.partNames }
  var modalityKinds: [String] { ["audio", "video", "table"] }
  var labelling: SampleIndex.Labelling { .single }
  var groupings: [String]? { RAVDESSLayout.groupings }
  var grouping: String? { RAVDESSLayout.groupings.first }

  func classes(given: [String]?) -> [String]? {
    given ?? RAVDESSLayout.classes(of: label, in: vocal)
  }

  func layout(
    _ parts: [RequestedPart], classes: [String]?, split: RecordingSplit
  ) throws -> any RecordingLayout {
    RAVDESSLayout(
      paths, label: label, vocal: vocal, classes: classes, split: split, parts: parts)
  }
}

extension KeyedDecodingContainer {
  /// A word that a type of `Readers` has.
  func decodeWord<Word: RawRepresentable<String>>(forKey key: Key) throws -> Word {
    let text = try decode(String.self, forKey: key)
    guard let word = Word(rawValue: text) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "'\(text)' is none of the words")
    }
    return word
  }
}
