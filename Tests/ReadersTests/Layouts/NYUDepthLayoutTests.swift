import Arrays
import Diagnostics
import TestSupport
import Testing

@testable import Readers

@Suite struct NYUDepthLayoutTests {
  /// MATLAB files as a layout sees them.
  struct Variables: MATLABVariables {
    var arrays: [String: [Double]] = [:]
    var lists: [String: [String]] = [:]

    func array(_ name: String) throws -> NumberArray {
      guard let values = arrays[name] else { throw Diagnostic("mat", "no '\(name)'") }
      return NumberArray(values, shape: [values.count, 1])
    }

    func texts(_ name: String) throws -> [String] {
      guard let list = lists[name] else { throw Diagnostic("mat", "no '\(name)'") }
      return list
    }
  }

  static let scenes = (0..<12).map { "room_\($0 / 3)" }
  /// Labels 1 to 6 of the 894 belong to these of the 40 classes.
  static let mapping: [Double] = [40, 40, 3, 22, 5, 40]

  private func layout(
    _ source: NYUDepthLayout.Source = .matlab("/d/nyu.mat"),
    classes: NYUDepthLayout.Classes = .forty,
    stored: NYUDepthLayout.Stored = .all,
    split: RecordingSplit = .init(.official(labelled: 0.5, seed: 1), isByGroup: true),
    train: [Double] = [1, 2, 3, 7, 8, 9], test: [Double] = [4, 5, 6, 10, 11, 12],
    mapping: String? = "map"
  ) -> NYUDepthLayout {
    NYUDepthLayout(
      source, splits: "splits", mapping: mapping, classes: classes, stored: stored, split: split,
      parts: [.init("depth", .file("depth")), .init("rgb", .file("rgb"))],
      open: { path in
        switch path {
        case "splits": Variables(arrays: ["trainNdxs": train, "testNdxs": test])
        case "map": Variables(arrays: ["mapClass": Self.mapping])
        default: Variables(lists: ["scenes": Self.scenes])
        }
      })
  }

  @Test func framesAreRowsOfTheFile() throws {
    let set = try layout().list()
    #expect(set.index.entries.count == 12)
    #expect(set.index.labelling == .map)
    #expect(
      set.lines[0].hasSuffix("- room_0 nyu.mat#0:depths nyu.mat#0:images nyu.mat#0:labels"))
    #expect(set.lines[11].hasPrefix("0012 test - room_3 nyu.mat#11:depths"))
    #expect(set.files == [DataFile(name: "nyu.mat", path: "/d/nyu.mat")])
    // Of two scenes for training, one keeps its labels.
    #expect(
      Set([set.split(of: "room_0"), set.split(of: "room_2")]) == [["labelled"], ["unlabelled"]])
    #expect(set.split(of: "room_1") == ["test"])
  }

  @Test func labelsAreBroughtToFortyClassesAndToThirteen() throws {
    let forty = try #require(try layout().list().mapValues)
    #expect((0...7).map { forty[$0] } == [255, 39, 39, 2, 21, 4, 39, nil])
    #expect(forty[255] == 255)
    let set = try layout(classes: .thirteen).list()
    let thirteen = try #require(set.mapValues)
    // Other things are objects, a cabinet is furniture, then ceiling and chair.
    #expect((0...6).map { thirteen[$0] } == [255, 6, 6, 5, 2, 3, 6])
    #expect(set.index.classes.count == 13)
    #expect(NYUDepthLayout.names(of: .forty).count == 40)
    #expect(NYUDepthLayout.thirteenOfForty.count == 40)
    #expect(Set(NYUDepthLayout.thirteenOfForty) == Set(1...13))
    #expect(
      message { _ = try layout(mapping: nil).list() } == [
        "/d/nyu.mat: error: labels of 894 classes are brought to 40 by classMapping40.mat"
          + "\n  mend: add 'mapping: …/classMapping40.mat'"
      ])
  }

  @Test func splitsThatDoNotFitAreRefused() throws {
    #expect(
      message { _ = try layout(train: [1, 13]).list() } == [
        "splits: error: 'trainNdxs' names frame 13, where there are 12"
          + "\n  mend: take the splits.mat that belongs to these frames"
      ])
    #expect(
      message { _ = try layout(train: [1, 4]).list() } == [
        "splits: error: frame 4 is in 'trainNdxs' and in 'testNdxs'"
          + "\n  mend: take the splits.mat of the official data set"
      ])
    // A scene in both splits.
    #expect(
      message { _ = try layout(train: [1, 2, 7], test: [3, 4]).list() }.first?.contains(
        "1 of 3 groups ('scene') are in two splits: 'room_0'") == true)
  }

  @Test func picturesAreJoinedByTheNumberOfTheirFrame() throws {
    let folder = try TemporaryFolder()
    for name in [
      "rgb/0001.png", "rgb/0002.png", "rgb/4.jpg", "rgb/readme.txt", "depth/0001.png",
      "depth/0004.png", "label/0001.png", "label/0004.png", "label/0009.png", "other/0001.png",
    ] { try folder.write(name, "") }
    let set = try layout(
      .folder(folder.path), classes: .thirteen, stored: .forty,
      split: .init(.shares(test: 0.5, labelled: 1, seed: 2)), mapping: nil
    ).list()
    #expect(
      set.lines.map { $0.split(separator: " ").dropFirst(3).joined(separator: " ") } == [
        "- depth/0001.png rgb/0001.png label/0001.png", "- - rgb/0002.png -",
        "- depth/0004.png rgb/4.jpg label/0004.png",
      ])
    #expect(set.index.entries.map(\.id) == ["0001", "0002", "0004"])
    #expect(set.index.entries[1].split == "unlabelled")
    #expect(
      set.index.leftOut == [
        "no picture with the number of a frame": 1, "a label map without a picture": 1,
      ])
    #expect((0...3).map { set.mapValues?[$0] } == [255, 11, 4, 5])
    #expect(set.mapValues?[41] == .some(nil))
    try folder.write("rgb/0000.png", "")
    try folder.write("rgb/01.png", "")
    #expect(
      faults(in: folder) {
        _ = try layout(.folder(folder.path), stored: .forty, split: .allLabelled).list()
      }
        == [
          "rgb/0000.png: error: there is no frame 0\n  mend: number frames from 1, as splits.mat does",
          "rgb/01.png: error: frame 1 is at 'DIR/rgb/0001.png' too\n  mend: remove one",
        ].map { $0.replacing("DIR/", with: "") })
  }

  private func message(_ body: () throws -> Void) -> [String] {
    do {
      try body()
      return []
    } catch {
      return Diagnostic.all(of: error, subject: "?").map(\.description)
    }
  }
}
