import Recipes
public import Tensors

/// How the pictures of a batch were moved by transforms: what becomes of their label maps, too.
public struct Geometry: Sendable {
  /// One draw for each sample of the batch.
  private enum Move {
    /// Left to right where `mirrored`, uint8, says so; then by pixels, int64.
    case shift(mirrored: Tensor, down: Tensor, right: Tensor)
    /// Top to bottom where it, uint8, says so.
    case upsideDown(Tensor)
    /// Boxes `[top, left, height, width]` at the size of the whole.
    case crop(Tensor, nearest: Bool)
  }

  private var moves: [Move] = []

  public init() {}

  /// Whether everything is where it was.
  public var isEmpty: Bool { moves.isEmpty }

  /// Mirrors each of `count` pictures with a probability.
  mutating func flip(
    _ count: Int, probability: Double, axis: TransformDescription.Axis, stream: RandomStream
  ) throws(TensorError) {
    let drawn = try stream.mask(rows: count, columns: 1, rate: 1 - probability, keepsOne: false)
    let mirrored = try drawn.reshaped([count]).converted(to: .uint8)
    switch axis {
    case .horizontal:
      let still = try Tensor.zeros([count], type: .int64, device: stream.device)
      moves.append(.shift(mirrored: mirrored, down: still, right: still))
    case .vertical: moves.append(.upsideDown(mirrored))
    }
  }

  /// Moves each of `count` pictures by up to `pixels` either way in both directions.
  mutating func shift(_ count: Int, pixels: Int, stream: RandomStream) throws(TensorError) {
    moves.append(
      .shift(
        mirrored: try Tensor.zeros([count], type: .uint8, device: stream.device),
        down: try stream.integers(count, in: -pixels...pixels),
        right: try stream.integers(count, in: -pixels...pixels)))
  }

  /// Cuts a box out of each of `count` pictures of `height` × `width` and resizes it to their size.
  mutating func crop(
    _ count: Int, height: Int, width: Int, by crop: ResizedCrop, stream: RandomStream
  ) throws(TensorError) {
    guard let area = crop.area.range, let ratio = crop.ratio.range else {
      throw TensorError(
        operation: "crop", shapes: [], message: "a smallest area or ratio is above the largest")
    }
    moves.append(
      .crop(
        try stream.boxes(
          count, height: height, width: width, area: area, ratio: ratio, orWhole: true),
        nearest: crop.interpolation == .nearest))
  }

  /// Pictures moved alike; `fill` where something comes in from outside. Where a box is resized, each
  /// pixel is the nearest of the box: classes do not mix.
  ///
  /// - pictures: the first axis is the batch
  /// - rows, columns: the axes along which a picture's rows and columns stand
  public func moved(
    _ pictures: Tensor, rows: Int, columns: Int, fill: Double
  ) throws(TensorError) -> Tensor {
    var result = pictures
    for move in moves {
      result = try Self.moved(
        result, by: move, rows: rows, columns: columns, fill: fill, interpolates: false)
    }
    return result
  }

  private static func moved(
    _ pictures: Tensor, by move: Move, rows: Int, columns: Int, fill: Double, interpolates: Bool
  ) throws(TensorError) -> Tensor {
    switch move {
    case .shift(let mirrored, let down, let right):
      try pictures.movingPictures(
        mirrored: mirrored, down: down, right: right, rows: rows, columns: columns, fill: fill)
    case .upsideDown(let mirrored): try pictures.mirroring(mirrored, axis: rows)
    case .crop(let boxes, let nearest):
      try pictures.croppingPictures(
        boxes, rows: rows, columns: columns, nearest: nearest || !interpolates)
    }
  }

  /// The last move alone, on the samples of `modality`.
  func movedLast(_ input: Tensor, of modality: ModalityShape) throws(TensorError) -> Tensor {
    guard let last = moves.last else { return input }
    let rows = modality.rowAxis
    return try Self.moved(
      input, by: last, rows: rows, columns: rows + 1, fill: 0, interpolates: true)
  }
}

extension ModalityShape {
  /// The axis of a batch along which a picture's rows stand; its columns stand along the next.
  var rowAxis: Int { shape.count == 4 ? 2 : 1 }
}
