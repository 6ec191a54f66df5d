import Configuration
import Dataflow
import Diagnostics

extension AlignStage {
  /// How pictures, video, depth and label maps are brought to one size and one field of view.
  public struct SpaceDescription: Hashable, Sendable, Decodable {
    public enum Filter: String, Hashable, Sendable, Decodable, CaseIterable {
      case bilinear, nearest, area
    }

    /// The part of the reference picture that is kept.
    public enum Crop: Hashable, Sendable, Decodable {
      /// The largest part in the middle with the proportions of `size`.
      case centre
      /// Pixels of the reference picture; in the middle where `top` or `left` is `nil`.
      case rectangle(top: Int?, left: Int?, height: Int, width: Int)

      private enum CodingKeys: String, CodingKey { case top, left, height, width }

      public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
          guard word == SpaceDescription.centre else {
            throw DecodingError.dataCorrupted(
              DecodingError.Context(
                codingPath: decoder.codingPath, debugDescription: "'\(word)' is no part"))
          }
          self = .centre
          return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self = .rectangle(
          top: try container.decodeIfPresent(Int.self, forKey: .top),
          left: try container.decodeIfPresent(Int.self, forKey: .left),
          height: try container.decode(Int.self, forKey: .height),
          width: try container.decode(Int.self, forKey: .width))
      }
    }

    /// How pictures are cut into samples of their own.
    public struct Tiles: Hashable, Sendable, Decodable {
      /// Height and width, pixels.
      public var size: [Int]
      /// From one tile to the next, downward and to the right, pixels; `size` when `nil`.
      public var hop: [Int]?

      static let keys: [Key] = [
        .required("size", .list(pixels, count: 2...2), "Height and width of a tile, pixels."),
        Key(
          "hop", .list(pixels, count: 2...2),
          "Pixels from one tile to the next, downward and to the right; 'size' when absent."),
      ]
    }

    /// The first is the reference: the crop is in its pixels, and label maps lie upon it.
    public var modalities: [String]
    /// Height and width of the output, pixels; that of the cropped part when `nil`.
    public var size: [Int]?
    public var crop: Crop?
    /// Of the pictures as they come out of crop and size.
    public var tiles: Tiles?
    public var filter: Filter
    /// By modality: two rows of three numbers, from a pixel of the reference to one of the modality.
    public var register: [String: [[Double]]]
    /// By modality: the value of pixels that tell nothing.
    public var invalid: [String: Double]

    static let centre = "centre"

    private enum CodingKeys: String, CodingKey {
      case modalities, size, crop, tiles, filter, register, invalid
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      modalities = try container.decode([String].self, forKey: .modalities)
      size = try container.decodeIfPresent([Int].self, forKey: .size)
      crop = try container.decodeIfPresent(Crop.self, forKey: .crop)
      tiles = try container.decodeIfPresent(Tiles.self, forKey: .tiles)
      filter = try container.decode(Filter.self, forKey: .filter)
      register =
        try container.decodeIfPresent([String: [[Double]]].self, forKey: .register) ?? [:]
      invalid = try container.decodeIfPresent([String: Double].self, forKey: .invalid) ?? [:]
    }

    private static let pixels = Shape.integer(1...65_536)
    private static let places = Shape.integer(0...65_536)

    static let keys: [Key] = [
      .required(
        "modalities", .nonEmptyList(.string),
        "The pictures; the first is the reference that the crop is in and label maps lie upon."),
      Key(
        "size", .list(pixels, count: 2...2),
        "Height and width of the output, pixels; those of the cropped part when absent."),
      Key(
        "crop",
        .either([
          .choice([centre]),
          .object([
            .required("height", pixels, "Pixels of the reference."),
            .required("width", pixels, "Pixels of the reference."),
            Key("top", places, "First row that is kept; in the middle when absent."),
            Key("left", places, "First column that is kept; in the middle when absent."),
          ]),
        ]),
        "The part that is kept: 'centre', the largest one with the proportions of 'size', or a "
          + "rectangle; all when absent."),
      Key(
        "tiles", .object(Tiles.keys),
        "Cuts the pictures, and label maps with them, into tiles, each a sample of its own."),
      Key(
        "filter", .choice(Filter.allCases.map(\.rawValue)), default: "bilinear",
        "How pictures are resized; label maps always by 'nearest'."),
      Key(
        "register", .map(.list(.list(.anyNumber, count: 3...3), count: 2...2)),
        "By modality: the matrix [[a, b, c], [d, e, f]] from column x and row y of the reference to "
          + "column a·x + b·y + c and row d·x + e·y + f of the modality, the middle of the top left "
          + "pixel being (0, 0)."),
      Key(
        "invalid", .map(.anyNumber),
        "By modality: the value of pixels that tell nothing, as 0 in depth, which is mixed with no "
          + "other."),
    ]

    func check(available: [String]?, report: (Complaint) -> Void) {
      NameChecks.check(
        modalities, called: "modality", plural: "modalities", among: available, of: "the output",
        at: ["space", "modalities"], report: report)
      if size == nil, crop == nil, tiles == nil, register.isEmpty {
        report(
          Complaint(
            ["space"], "nothing says what becomes of the pictures",
            mend: "add 'size: [HEIGHT, WIDTH]', 'crop', 'tiles' or 'register'"))
      }
      if let tiles, let size, tiles.size[0] > size[0] || tiles.size[1] > size[1] {
        report(
          Complaint(
            ["space", "tiles", "size"],
            "a tile of \(tiles.size[0]) × \(tiles.size[1]) pixels is larger than the picture of "
              + "\(size[0]) × \(size[1])", mend: "take smaller tiles, or a larger 'size'"))
      }
      if crop == .centre, size == nil {
        report(
          Complaint(
            ["space", "crop"], "nothing says which proportions the part in the middle has",
            mend: "add 'size: [HEIGHT, WIDTH]', or give the crop a height and a width"))
      }
      for name in (Array(register.keys) + invalid.keys).sorted() where !modalities.contains(name) {
        report(
          Complaint(
            ["space", register[name] != nil ? "register" : "invalid", name],
            "'\(name)' is none of the pictures",
            mend: Suggestions.mend(name, among: modalities, called: "modalities")))
      }
      for (name, rows) in register.sorted(by: { $0.key < $1.key }) {
        let path = ["space", "register", name]
        if name == modalities.first {
          report(
            Complaint(
              path, "'\(name)' is the reference that others are registered to",
              mend: "put another modality first, or register the others"))
        }
        if rows[0][0] * rows[1][1] == rows[0][1] * rows[1][0] {
          report(
            Complaint(
              path, "the matrix maps the whole picture onto a line or a point",
              mend: "a shift alone is [[1, 0, c], [0, 1, f]]"))
        }
      }
      if filter == .area, !register.isEmpty {
        report(
          Complaint(
            ["space", "filter"], "pictures that are registered cannot be averaged over areas",
            mend: "take 'bilinear' or 'nearest'"))
      }
    }
  }
}
