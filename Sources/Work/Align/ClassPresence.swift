import Arrays
import Diagnostics
import Stages

/// Which classes a label map shows: those that fill a share of the pixels whose class is known.
struct ClassPresence: Sendable {
  /// The classes that are looked for, in the order of the output.
  let names: [String]
  /// Their numbers in the maps.
  private let classes: [UInt8]
  private let minShare: Double

  /// - Throws: `Diagnostic` for a class that the input does not have.
  init(_ description: AlignStage.LabelsDescription, of classes: [String]) throws {
    names = description.present ?? classes
    minShare = description.minShare
    self.classes = try names.map { name in
      guard let place = classes.firstIndex(of: name), place < Int(unknown) else {
        throw Diagnostic(
          "class '\(name)'", "the label maps of the input do not have it",
          mend: Suggestions.mend(name, among: classes, called: "classes"))
      }
      return UInt8(place)
    }
  }

  /// - Parameter map: classes, 255 where nobody knows.
  /// - Returns: 1 for every class that is there, 255 of all where nobody knows a pixel.
  func list(_ map: [UInt8]) -> [UInt8] {
    var counts = [Int](repeating: 0, count: 256)
    for pixel in map { counts[Int(pixel)] += 1 }
    let known = map.count - counts[Int(unknown)]
    guard known > 0 else { return [UInt8](repeating: unknown, count: classes.count) }
    return classes.map { Double(counts[Int($0)]) >= minShare * Double(known) ? 1 : 0 }
  }
}

/// The mark of what nobody knows, in maps and in lists.
private let unknown: UInt8 = 255
