import TestSupport
import Testing

@testable import Readers

@Suite struct RAVDESSLayoutTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ names: String...) throws { for name in names { try folder.write(name, "") } }

  private func layout(
    _ folders: [String]? = nil, split: RecordingSplit = .allLabelled,
    parts: [RequestedPart] = [.init("audio", .file("audio")), .init("video", .file("video"))],
    _ change: (inout RAVDESSLayout) -> Void = { _ in }
  ) -> RAVDESSLayout {
    var layout = RAVDESSLayout(folders ?? [folder.path], split: split, parts: parts)
    change(&layout)
    return layout
  }

  @Test func filesOfOneUtteranceAreJoined() throws {
    try make(
      "s/Actor_01/03-01-06-02-01-02-01.wav", "v/Actor_01/01-01-06-02-01-02-01.mp4",
      "v/Actor_01/02-01-06-02-01-02-01.mp4", "v/Actor_02/02-01-01-01-02-01-02.mp4",
      "s/Actor_02/03-01-08-01-01-01-02.wav", "v/Actor_02/01-01-02-01-01-01-02.MP4",
      "v/Actor_02/01-01-03-01-01-01-02.wav")
    let set = try layout([folder.path("s"), folder.path("v")]).list()
    #expect(
      set.lines == [
        "01-01-02-01-02 labelled neutral 2 - v/Actor_02/02-01-01-01-02-01-02.mp4",
        "02-01-01-01-02 labelled calm 2 v/Actor_02/01-01-02-01-01-01-02.MP4 "
          + "v/Actor_02/01-01-02-01-01-01-02.MP4",
        "03-01-01-01-02 labelled happy 2 v/Actor_02/01-01-03-01-01-01-02.wav -",
        "06-02-01-02-01 labelled fearful 1 s/Actor_01/03-01-06-02-01-02-01.wav "
          + "v/Actor_01/01-01-06-02-01-02-01.mp4",
        "08-01-01-01-02 labelled surprised 2 s/Actor_02/03-01-08-01-01-01-02.wav -",
      ])
    #expect(
      set.index.classes == [
        "neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised",
      ])
  }

  @Test func namesThatDoNotFitAreCounted() throws {
    try make(
      "03-01-01-01-01-01-01.wav", "03-01-02-01-01-01-01.wav", "03-02-02-01-01-01-01.wav",
      "03-01-09-01-01-01-01.wav", "03-01-01-01-01-01-25.wav", "3-1-1-1-1-1-1.wav", "README.txt",
      "02-01-01-01-01-01-01.wav", "03-01-01-01-01-01-01.flac", "03-01-01-01-01-01.wav",
      "03-01-01-01-01-01-0a.wav")
    let set = try layout().list()
    #expect(set.index.entries.map(\.id) == ["01-01-01-01-01", "02-01-01-01-01"])
    #expect(set.index.leftOut == ["no name of RAVDESS": 8, "another vocal channel": 1])
  }

  @Test func songsAndSpeechTogetherKeepTheirChannelInTheID() throws {
    try make(
      "03-01-02-01-01-01-01.wav", "03-02-02-01-01-01-01.wav", "03-02-03-02-02-01-02.wav")
    let both = try layout { $0.vocal = .both }.list()
    #expect(
      both.index.entries.map(\.id) == [
        "01-02-01-01-01-01", "02-02-01-01-01-01", "02-03-02-02-01-02",
      ])
    let songs = try layout { $0.vocal = .song }.list()
    #expect(songs.index.entries.map(\.id) == ["02-01-01-01-01", "03-02-02-01-02"])
    #expect(songs.index.classes.count == 6)
  }

  @Test(arguments: [
    (RAVDESSLayout.Field.intensity, ["normal", "strong"]),
    (.statement, ["dogs", "kids"]), (.gender, ["male", "female"]),
  ])
  func otherFieldsAreLabelsToo(field: RAVDESSLayout.Field, wanted: [String]) throws {
    try make("03-01-02-01-02-01-01.wav", "03-01-03-02-01-01-02.wav")
    let set = try layout { $0.label = field }.list()
    #expect(set.lines.map { String($0.split(separator: " ")[2]) } == wanted)
  }

  @Test func actorsStayWholeWhereAsked() throws {
    for actor in 1...12 {
      for emotion in 1...8 {
        for take in 1...2 {
          let number = actor < 10 ? "0\(actor)" : "\(actor)"
          try make("Actor_\(number)/03-01-0\(emotion)-01-01-0\(take)-\(number).wav")
        }
      }
    }
    let set = try layout(
      split: .init(.shares(test: 0.25, labelled: 1 / 3, seed: 1), isByGroup: true)
    )
    .list()
    let splits = (1...12).map { set.split(of: "\($0)") }
    #expect(splits.allSatisfy { $0.count == 1 })
    #expect(splits.count { $0 == ["test"] } == 3)
    #expect(splits.count { $0 == ["labelled"] } == 3)
    let named = try layout(
      split: .init(
        .groups([
          .init(split: "labelled", groups: ["1", "2"]), .init(split: "test", groups: ["11", "12"]),
          .init(split: "unlabelled", groups: ["3"]),
        ]))
    ).list()
    #expect(named.index.count(of: "test") == 32)
    let loose = try layout(split: .init(.shares(test: 0.25, labelled: 0.5, seed: 1))).list()
    #expect(loose.index.warnings.contains { $0.message.hasPrefix("12 of 12 groups ('actor')") })
    let takes = try layout(
      split: .init(.shares(test: 0.5, labelled: 1, seed: 1), isByGroup: true, group: "repetition")
    ).list()
    #expect(Set(takes.index.entries.map(\.group)) == ["1", "2"])
  }

  @Test func aTableIsJoinedByID() throws {
    try make("Actor_01/03-01-01-01-01-01-01.wav", "Actor_02/03-01-02-01-01-01-02.wav")
    let face = try folder.write("face.csv", "id,AU01_r\n02-01-01-01-02,1\n")
    let set = try layout(
      parts: [.init("audio", .file("audio")), .init("face", .table(.init(face, .id("id"))))]
    ).list()
    #expect(
      set.lines.map { $0.split(separator: " ").last.map(String.init) } == ["-", "face.csv#0"])
  }

  @Test func aRecordingThatIsThereTwiceIsRefused() throws {
    try make("Actor_01/03-01-01-01-01-01-01.wav", "copy/Actor_01/03-01-01-01-01-01-01.wav")
    #expect(
      faults(in: folder) { _ = try layout().list() } == [
        "copy/Actor_01/03-01-01-01-01-01-01.wav: error: the same recording as "
          + "'Actor_01/03-01-01-01-01-01-01.wav'"
          + "\n  mend: name one of the folders alone, or remove one of the files"
      ])
  }

  @Test func aFolderOfOtherThingsIsRefused() throws {
    try make("a.wav", "b.wav")
    #expect(
      faults(in: folder) { _ = try layout().list() } == [
        "DIR: error: there are no recordings of RAVDESS\n  mend: their names look like "
          + "03-01-06-02-01-02-07.wav, .mp4; no name of RAVDESS: 2"
      ])
  }
}
