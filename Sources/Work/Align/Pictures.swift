import Alignment
import Diagnostics
import Shards
import Stages

/// The one geometry of all pictures and label maps of a stage.
struct Pictures: Sendable {
  private let space: AlignStage.SpaceDescription
  private let reference: PictureSize
  private let crop: PictureRectangle
  private let output: PictureSize
  /// Where the samples of a recording are in its output; one of all of it where nothing is cut.
  let tiles: [PictureRectangle]

  /// - Throws: `Diagnostic` when a modality holds no pictures, or the crop is not inside them.
  init(_ space: AlignStage.SpaceDescription, _ modalities: [JoinedSamples.Modality]) throws {
    self.space = space
    let named = try space.modalities.map { name in
      guard let modality = modalities.first(where: { $0.description.name == name }) else {
        throw Diagnostic(
          "modality '\(name)'", "none of the inputs has it",
          mend: Suggestions.mend(
            name, among: modalities.map(\.description.name), called: "modalities"))
      }
      return (name, try Self.place(in: modality.description))
    }
    guard let first = named.first else {
      throw Diagnostic("space", "no modality is named", mend: "add 'modalities: [NAME]'")
    }
    reference = first.1.size
    let size = space.size.map { PictureSize(height: $0[0], width: $0[1]) }
    switch space.crop {
    case nil: crop = PictureRectangle(top: 0, left: 0, size: reference)
    case .centre:
      crop = PictureRectangle(shapedAs: size ?? reference, inTheMiddleOf: reference)
    case .rectangle(let top, let left, let height, let width):
      let part = PictureSize(height: height, width: width)
      let middle = PictureRectangle(part, inTheMiddleOf: reference)
      crop = PictureRectangle(top: top ?? middle.top, left: left ?? middle.left, size: part)
    }
    guard crop.isInside(reference) else {
      throw Diagnostic(
        "space",
        "rows \(crop.top) to \(crop.top + crop.size.height - 1) and columns \(crop.left) to "
          + "\(crop.left + crop.size.width - 1) are not all inside '\(first.0)' of "
          + "\(reference.height) × \(reference.width) pixels",
        mend: "make 'crop' smaller, or move it")
    }
    let output = size ?? crop.size
    self.output = output
    tiles =
      space.tiles.map { tiles in
        let hop = tiles.hop ?? tiles.size
        return PictureRectangle.tiles(
          PictureSize(height: tiles.size[0], width: tiles.size[1]),
          every: PictureSize(height: hop[0], width: hop[1]), of: output)
      } ?? [PictureRectangle(top: 0, left: 0, size: output)]
    guard !tiles.isEmpty else {
      throw Diagnostic(
        "space", "pictures of \(output.height) × \(output.width) pixels hold no tile",
        mend: "make 'tiles' smaller")
    }
    guard tiles.count <= Self.mostTiles else {
      throw Diagnostic(
        "space",
        "\(tiles.count) tiles of one picture are more than the \(Self.mostTiles) that are cut",
        mend: "take a larger 'hop'")
    }
  }

  private static let mostTiles = 65_536

  var isCut: Bool { space.tiles != nil }

  /// Rows and columns at the lower and right edges that are in no tile.
  var rest: PictureSize {
    PictureSize(
      height: output.height - (tiles.map { $0.top + $0.size.height }.max() ?? 0),
      width: output.width - (tiles.map { $0.left + $0.size.width }.max() ?? 0))
  }

  /// What is done to a modality; `nil` where it is none of the pictures.
  func sampler(of description: ModalityDescription) throws -> AlignedModality.Pictures? {
    guard space.modalities.contains(description.name) else { return nil }
    let place = try Self.place(in: description)
    let sampler = PictureSampler(
      output, crop: crop, of: reference, from: place.size,
      map: space.register[description.name].map { AffineMap($0) },
      filter: PictureFilter(rawValue: space.filter.rawValue) ?? .bilinear,
      invalid: space.invalid[description.name])
    return AlignedModality.Pictures(samplers: tiles.map(sampler.part), axis: place.axis)
  }

  /// Label maps are never mixed.
  func samplers(ofMaps size: PictureSize) -> [PictureSampler] {
    let sampler = PictureSampler(output, crop: crop, of: reference, from: size, filter: .nearest)
    return tiles.map(sampler.part)
  }

  /// The axis of the height of a modality's pictures, and their size.
  private static func place(
    in description: ModalityDescription
  ) throws -> (axis: Int, size: PictureSize) {
    let shape = description.shape
    let named = description.axes.firstIndex(of: "height")
    let axis =
      named.flatMap { axis in
        description.axes.indices.contains(axis + 1) && description.axes[axis + 1] == "width"
          ? axis : nil
      } ?? (description.axes.isEmpty ? [2: 0, 3: 0, 4: 1][shape.count] : nil)
    guard let axis, shape.indices.contains(axis + 1), let height = shape[axis],
      let width = shape[axis + 1]
    else {
      let axes =
        description.axes.isEmpty
        ? "\(shape.count) axes without names" : description.axes.joined(separator: ", ")
      throw Diagnostic(
        "modality '\(description.name)'", "it holds no pictures: its axes are \(axes)",
        mend: "remove it from 'space'; pictures have the axes height, width, channel")
    }
    return (axis, PictureSize(height: height, width: width))
  }
}
