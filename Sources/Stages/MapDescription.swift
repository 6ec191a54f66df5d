import Configuration
import Dataflow
import Diagnostics
import Readers

/// A label map: a picture, or an array, with a number for the class of each pixel.
public struct MapDescription: Decodable, Hashable, Sendable {
  /// Column of the manifest, or part of the layout; `label` when `nil`.
  public var file: String?
  /// Name of the array in a npz or MATLAB file, path of the data set in HDF5.
  public var name: String?
  /// Values of pixels whose class nobody knows; 255 is one always.
  public var ignore: [Int]
  /// The values of each class, in the order of the classes; class k is the value k when `nil`.
  public var values: [[Int]]?

  private enum CodingKeys: String, CodingKey { case file, name, ignore, values }

  public init(
    file: String? = nil, name: String? = nil, ignore: [Int] = [], values: [[Int]]? = nil
  ) {
    self.file = file
    self.name = name
    self.ignore = ignore
    self.values = values
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    file = try container.decodeIfPresent(String.self, forKey: .file)
    name = try container.decodeIfPresent(String.self, forKey: .name)
    ignore = try container.decode([Int].self, forKey: .ignore)
    values = try container.decodeIfPresent([Values].self, forKey: .values)?.map(\.list)
  }

  /// One value, or several that mean the same.
  private struct Values: Decodable {
    var list: [Int]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      list = try (try? container.decode(Int.self)).map { [$0] } ?? container.decode([Int].self)
    }
  }

  static let key = Key(
    "target", .tagged([.init("map", "The class of every pixel, from a file.", keys: keys)]),
    "Labels of single pixels, in place of a label of the whole sample.")

  private static let value = Shape.integer(0...65_535)

  static let keys: [Key] = [
    Key(
      "file", .string, default: "label",
      "Column of the manifest, or part of the layout, with the label maps."),
    Key("name", .string, "Name of the array in a npz or MATLAB file; path of it in HDF5."),
    Key(
      "ignore", .list(value), default: .array([]),
      "Values of pixels whose class nobody knows, beside 255."),
    Key(
      "values", .nonEmptyList(.either([value, .nonEmptyList(value)])),
      "Value of each class, in the order of 'classes', or a list of several; 0, 1, 2, … when "
        + "absent."),
  ]

  var fileName: String { file ?? "label" }

  /// What the values mean.
  ///
  /// - Throws: `Diagnostic` for what `check` complains of already.
  func mapValues(classes: [String]) throws -> MapValues {
    try MapValues(classes: classes.count, values: values, ignored: ignore)
  }

  func check(_ classes: [String]?, at path: [String], report: (Complaint) -> Void) {
    guard let classes else {
      report(
        Complaint(
          path, "label maps hold numbers, and nothing says what these mean",
          mend: "add 'classes: […]' to the stage, in the order of the values"))
      return
    }
    do {
      _ = try mapValues(classes: classes)
    } catch {
      for diagnostic in Diagnostic.all(of: error, subject: "label maps") {
        report(Complaint(path, diagnostic.message, mend: diagnostic.mend))
      }
    }
  }
}
