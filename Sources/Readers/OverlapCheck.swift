public import Diagnostics

/// Finds samples that stand in two splits: the same id, or other ids with equal content.
///
/// What the network has seen in training must not be what it is tested on. Equal content inside one
/// split is no leak, and is counted only.
public struct OverlapCheck: Sendable {
  private struct Place: Sendable {
    var id: String
    var split: String
  }

  private let subject: String
  private var splitOfID: [String: String] = [:]
  private var firstOfContent: [String: Place] = [:]
  private var sharedIDs: [(id: String, splits: (String, String))] = []
  private var sharedContent: [(Place, Place)] = []
  private var sharedIDCount = 0
  private var sharedContentCount = 0
  /// Samples whose content an earlier sample of the same split has already.
  public private(set) var duplicates = 0
  /// How many pairs a message names.
  static let shown = 5

  /// - Parameter subject: what is checked, for the messages: `stage 'moons'`.
  public init(_ subject: String) { self.subject = subject }

  /// - Parameters:
  ///   - content: a hash of the sample's values.
  ///   - split: a name of `SplitName`.
  public mutating func add(id: String, content: String, split: String) {
    if let other = splitOfID[id] {
      if other != split {
        sharedIDCount += 1
        if sharedIDs.count < Self.shown { sharedIDs.append((id, (other, split))) }
      }
    } else {
      splitOfID[id] = split
    }
    guard let first = firstOfContent[content] else {
      firstOfContent[content] = Place(id: id, split: split)
      return
    }
    if first.split == split {
      duplicates += 1
    } else if first.id != id {
      sharedContentCount += 1
      if sharedContent.count < Self.shown {
        sharedContent.append((first, Place(id: id, split: split)))
      }
    }
  }

  /// The overlaps between splits, as errors; then equal content inside a split, as a warning.
  public var diagnostics: [Diagnostic] {
    var result: [Diagnostic] = []
    if sharedIDCount > 0 {
      let pairs = sharedIDs.map { "'\($0.id)' (\($0.splits.0) and \($0.splits.1))" }
      result.append(
        Diagnostic(
          subject,
          "\(Self.count(sharedIDCount, "id stands", "ids stand")) in two splits: "
            + Self.list(pairs, of: sharedIDCount), mend: "keep each sample in one split"))
    }
    if sharedContentCount > 0 {
      let pairs = sharedContent.map {
        "'\($0.id)' (\($0.split)) = '\($1.id)' (\($1.split))"
      }
      result.append(
        Diagnostic(
          subject,
          "\(Self.count(sharedContentCount, "sample has", "samples have")) the content of a sample "
            + "in another split: " + Self.list(pairs, of: sharedContentCount),
          mend: "remove one of each pair, or put both into one split"))
    }
    if duplicates > 0 {
      result.append(
        Diagnostic(
          .warning, subject,
          "\(Self.count(duplicates, "sample has", "samples have")) the content of another sample "
            + "in the same split",
          mend: "they count twice in every mean; remove them if that is wrong"))
    }
    return result
  }

  private static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }

  private static func list(_ pairs: [String], of count: Int) -> String {
    pairs.joined(separator: ", ") + (count > pairs.count ? ", …" : "")
  }
}
