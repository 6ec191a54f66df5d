public import Tensors

/// How the pictures of a batch were moved by transforms: what becomes of their label maps, too.
public struct Geometry: Sendable {
  /// One draw for each sample of the batch.
  private struct Move {
    /// uint8
    var mirrored: Tensor
    /// Pixels, int64.
    var down: Tensor
    var right: Tensor
  }

  private var moves: [Move] = []

  public init() {}

  /// Whether everything is where it was.
  public var isEmpty: Bool { moves.isEmpty }

  /// Mirrors each of `count` pictures with a probability.
  mutating func flip(
    _ count: Int, probability: Double, stream: RandomStream
  ) throws(TensorError) {
    let drawn = try stream.mask(rows: count, columns: 1, rate: 1 - probability, keepsOne: false)
    let still = try Tensor.zeros([count], type: .int64, device: stream.device)
    moves.append(
      Move(mirrored: try drawn.reshaped([count]).converted(to: .uint8), down: still, right: still))
  }

  /// Moves each of `count` pictures by up to `pixels` either way in both directions.
  mutating func shift(_ count: Int, pixels: Int, stream: RandomStream) throws(TensorError) {
    moves.append(
      Move(
        mirrored: try Tensor.zeros([count], type: .uint8, device: stream.device),
        down: try stream.integers(count, in: -pixels...pixels),
        right: try stream.integers(count, in: -pixels...pixels)))
  }

  /// Pictures moved alike; `fill` where something comes in from outside.
  ///
  /// - pictures: the first axis is the batch
  /// - rows, columns: the axes along which a picture's rows and columns stand
  public func moved(
    _ pictures: Tensor, rows: Int, columns: Int, fill: Double
  ) throws(TensorError) -> Tensor {
    var result = pictures
    for move in moves {
      result = try result.movingPictures(
        mirrored: move.mirrored, down: move.down, right: move.right, rows: rows, columns: columns,
        fill: fill)
    }
    return result
  }

  /// The last move alone, on the samples of `modality`.
  func movedLast(_ input: Tensor, of modality: ModalityShape) throws(TensorError) -> Tensor {
    guard let last = moves.last else { return input }
    var alone = Geometry()
    alone.moves = [last]
    let rows = modality.shape.count == 4 ? 2 : 1
    return try alone.moved(input, rows: rows, columns: rows + 1, fill: 0)
  }
}
