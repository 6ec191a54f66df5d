import Readers
import TestSupport
import Testing

@Suite struct FolderLayoutTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ names: String...) throws { for name in names { try folder.write(name, "") } }

  @Test func aFolderIsAClass() throws {
    try make(
      "dog/10.wav", "dog/9.wav", "cat/at home/1.wav", "cat/.hidden/2.wav", "cat/notes.txt", "README"
    )
    let layout = FolderLayout(
      [.init("file", folder.path, extensions: ["wav"])], split: .allLabelled,
      parts: [.init("audio", .file("file"))])
    let set = try layout.list()
    #expect(
      set.lines == [
        "cat/at home/1 labelled cat - cat/at home/1.wav", "dog/9 labelled dog - dog/9.wav",
        "dog/10 labelled dog - dog/10.wav",
      ])
    #expect(set.index.classes == ["cat", "dog"])
    #expect(set.index.leftOut == ["another extension": 2])
    #expect(set.files.first?.path == folder.path("cat/at home/1.wav"))
  }

  @Test func rootsAreJoinedByThePathOfTheSample() throws {
    try make(
      "a/dog/1.wav", "a/dog/2.wav", "a/cat/3.wav", "i/dog/1.png", "i/cat/3.jpg", "i/cat/4.png")
    let face = try folder.write("face.csv", "id,x\ndog/1,5\n")
    let set = try FolderLayout(
      [.init("audio", folder.path("a")), .init("image", folder.path("i"))], split: .allLabelled,
      parts: [
        .init("audio", .file("audio")), .init("face", .table(.init(face, .id("id")))),
        .init("picture", .file("image")),
      ]
    ).list()
    #expect(
      set.lines == [
        "cat/3 labelled cat - audio/cat/3.wav - image/cat/3.jpg",
        "cat/4 labelled cat - - - image/cat/4.png",
        "dog/1 labelled dog - audio/dog/1.wav face.csv#0 image/dog/1.png",
        "dog/2 labelled dog - audio/dog/2.wav - -",
      ])
  }

  @Test func labelMapsHaveARootOfTheirOwn() throws {
    try make("nir/001.png", "nir/002.png", "red/001.png", "label/001.png", "label/003.png")
    let values = try MapValues(classes: 2)
    let set = try FolderLayout(
      ["label", "nir", "red"].map { .init($0, folder.path($0)) },
      labels: .map(.init("target", .file("label")), values), classes: ["soil", "plant"],
      split: .allLabelled, parts: [.init("nir", .file("nir")), .init("red", .file("red"))]
    ).list()
    #expect(
      set.lines == [
        "001 labelled - - nir/001.png red/001.png label/001.png",
        "002 unlabelled - - nir/002.png - -",
      ])
    #expect(set.index.leftOut == ["a label map without a sample": 1])
    #expect(set.mapValues == values)
  }

  @Test func officialFoldersAreSplits() throws {
    try make(
      "train/dog/1.png", "train/cat/2.png", "train/dog/3.png", "train/cat/4.png", "test/dog/5.png",
      "test/cat/5.png", "unlabelled/6.png", "val/dog/7.png")
    let set = try FolderLayout(
      [.init("file", folder.path)], split: .init(.official(labelled: 0.5, seed: 1)),
      parts: [.init("image", .file("file"))]
    ).list()
    #expect(set.index.classes == ["cat", "dog"])
    #expect(set.index.count(of: "test") == 2)
    #expect(set.index.count(of: "labelled") == 2)
    #expect(set.index.count(of: "unlabelled") == 3)
    #expect(set.index.leftOut == ["in no split": 1])
  }

  @Test func foldersBelowAClassAreGroupsWhereAsked() throws {
    for take in 0..<6 {
      try make("dog/take \(take)/1.wav", "dog/take \(take)/2.wav", "cat/take \(take)/1.wav")
    }
    let set = try FolderLayout(
      [.init("file", folder.path)],
      split: .init(.shares(test: 0.3, labelled: 0.5, seed: 2), isByGroup: true),
      parts: [.init("audio", .file("file"))]
    ).list()
    for take in 0..<6 { #expect(set.split(of: "take \(take)").count == 1) }
    #expect(set.index.entries.allSatisfy { $0.group != nil })
  }

  @Test func twoFilesOfOneNameAreRefused() throws {
    try make("dog/1.wav", "dog/1.mp3", "cat/2.wav")
    #expect(
      faults(in: folder) {
        _ = try FolderLayout(
          [.init("file", folder.path)], split: .allLabelled, parts: [.init("a", .file("file"))]
        ).list()
      } == [
        "dog/1.wav: error: '1.mp3' beside it has the same name but for its extension"
          + "\n  mend: say which is meant with 'extensions'"
      ])
  }

  @Test func aFolderWithoutClassesSaysWhatThereIs() throws {
    try make("1.wav", "2.wav")
    #expect(
      faults(in: folder) {
        _ = try FolderLayout(
          [.init("file", folder.path)], split: .allLabelled, parts: [.init("a", .file("file"))]
        ).list()
      } == ["DIR: error: there are no samples\n  mend: not in the folder of a class: 2"])
  }
}
