public import Arrays

/// Cuts a part out of pictures and brings it to another size, for all pictures of one size.
///
/// Geometry. A picture covers the rectangle [0, height] × [0, width], pixel i the unit from i to
/// i + 1 with its middle at i + ½. Pixel i of an output of n pixels along an axis has its middle at
/// `top + (i + ½) · cropped / n` of the reference picture: the convention of PyTorch
/// (`align_corners=False`) and of OpenCV's `resize`. Pictures of another size than the reference show
/// the same field of view, unless a map says where its pixels are in them. All modalities and the
/// label map therefore keep lying upon each other.
///
/// Beyond the edge of the cropped part the edge is repeated. Where a map points outside of a picture
/// (farther than half a pixel from the middle of any of its own) there is nothing: the invalid value
/// if there is one, else 0.
public struct PictureSampler: Sendable {
  public let output: PictureSize
  public let source: PictureSize
  /// Pixels of an output picture that a map takes from outside of the source.
  public let outside: Int
  private let invalid: Double?
  private let steps: Steps

  /// Where the pixels come from.
  private enum Steps: Sendable {
    case nearest(rows: [Int], columns: [Int])
    case bilinear(rows: [Pair], columns: [Pair])
    case area(rows: [Range<Int>], columns: [Range<Int>])
    case mapped(AffineMap, rows: [Double], columns: [Double], isNearest: Bool)
  }

  /// Two neighbours along an axis and the weight of the second.
  private struct Pair: Sendable {
    var lower: Int
    var upper: Int
    var weight: Double
  }

  /// - Parameters:
  ///   - crop: the part of the reference picture that is kept.
  ///   - reference: size of the picture that `crop` is in.
  ///   - source: size of the pictures that will be resampled.
  ///   - map: from a pixel of the reference picture to that of a source picture.
  ///   - invalid: pixels of this value (and those that are no number) tell nothing: they enter no
  ///     mean, and where there are no others the output is invalid too.
  /// - Precondition: the crop is inside the reference, sizes are at least 1, and pictures with a map
  ///   are not averaged over areas.
  public init(
    _ output: PictureSize, crop: PictureRectangle, of reference: PictureSize,
    from source: PictureSize, map: AffineMap? = nil, filter: PictureFilter, invalid: Double? = nil
  ) {
    precondition(crop.isInside(reference) && output.height >= 1 && output.width >= 1)
    precondition(source.height >= 1 && source.width >= 1)
    precondition(map == nil || filter != .area, "areas are not mapped")
    let rows = Axis(
      count: output.height, first: crop.top, length: crop.size.height,
      reference: reference.height, source: source.height)
    let columns = Axis(
      count: output.width, first: crop.left, length: crop.size.width,
      reference: reference.width, source: source.width)
    let steps: Steps =
      if let map {
        .mapped(
          map, rows: rows.referenceCentres, columns: columns.referenceCentres,
          isNearest: filter == .nearest)
      } else {
        switch filter {
        case .nearest: .nearest(rows: rows.nearest, columns: columns.nearest)
        case .bilinear: .bilinear(rows: rows.pairs, columns: columns.pairs)
        case .area: .area(rows: rows.areas, columns: columns.areas)
        }
      }
    self.init(output, of: source, steps, invalid: invalid)
  }

  /// Gives a part of the output alone: the same pixels as of the whole.
  ///
  /// - Precondition: `part` is inside the output.
  public func part(_ part: PictureRectangle) -> PictureSampler {
    precondition(part.isInside(output), "a part that is not inside the output")
    func rows<Place>(_ all: [Place]) -> [Place] { Array(all[part.top...].prefix(part.size.height)) }
    func columns<Place>(_ all: [Place]) -> [Place] {
      Array(all[part.left...].prefix(part.size.width))
    }
    let steps: Steps =
      switch self.steps {
      case .nearest(let y, let x): .nearest(rows: rows(y), columns: columns(x))
      case .bilinear(let y, let x): .bilinear(rows: rows(y), columns: columns(x))
      case .area(let y, let x): .area(rows: rows(y), columns: columns(x))
      case .mapped(let map, let y, let x, let isNearest):
        .mapped(map, rows: rows(y), columns: columns(x), isNearest: isNearest)
      }
    return PictureSampler(part.size, of: source, steps, invalid: invalid)
  }

  private init(
    _ output: PictureSize, of source: PictureSize, _ steps: Steps, invalid: Double?
  ) {
    self.output = output
    self.source = source
    self.invalid = invalid
    self.steps = steps
    guard case .mapped(let map, let rows, let columns, _) = steps else {
      outside = 0
      return
    }
    outside = rows.reduce(0) { count, row in
      count
        + columns.count { column in
          let place = map(column, row)
          return !Self.isInside(place.x, source.width) || !Self.isInside(place.y, source.height)
        }
    }
  }

