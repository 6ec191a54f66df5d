import Arrays
import Testing

@testable import Alignment

@Suite struct PictureSamplerTests {
  @Test(arguments: PictureFilter.allCases, [false, true])
  func partsAreOfTheWhole(_ filter: PictureFilter, _ isMapped: Bool) {
    guard filter != .area || !isMapped else { return }
    let sizes = (source: PictureSize(height: 7, width: 9), output: PictureSize(height: 5, width: 6))
    let picture = NumberArray((0..<63).map { Float($0 * $0 % 37) }, shape: [7, 9])
    let whole = PictureSampler(
      sizes.output, crop: PictureRectangle(top: 0, left: 0, size: sizes.source), of: sizes.source,
      from: sizes.source, map: isMapped ? AffineMap([[0.9, 0.2, -1], [-0.1, 1.1, 0]]) : nil,
      filter: filter)
    let tiles = PictureRectangle.tiles(
      PictureSize(height: 2, width: 3), every: PictureSize(height: 3, width: 3), of: sizes.output)
    #expect(tiles.map { [$0.top, $0.left] } == [[0, 0], [0, 3], [3, 0], [3, 3]])
    let values = whole.apply(to: picture, at: 0).values(as: Float.self)
    for tile in tiles {
      let wanted = (tile.top..<tile.top + 2).flatMap { values[($0 * 6 + tile.left)...].prefix(3) }
      #expect(whole.part(tile).apply(to: picture, at: 0).values(as: Float.self) == wanted)
    }
    let outside = [0, 3].map {
      PictureRectangle(top: 0, left: $0, size: PictureSize(height: 5, width: 3))
    }
    .reduce(0) { $0 + whole.part($1).outside }
    #expect(outside == whole.outside)
    #expect(isMapped == (outside > 0))
  }

  private struct Case: Decodable {
    let name: String
    let source: [Int]
    let output: [Int]
    let channels: Int
    let crop: [Int]
    let values: [Float]
    let nearest: [Float]
    let bilinear: [Float]
    let area: [Float]
  }

  private func size(_ height: Int, _ width: Int) -> PictureSize {
    PictureSize(height: height, width: width)
  }

  private func whole(_ size: PictureSize) -> PictureRectangle {
    PictureRectangle(top: 0, left: 0, size: size)
  }

  /// Golden: torch.nn.functional.interpolate of the cropped part, float32. PyTorch computes weights
  /// in float32, we in float64: 5e-6 for values around 1.
  @Test func matchesPyTorch() throws {
    for golden in try GoldenFile<Case>.read("pictures").cases {
      let source = size(golden.source[0], golden.source[1])
      let crop = PictureRectangle(
        top: golden.crop[0], left: golden.crop[1], size: size(golden.crop[2], golden.crop[3]))
      let values = NumberArray(golden.values, shape: golden.source + [golden.channels])
      for (filter, wanted) in [
        (PictureFilter.nearest, golden.nearest), (.bilinear, golden.bilinear),
        (.area, golden.area),
      ] {
        let sampler = PictureSampler(
          size(golden.output[0], golden.output[1]), crop: crop, of: source, from: source,
          filter: filter)
        let found = sampler.apply(to: values, at: 0)
        #expect(found.shape == golden.output + [golden.channels])
        for (found, wanted) in zip(found.values(as: Float.self), wanted) {
          #expect(abs(found - wanted) < 5e-6, "\(golden.name): \(filter)")
        }
      }
    }
  }

  /// Fields of 4 × 4 pixels: the picture has 40 where the label says 1 and 240 where it says 2.
  private func checkerboard(_ size: PictureSize) -> (picture: NumberArray, label: NumberArray) {
    let label = (0..<size.height * size.width).map { pixel in
      UInt8((pixel / size.width / 4 + pixel % size.width / 4) % 2 + 1)
    }
    let shape = [size.height, size.width]
    return (
      NumberArray(label.map { $0 == 1 ? UInt8(40) : 240 }, shape: shape + [1]),
      NumberArray(label, shape: shape)
    )
  }

  /// Property: whatever part is cut out and however it is resized, picture and label stay upon each
  /// other: the label is that of the field whose colour is the nearer one.
  @Test func labelAndPictureAgreeOnACheckerboard() {
    var generator = SplitMix(state: 5)
    for _ in 0..<60 {
      let source = size(
        Int.random(in: 8...40, using: &generator), Int.random(in: 8...40, using: &generator))
      let height = Int.random(in: 4...source.height, using: &generator)
      let width = Int.random(in: 4...source.width, using: &generator)
      let crop = PictureRectangle(
        top: Int.random(in: 0...source.height - height, using: &generator),
        left: Int.random(in: 0...source.width - width, using: &generator), size: size(height, width)
      )
      let output = size(
        Int.random(in: 1...50, using: &generator), Int.random(in: 1...50, using: &generator))
      let board = checkerboard(source)
      let label = PictureSampler(output, crop: crop, of: source, from: source, filter: .nearest)
        .apply(to: board.label, at: 0).values(as: UInt8.self)
      for filter in [PictureFilter.nearest, .bilinear] {
        let picture = PictureSampler(output, crop: crop, of: source, from: source, filter: filter)
          .apply(to: board.picture, at: 0).values(as: UInt8.self)
        for (pixel, label) in zip(picture, label) where abs(Int(pixel) - 140) > 1 {
          #expect((pixel < 140) == (label == 1))
        }
      }
    }
  }

