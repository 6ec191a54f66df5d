import Configuration
import Dataflow

/// How the samples of a stage are packed into shards; changes neither bits nor meaning of a value.
public struct PackingDescription: Decodable, Hashable, Sendable {
  public enum Compression: String, Decodable, Hashable, Sendable, CaseIterable {
    /// Small and fast; h5dump and HDFView need the hdf5plugin for it.
    case zstd
    /// Opens everywhere.
    case gzip
    case none
  }

  public var compression: Compression
  /// The modalities whose bytes are shuffled before packing: helps smooth signals.
  public var byteShuffle: [String]

  static let keys = [
    Key(
      "compression", .choice(Compression.allCases.map(\.rawValue)), default: "zstd",
      "How shards are packed: 'zstd' is small and fast, 'gzip' opens without a plugin."
    ).keptOutOfFingerprint,
    Key(
      "byte-shuffle", .list(.string), default: .array([]),
      "Modalities whose bytes are shuffled before packing; helps smooth signals."
    ).keptOutOfFingerprint,
  ]

  /// - Parameter available: modalities of the output; `nil` when only the data can tell.
  func check(available: [String]?, report: (Complaint) -> Void) {
    NameChecks.check(
      byteShuffle, called: "modality", plural: "modalities", among: available, of: "the output",
      at: ["byte-shuffle"], report: report)
  }
}