  private static func isInside(_ place: Double, _ size: Int) -> Bool {
    place >= -0.5 && place <= Double(size) - 0.5
  }

  /// One axis of the output, pixel by pixel.
  private struct Axis {
    let count: Int
    /// Of the crop, in pixels of the reference.
    let first: Int
    let length: Int
    let reference: Int
    let source: Int

    /// Pixels of the source that belong to the crop.
    private var kept: ClosedRange<Int> {
      let low = Int(scaled(Double(first)).rounded(.down))
      let high = Int(scaled(Double(first + length)).rounded(.up)) - 1
      return min(low, source - 1)...max(min(high, source - 1), min(low, source - 1))
    }

    private func scaled(_ place: Double) -> Double {
      source == reference ? place : place * Double(source) / Double(reference)
    }

    /// Where the edge before pixel `number` of the output is in the source; `number` may be halved.
    private func place(_ number: Double) -> Double {
      scaled(Double(first) + number * Double(length) / Double(count))
    }

    /// Middles of the pixels in the reference, counted from the middle of its first one.
    var referenceCentres: [Double] {
      (0..<count).map {
        Double(first) + (Double($0) + 0.5) * Double(length) / Double(count) - 0.5
      }
    }

    var nearest: [Int] {
      let kept = kept
      return (0..<count).map { number in
        let pixel = Int(place(Double(number) + 0.5).rounded(.down))
        return min(max(pixel, kept.lowerBound), kept.upperBound)
      }
    }

    var pairs: [Pair] {
      let kept = kept
      return (0..<count).map { number in
        let middle = place(Double(number) + 0.5) - 0.5
        let held = min(max(middle, Double(kept.lowerBound)), Double(kept.upperBound))
        let lower = Int(held.rounded(.down))
        return Pair(
          lower: lower, upper: min(lower + 1, kept.upperBound), weight: held - Double(lower))
      }
    }

    var areas: [Range<Int>] {
      let kept = kept
      return (0..<count).map { number in
        let low = Int(place(Double(number)).rounded(.down))
        let high = Int(place(Double(number + 1)).rounded(.up))
        let start = min(max(low, kept.lowerBound), kept.upperBound)
        return start..<min(max(high, start + 1), kept.upperBound + 1)
      }
    }
  }

  // MARK: Applying

  /// The shape of what `apply` makes of an array of this shape.
  public func shape(of shape: [Int], at axis: Int) -> [Int] {
    shape[..<axis] + [output.height, output.width] + shape[(axis + 2)...]
  }

  /// Resamples every picture of an array.
  ///
  /// Whole numbers are rounded to the nearest, of two that are equally near to the one farther from
  /// zero; what is not mixed keeps its bits.
  ///
  /// - Parameter axis: of the height, which that of the width follows: 0 of `[height, width]`, 1 of
  ///   `[time, height, width, channel]`.
  /// - Precondition: the array's pictures have the size of the source.
  public func apply(to array: NumberArray, at axis: Int) -> NumberArray {
    precondition(
      array.shape.count >= axis + 2 && array.shape[axis] == source.height
        && array.shape[axis + 1] == source.width, "\(array.shape) for pictures of \(source)")
    func apply<T: BlendedElement>(_ type: T.Type) -> NumberArray { resampled(array, axis, type) }
    return array.type.withSwiftType { apply($0) }
  }

  private func resampled<T: BlendedElement>(
    _ array: NumberArray, _ axis: Int, _ type: T.Type
  ) -> NumberArray {
    let pictures = array.shape[..<axis].reduce(1, *)
    let channels = array.shape[(axis + 2)...].reduce(1, *)
    let read = source.height * source.width * channels * array.type.size
    let written = output.height * output.width * channels * array.type.size
    let bytes = [UInt8](unsafeUninitializedCapacity: pictures * written) { target, filled in
      let target = UnsafeMutableRawBufferPointer(target)
      array.bytes.withUnsafeBytes { bytes in
        for picture in 0..<pictures {
          Canvas<T>(
            source: UnsafeRawBufferPointer(
              rebasing: bytes[(picture * read)..<((picture + 1) * read)]),
            target: UnsafeMutableRawBufferPointer(
              rebasing: target[(picture * written)..<((picture + 1) * written)]),
            width: source.width, channels: channels, invalid: invalid
          ).fill(steps, source)
        }
      }
      filled = pictures * written
    }
    return NumberArray(array.type, bytes, shape: shape(of: array.shape, at: axis))
  }

