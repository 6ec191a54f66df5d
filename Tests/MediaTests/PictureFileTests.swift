import Arrays
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite struct PictureFileTests {
  let folder: TemporaryFolder
  let width = 23
  let height = 17
  let pixels: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    var random = Randomness(state: 4)
    pixels = random.bytes(23 * 17 * 3)
  }

  private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: folder.path(name)))
    return folder.path(name)
  }

  private func lines(_ bytes: [UInt8]) -> [[UInt8]] {
    let step = bytes.count / height
    return (0..<height).map { Array(bytes[($0 * step)..<(($0 + 1) * step)]) }
  }

  @Test func losslessPicturesAreExactWhateverTheirName() throws {
    let files = [
      "a.png": MadeFiles.png(lines(pixels), width: width, bits: 8, colour: 2),
      "b.jpg": MadeFiles.tiff(pixels, width: width, height: height),
      "c": MadeFiles.bmp(pixels, width: width, height: height),
      "d.wav": Array("P6\n# a comment\n\(width) \(height)\n255\n".utf8) + pixels,
    ]
    for (name, bytes) in files {
      let picture = try PictureFile.read(write(name, bytes))
      #expect(picture.type == .uint8)
      #expect(picture.shape == [height, width, 3])
      #expect(picture.bytes == pixels, "\(name)")
    }
  }

  @Test func greyStaysGreyAndAlphaIsLeftOut() throws {
    let grey = Array(pixels.prefix(width * height))
    let alpha = grey.flatMap { [$0, ~$0] }
    var colours: [UInt8] = []
    for place in stride(from: 0, to: pixels.count, by: 3) {
      colours += pixels[place..<(place + 3)]
      colours.append(pixels[place] / 2)
    }
    for (name, bytes, kind) in [("a", grey, 0), ("b", alpha, 4)] as [(String, [UInt8], UInt8)] {
      let path = try write(name, MadeFiles.png(lines(bytes), width: width, bits: 8, colour: kind))
      let picture = try PictureFile.read(path)
      #expect(picture.shape == [height, width, 1])
      #expect(picture.bytes == grey)
      let rgb = try PictureFile.read(path, PictureOptions(colour: .rgb))
      #expect(rgb.shape == [height, width, 3])
      #expect(rgb.bytes == grey.flatMap { [$0, $0, $0] })
    }
    let path = try write("c", MadeFiles.png(lines(colours), width: width, bits: 8, colour: 6))
    #expect(try PictureFile.read(path).bytes == pixels)
    let pgm = try write("d", Array("P5 \(width) \(height) 255\n".utf8) + grey)
    #expect(try PictureFile.read(pgm).bytes == grey)
  }

  @Test func greyOfColoursIsTheirLight() throws {
    let path = try write("a", MadeFiles.png(lines(pixels), width: width, bits: 8, colour: 2))
    let grey = try PictureFile.read(path, PictureOptions(colour: .grey))
    #expect(grey.shape == [height, width, 1])
    for index in 0..<(width * height) {
      let (red, green, blue) = (pixels[3 * index], pixels[3 * index + 1], pixels[3 * index + 2])
      let light: Double = 0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
      #expect(abs(Double(grey.bytes[index]) - light) <= 0.51)
    }
  }

  /// Depth: 16 bits stay, and no 0 is mixed into its neighbours.
  @Test func sixteenBitGreyStays() throws {
    var random = Randomness(state: 5)
    let values = (0..<(width * height)).map { index in
      index % 3 == 0 ? 0 : UInt16(truncatingIfNeeded: random.next())
    }
    let png = try write(
      "a", MadeFiles.png(lines(values.flatMap(MadeFiles.big)), width: width, bits: 16, colour: 0))
    let pgm = try write(
      "b", Array("P5 \(width) \(height) 65535\n".utf8) + values.flatMap(MadeFiles.big))
    for path in [png, pgm] {
      for colour in [Colour.keep, .grey] {
        let picture = try PictureFile.read(path, PictureOptions(colour: colour))
        #expect(picture.type == .uint16)
        #expect(picture.shape == [height, width, 1])
        #expect(picture.values(as: UInt16.self) == values)
      }
    }
    let size = PictureSize(height: 10, width: 40)
    let resized = try PictureFile.read(png, PictureOptions(size: size, filter: .nearest))
    #expect(resized.shape == [10, 40, 1])
    var wanted: [UInt16] = []
    for y in 0..<10 {
      let line = (2 * y + 1) * height / 20 * width
      for x in 0..<40 { wanted.append(values[line + (2 * x + 1) * width / 80]) }
    }
    #expect(resized.values(as: UInt16.self) == wanted)
    let error = #expect(throws: Diagnostic.self) {
      try PictureFile.read(png, PictureOptions(size: size, filter: .bilinear))
    }
    #expect(error?.message == "its 16-bit grey would be mixed by the filter 'bilinear'")
    #expect(error?.mend == "resize it with the filter 'nearest'")
    // Asked for colours, 8 bits of it.
    let rgb = try PictureFile.read(png, PictureOptions(colour: .rgb))
    #expect(rgb.type == .uint8)
    #expect(
      rgb.bytes
        == values.flatMap { value in
          let byte = UInt8((Double(value) / 257).rounded())
          return [byte, byte, byte]
        })
  }

  @Test func sixteenBitColoursAreRoundedToEight() throws {
    let values = (0..<(width * height * 3)).map { UInt16(truncatingIfNeeded: $0 * 977) }
    let path = try write(
      "a", MadeFiles.png(lines(values.flatMap(MadeFiles.big)), width: width, bits: 16, colour: 2))
    let picture = try PictureFile.read(path)
    #expect(picture.type == .uint8)
    #expect(picture.bytes == values.map { UInt8((Double($0) / 257).rounded()) })
  }

  @Test func oneBitBecomesBlackAndWhite() throws {
    // 23 pixels in 3 bytes a line.
    let packed = (0..<height).map { [UInt8($0 * 13 & 255), 0xF0, 0x0E] as [UInt8] }
    let path = try write("a", MadeFiles.png(packed, width: width, bits: 1, colour: 0))
    let picture = try PictureFile.read(path)
    #expect(picture.shape == [height, width, 1])
    var wanted: [UInt8] = []
    for line in packed {
      for x in 0..<width {
        let bit: UInt8 = line[x / 8] >> UInt8(7 - x % 8) & 1
        wanted.append(bit == 1 ? 255 : 0)
      }
    }
    #expect(picture.bytes == wanted)
  }

  /// Golden: Pillow for lossless pictures (exact), the ffmpeg tool for jpg (the scaler's versions
  /// may round otherwise); versions stand in the file.
  @Test(arguments: Recordings.pictures)
  func pixelsAreThoseOfTheReference(_ name: String) throws {
    let golden = try #require(Recordings.golden()[name]?.pixels)
    let picture = try PictureFile.read(Recordings.path(name))
    let isTurned = name == "turned.jpg"
    #expect(
      picture.shape == (isTurned ? [60, 44, 3] : [44, 60, name == "grey.jpg" ? 1 : 3]))
    expectNear(
      picture.values(as: Double.self), golden, tolerance: name.hasSuffix("jpg") ? 1 : 0, name)
  }

  @Test(arguments: ResizeFilter.allCases)
  func sizesChangeWithEveryFilter(_ filter: ResizeFilter) throws {
    // A slope stays a slope.
    let slope = (0..<32).map { y in (0..<48).map { x in UInt8(x * 4 + y) } }
    let path = try write("a", MadeFiles.png(slope, width: 48, bits: 8, colour: 0))
    let picture = try PictureFile.read(
      path, PictureOptions(size: PictureSize(height: 16, width: 24), filter: filter))
    #expect(picture.shape == [16, 24, 1])
    // Away from the edges, the mean of the four pixels or one of them.
    for y in 3..<13 {
      for x in 3..<21 {
        let middle = Double(8 * x + 2) + Double(2 * y) + 0.5
        #expect(abs(Double(picture.bytes[y * 24 + x]) - middle) <= (filter == .nearest ? 2.5 : 1))
      }
    }
  }

  // MARK: Refusals

  @Test func refusesWhatIsNoPicture() throws {
    func message(_ path: String) -> String? {
      #expect(throws: Diagnostic.self) { try PictureFile.read(path) }?.message
    }
    #expect(message(folder.path("none.png")) == "cannot be opened: No such file or directory")
    #expect(message(folder.path) == "is a folder, not a file")
    #expect(try message(write("a.png", [])) == "is empty")
    #expect(
      try message(write("b.png", Array("text".utf8))) == "is no picture: its bytes look like none")
    // Sizes that only a header tells.
    let huge = MadeFiles.png([[0]], width: 100_000, bits: 8, colour: 2, height: 100_000)
    #expect(
      try message(write("c.png", huge))
        == "is damaged: its header promises 100000 × 100000 pixels, more than \(huge.count) bytes "
        + "can hold")
    let large = Array("P5 20000 20000 255\n".utf8) + [UInt8](repeating: 0, count: 1000)
    #expect(try message(write("d.pgm", large)) != nil)
  }

  @Test func aPictureThatIsCutShortIsRefused() throws {
    for name in Recordings.pictures {
      let bytes = [UInt8](try Data(contentsOf: Recordings.url(name)))
      for share in [0.35, 0.6, 0.9] {
        let path = try write("a", Array(bytes.prefix(Int(Double(bytes.count) * share))))
        let error = #expect(throws: Diagnostic.self, "\(name) \(share)") {
          try PictureFile.read(path)
        }
        #expect(error?.mend != nil)
      }
    }
  }
}