  @Test func picturesOfAnotherSizeShowTheSameFieldOfView() {
    let reference = size(8, 12)
    let crop = PictureRectangle(top: 2, left: 4, size: size(4, 8))
    let small = NumberArray((0..<24).map { UInt8($0) }, shape: [4, 6])
    let found = PictureSampler(
      size(2, 4), crop: crop, of: reference, from: size(4, 6), filter: .nearest
    ).apply(to: small, at: 0)
    #expect(found.values(as: UInt8.self) == [8, 9, 10, 11, 14, 15, 16, 17])
  }

  @Test(arguments: ElementType.allCases)
  func theIdentityIsExact(type: ElementType) {
    var generator = SplitMix(state: 9)
    let source = size(7, 5)
    let bytes = (0..<3 * 7 * 5 * 2 * type.size).map { _ in
      // No byte that would make a number none: NaN is not equal to itself, though its bits stay.
      UInt8.random(in: 0...63, using: &generator)
    }
    let values = NumberArray(type, bytes, shape: [3, 7, 5, 2])
    for map in [AffineMap.identity, nil] {
      for filter in [PictureFilter.nearest, .bilinear] {
        let sampler = PictureSampler(
          source, crop: whole(source), of: source, from: source, map: map, filter: filter)
        #expect(sampler.apply(to: values, at: 1) == values)
        #expect(sampler.outside == 0)
      }
    }
    let zero = NumberArray([-0.0 as Float], shape: [1, 1])
    let one = size(1, 1)
    #expect(
      PictureSampler(one, crop: whole(one), of: one, from: one, map: .identity, filter: .bilinear)
        .apply(to: zero, at: 0).bytes == zero.bytes)
  }

  /// The matrix says where a pixel of the reference is in the picture: [1, 0, 1] shows what lies one
  /// column further to the right.
  @Test func aMapPointsFromTheReferenceIntoThePicture() {
    let source = size(2, 3)
    let values = NumberArray([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    let shifted = PictureSampler(
      source, crop: whole(source), of: source, from: source,
      map: AffineMap([[1, 0, 1], [0, 1, 0]]), filter: .bilinear)
    #expect(shifted.apply(to: values, at: 0).values(as: Float.self) == [2, 3, 0, 5, 6, 0])
    #expect(shifted.outside == 2)
    let turned = PictureSampler(
      size(3, 2), crop: whole(size(3, 2)), of: size(3, 2), from: source,
      map: AffineMap([[0, 1, 0], [1, 0, 0]]), filter: .nearest)
    #expect(turned.apply(to: values, at: 0).values(as: Float.self) == [1, 4, 2, 5, 3, 6])
    let half = PictureSampler(
      source, crop: whole(source), of: source, from: source,
      map: AffineMap([[1, 0, 0.5], [0, 1, 0]]), filter: .bilinear, invalid: -1)
    #expect(half.apply(to: values, at: 0).values(as: Float.self) == [1.5, 2.5, 3, 4.5, 5.5, 6])
  }

  /// Property: a pixel of depth is invalid, or lies between the valid ones around it.
  @Test func invalidDepthIsNeverMixed() {
    var generator = SplitMix(state: 21)
    let source = size(20, 24)
    let depth = NumberArray(
      (0..<20 * 24).map { _ in
        Bool.random(using: &generator)
          ? UInt16(0) : UInt16.random(in: 1000...1010, using: &generator)
      }, shape: [20, 24, 1])
    for (filter, map) in [
      (PictureFilter.bilinear, nil), (.nearest, nil), (.area, nil),
      (.bilinear, AffineMap([[0.9, 0.1, 0.3], [-0.1, 0.9, 1]])),
    ] {
      for output in [size(9, 11), size(33, 17), size(20, 24)] {
        let found = PictureSampler(
          output, crop: whole(source), of: source, from: source, map: map, filter: filter,
          invalid: 0
        ).apply(to: depth, at: 0).values(as: UInt16.self)
        #expect(found.contains { $0 != 0 })
        #expect(found.allSatisfy { $0 == 0 || (1000...1010).contains($0) })
      }
    }
    let holes = NumberArray([2, .nan, 0, 6] as [Float], shape: [2, 2])
    let mean = PictureSampler(
      size(1, 1), crop: whole(size(2, 2)), of: size(2, 2), from: size(2, 2), filter: .bilinear,
      invalid: 0)
    #expect(mean.apply(to: holes, at: 0).values(as: Float.self) == [4])
  }

  @Test func partsInTheMiddleHaveTheProportionsOfTheOutput() {
    #expect(
      PictureRectangle(shapedAs: size(112, 112), inTheMiddleOf: size(480, 640))
        == PictureRectangle(top: 0, left: 80, size: size(480, 480)))
    #expect(
      PictureRectangle(shapedAs: size(1, 2), inTheMiddleOf: size(480, 640))
        == PictureRectangle(top: 80, left: 0, size: size(320, 640)))
    #expect(PictureRectangle(top: 1, left: 0, size: size(4, 4)).isInside(size(4, 4)) == false)
    #expect(PictureRectangle(top: .max, left: 0, size: size(1, 1)).isInside(size(4, 4)) == false)
  }
}