  /// One picture and where it goes to.
  private struct Canvas<T: BlendedElement> {
    let source: UnsafeRawBufferPointer
    let target: UnsafeMutableRawBufferPointer
    let width: Int
    let channels: Int
    let invalid: Double?

    private var size: Int { MemoryLayout<T>.size }

    func fill(_ steps: Steps, _ picture: PictureSize) {
      var next = 0
      switch steps {
      case .nearest(let rows, let columns):
        for row in rows {
          for column in columns {
            copy(row, column, to: next)
            next &+= channels
          }
        }
      case .bilinear(let rows, let columns):
        for row in rows {
          for column in columns {
            blend(row, column, to: next)
            next &+= channels
          }
        }
      case .area(let rows, let columns):
        for row in rows {
          for column in columns {
            average(row, column, to: next)
            next &+= channels
          }
        }
      case .mapped(let map, let rows, let columns, let isNearest):
        for row in rows {
          for column in columns {
            let place = map(column, row)
            if isInside(place.x, picture.width), isInside(place.y, picture.height) {
              if isNearest {
                copy(
                  nearest(place.y, picture.height), nearest(place.x, picture.width), to: next)
              } else {
                blend(pair(place.y, picture.height), pair(place.x, picture.width), to: next)
              }
            } else {
              for channel in 0..<channels { store(T(nearest: invalid ?? 0), next &+ channel) }
            }
            next &+= channels
          }
        }
      }
    }

    private func isInside(_ place: Double, _ size: Int) -> Bool {
      PictureSampler.isInside(place, size)
    }

    private func nearest(_ place: Double, _ size: Int) -> Int {
      min(max(Int((place + 0.5).rounded(.down)), 0), size - 1)
    }

    private func pair(_ place: Double, _ size: Int) -> Pair {
      let held = min(max(place, 0), Double(size - 1))
      let lower = Int(held.rounded(.down))
      return Pair(lower: lower, upper: min(lower + 1, size - 1), weight: held - Double(lower))
    }

    @inline(__always)
    private func load(_ index: Int) -> T {
      source.loadUnaligned(fromByteOffset: index &* size, as: T.self)
    }

    @inline(__always)
    private func store(_ value: T, _ index: Int) {
      target.storeBytes(of: value, toByteOffset: index &* size, as: T.self)
    }

    private func copy(_ row: Int, _ column: Int, to next: Int) {
      let pixel = (row &* width &+ column) &* channels
      for channel in 0..<channels { store(load(pixel &+ channel), next &+ channel) }
    }

    private func blend(_ row: Pair, _ column: Pair, to next: Int) {
      if row.weight == 0, column.weight == 0 { return copy(row.lower, column.lower, to: next) }
      let top = row.lower &* width
      let bottom = row.upper &* width
      let pixels = (
        (top &+ column.lower) &* channels, (top &+ column.upper) &* channels,
        (bottom &+ column.lower) &* channels, (bottom &+ column.upper) &* channels
      )
      let weights = (
        (1 - row.weight) * (1 - column.weight), (1 - row.weight) * column.weight,
        row.weight * (1 - column.weight), row.weight * column.weight
      )
      for channel in 0..<channels {
        var mean = WeightedMean(invalid: invalid)
        mean.add(load(pixels.0 &+ channel).real, weights.0)
        mean.add(load(pixels.1 &+ channel).real, weights.1)
        mean.add(load(pixels.2 &+ channel).real, weights.2)
        mean.add(load(pixels.3 &+ channel).real, weights.3)
        store(T(nearest: mean.value), next &+ channel)
      }
    }

    private func average(_ rows: Range<Int>, _ columns: Range<Int>, to next: Int) {
      for channel in 0..<channels {
        var sum = 0.0
        var count = 0
        for row in rows {
          for column in columns {
            let value = load((row &* width &+ column) &* channels &+ channel).real
            if let invalid, value == invalid || value.isNaN { continue }
            sum += value
            count &+= 1
          }
        }
        store(T(nearest: count > 0 ? sum / Double(count) : invalid ?? 0), next &+ channel)
      }
    }
  }

  /// A mean of numbers by weights that add up to 1, over the valid ones alone.
  private struct WeightedMean {
    let invalid: Double?
    private var sum = 0.0
    private var weight = 0.0
    private var isPartial = false

    init(invalid: Double?) { self.invalid = invalid }

    @inline(__always)
    mutating func add(_ value: Double, _ own: Double) {
      // What has no weight does not count, be it infinite.
      guard own > 0 else { return }
      if let invalid, value == invalid || value.isNaN {
        isPartial = true
        return
      }
      sum += value * own
      weight += own
    }

    var value: Double {
      guard isPartial else { return sum }
      return weight > 0 ? sum / weight : invalid ?? 0
    }
  }
}
