/// Parameters and running statistics of an encoder, from a safetensors file.
///
/// The file may be a state dict of the encoder alone, as torchvision's are, or that of a whole network
/// whose names start with `encoders.<modality>.`; then those of the modality count.
public struct WeightsFile: Sendable {
  /// A tensor that an encoder has.
  public struct Wanted: Hashable, Sendable {
    public var name: String
    /// `nil` where a length is not known before the data are there.
    public var shape: [Int?]

    public init(_ name: String, _ shape: [Int?]) {
      self.name = name
      self.shape = shape
    }

    var text: String { "[\(shape.map { $0.map(String.init) ?? "*" }.joined(separator: ", "))]" }
  }

  public let file: SafetensorsFile
  /// By the names that they have in the encoder.
  public let entries: [String: SafetensorsFile.Entry]
  /// What the file has besides: a classifier behind a ResNet, say.
  public let leftOut: [String]

  /// Reads the header.
  ///
  /// - kind: of the encoder, as in `resnet`
  /// - Throws: `SafetensorsFile.Damage`.
  public init(
    _ path: String, kind: String, modality: String
  ) throws(SafetensorsFile.Damage) {
    file = try SafetensorsFile(path)
    let isNetwork =
      !file.entries.isEmpty
      && file.entries.allSatisfy {
        ["encoders.", "fusion.", "head."].contains(where: $0.name.hasPrefix)
      }
    let prefix = isNetwork ? "encoders.\(modality)." : ""
    var entries: [String: SafetensorsFile.Entry] = [:]
    var leftOut: [String] = []
    for entry in file.entries {
      if isNetwork {
        guard entry.name.hasPrefix(prefix) else { continue }
        entries[String(entry.name.dropFirst(prefix.count))] = entry
      } else if entry.name.hasSuffix("num_batches_tracked") {
        // Counted by PyTorch, used by nothing.
        continue
      } else if kind == "resnet", ["fc.weight", "fc.bias"].contains(entry.name) {
        leftOut.append(entry.name)
      } else {
        entries[entry.name] = entry
      }
    }
    self.entries = entries
    self.leftOut = leftOut
  }

  /// What the encoder lacks in the file, what the file has otherwise or too much: by name, each once.
  public func faults(_ wanted: [Wanted]) -> [String] {
    var left = entries
    var missing: [String] = []
    var faults: [String] = []
    for own in wanted {
      guard let entry = left.removeValue(forKey: own.name) else {
        missing.append(own.name)
        continue
      }
      if entry.shape.count != own.shape.count
        || zip(entry.shape, own.shape).contains(where: { $1 != nil && $0 != $1 })
      {
        faults.append(
          "'\(own.name)' is \(entry.shape) in the file and \(own.text) in the encoder")
      } else if !SafetensorsFile.canRead(entry.type) {
        faults.append("'\(own.name)' is \(entry.type), which cannot be read")
      }
    }
    if !missing.isEmpty { faults.append("the file lacks \(Self.listed(missing))") }
    if !left.isEmpty {
      faults.append("the encoder has no \(Self.listed(left.keys.sorted()))")
    }
    return faults
  }

  /// `'a', 'b' and 7 more`
  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
  }
}
