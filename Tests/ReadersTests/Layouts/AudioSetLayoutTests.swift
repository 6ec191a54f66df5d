import TestSupport
import Testing

@testable import Readers

@Suite struct AudioSetLayoutTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    // The heads of the official files and a few rows in their form.
    try folder.write(
      "balanced.csv",
      """
      # Segments csv created Sun Mar  5 10:54:31 2017
      # num_ytids=22160, num_segs=22160, num_unique_labels=527, num_positive_labels=52882
      # YTID, start_seconds, end_seconds, positive_labels
      --PJHxphWEs, 30.000, 40.000, "/m/09x0r,/t/dd00088"
      --ZhevVpy1s, 50.000, 60.000, "/m/012xff"
      _aE2O5G5WE0, 0.000, 10.000, "/m/03fwl,/m/04rlf,/m/09x0r"
      -0FHUc78Gqo, 30.500, 40.500, "/m/04rlf"

      """)
    try folder.write(
      "eval.csv",
      """
      # Segments csv created Sun Mar  5 10:54:25 2017
      # num_ytids=20383, num_segs=20383, num_unique_labels=527, num_positive_labels=51804
      # YTID, start_seconds, end_seconds, positive_labels
      --4gqARaEJE, 0.000, 10.000, "/m/09x0r,/m/012xff"

      """)
    try folder.write(
      "classes.csv",
      """
      index,mid,display_name
      0,/m/09x0r,"Speech"
      4,/m/012xff,Toothbrush
      1,/t/dd00088,"Gush, flow"
      2,/m/03fwl,Goat
      3,/m/04rlf,Music

      """)
  }

  private func layout(
    _ files: [OfficialFiles.File]? = nil, clips: ClipFolders? = nil, only: [String]? = nil,
    split: RecordingSplit = .allLabelled
  ) -> AudioSetLayout {
    AudioSetLayout(
      segments: OfficialFiles(files ?? [.init(folder.path("balanced.csv"))]),
      classFile: folder.path("classes.csv"), clips: clips ?? ClipFolders([folder.path("clips")]),
      only: only, split: split,
      parts: [.init("audio", .file("audio")), .init("video", .file("video"))])
  }

  private func make(_ names: String...) throws { for name in names { try folder.write(name, "") } }

  @Test func clipsAreFoundUnderTheNamesThatPeopleGiveThem() throws {
    try make(
      "clips/00/--PJHxphWEs.wav", "clips/01/Y--ZhevVpy1s.mp4", "clips/_aE2O5G5WE0_000000.mkv",
      "clips/-0FHUc78Gqo_30500.flac", "clips/notes.txt")
    let set = try layout().list()
    #expect(
      set.lines == [
        "--PJHxphWEs labelled {Speech|Gush, flow} --PJHxphWEs 00/--PJHxphWEs.wav -",
        "--ZhevVpy1s labelled {Toothbrush} --ZhevVpy1s 01/Y--ZhevVpy1s.mp4 01/Y--ZhevVpy1s.mp4",
        "_aE2O5G5WE0 labelled {Speech|Goat|Music} _aE2O5G5WE0 _aE2O5G5WE0_000000.mkv "
          + "_aE2O5G5WE0_000000.mkv",
        "-0FHUc78Gqo labelled {Music} -0FHUc78Gqo -0FHUc78Gqo_30500.flac -",
      ])
    #expect(set.index.classes == ["Speech", "Gush, flow", "Goat", "Music", "Toothbrush"])
    #expect(set.index.labelling == .multiple)
    #expect(set.index.leftOut == ["another extension than a clip's": 1])
  }

  @Test func theNamesOfAClip() {
    let stems = ClipIndex.stems(id: "x", start: 30, stop: 40)
    for name in [
      "x", "Yx", "x_30", "x_000030", "Yx_000030", "x_30000", "x_30.000", "x_30_40",
      "x_30000_40000", "Yx_30.000_40.000",
    ] { #expect(stems.contains(name), "\(name)") }
    #expect(ClipIndex.stems(id: "x", start: 1e300, stop: nil) == ["x", "Yx"])
    #expect(ClipIndex.stems(id: "x", start: 7.25, stop: nil).contains("x_7250"))
  }

  @Test func missingClipsAreCountedAndWarnedOf() throws {
    try make("clips/--PJHxphWEs.wav", "clips/_aE2O5G5WE0.wav")
    let set = try layout().list()
    #expect(set.index.entries.count == 2)
    #expect(set.index.leftOut == ["no clip": 2])
    #expect(
      set.index.warnings.first?.message
        == "2 of 4 clips are not there and were left out, first '--ZhevVpy1s_000050'")
  }

  @Test func noClipAtAllIsAnError() throws {
    try make("clips/other.wav")
    #expect(
      faults(in: folder) { _ = try layout().list() } == [
        "'clips': error: not one of 4 clips is there\n  mend: the first one's name starts with "
          + "'--PJHxphWEs_000030'; there are 1 clips, such as 'other.wav'"
      ])
  }

  @Test func soundAndPicturesMayLieApart() throws {
    try make("a/--PJHxphWEs.wav", "v/--PJHxphWEs.mp4", "a/--ZhevVpy1s.wav", "v/_aE2O5G5WE0.webm")
    let set = try layout(clips: ClipFolders(audio: [folder.path("a")], video: [folder.path("v")]))
      .list()
    #expect(
      set.lines.map { $0.split(separator: " ").suffix(2).joined(separator: " ") } == [
        "a/--PJHxphWEs.wav v/--PJHxphWEs.mp4", "a/--ZhevVpy1s.wav -", "- v/_aE2O5G5WE0.webm",
      ])
  }

  @Test func soundAloneGoesBeforeAVideoOfTheSameName() throws {
    try make("clips/--PJHxphWEs.wav", "clips/--PJHxphWEs.mp4")
    #expect(try layout().list().lines[0].hasSuffix("--PJHxphWEs.wav --PJHxphWEs.mp4"))
  }

  @Test func aClipThatIsThereTwiceIsRefused() throws {
    try make("clips/0/--PJHxphWEs.wav", "clips/1/--PJHxphWEs.wav")
    #expect(
      faults(in: folder) { _ = try layout().list() } == [
        "clips/1/--PJHxphWEs.wav: error: a clip of the same name is at "
          + "'clips/0/--PJHxphWEs.wav'\n  mend: remove one"
      ])
  }

  @Test func someClassesAloneAreKept() throws {
    try make("clips/--PJHxphWEs.wav", "clips/--ZhevVpy1s.wav", "clips/_aE2O5G5WE0.wav")
    let set = try layout(only: ["/m/04rlf", "Gush, flow"]).list()
    #expect(set.index.classes == ["Gush, flow", "Music"])
    #expect(
      set.lines.map { $0.split(separator: " ", maxSplits: 2)[2].hasPrefix("{Gush, flow}") } == [
        true, false,
      ])
    #expect(
      set.index.leftOut == ["no class that is asked for": 1, "no clip": 1])
    #expect(
      faults(in: folder) { _ = try layout(only: ["Musik"]).list() } == [
        "classes.csv: error: there is no class 'Musik'\n  mend: did you mean 'Music'?"
      ])
  }

  @Test func filesOfTheirOwnAreSplits() throws {
    try make(
      "clips/--PJHxphWEs.wav", "clips/--ZhevVpy1s.wav", "clips/_aE2O5G5WE0.wav",
      "clips/-0FHUc78Gqo.wav", "clips/--4gqARaEJE.wav")
    let own = try layout(
      [
        .init(folder.path("balanced.csv"), split: "labelled"),
        .init(folder.path("eval.csv"), split: "test"),
      ], split: .init(nil)
    ).list()
    #expect(own.index.count(of: "labelled") == 4)
    #expect(own.index.count(of: "test") == 1)
    let official = try layout(
      [
        .init(folder.path("balanced.csv"), split: "train"),
        .init(folder.path("eval.csv"), split: "test"),
      ], split: .init(.official(labelled: 0.5, seed: 3))
    ).list()
    #expect(official.index.count(of: "labelled") == 2)
    #expect(official.index.count(of: "unlabelled") == 2)
    #expect(official.index.entries.last?.split == "test")
  }

  @Test func brokenRowsAreToldAtTheirLine() throws {
    try make("clips/a.wav")
    try folder.write(
      "broken.csv",
      "# x\nYTID,start_seconds,end_seconds,positive_labels\na, x, 1, \"/m/09x0r\"\n"
        + "b, 3, 1, \"/m/09x0r\"\nc, 1, 2, \"/m/0\"\nd, 1\n")
    let found = faults(in: folder) { _ = try layout([.init(folder.path("broken.csv"))]).list() }
    #expect(found.count == 4)
    #expect(found[0].hasPrefix("broken.csv:3: error: this is no segment\n"))
    #expect(
      found[2] == "broken.csv:5: error: 'classes.csv' has no class '/m/0'"
        + "\n  mend: take the class file that belongs to the segments")
    try folder.write("none.csv", "# x\n")
    #expect(
      faults(in: folder) { _ = try layout([.init(folder.path("none.csv"))]).list() }.first?
        .hasPrefix("none.csv: error: there are no segments") == true)
  }
}
