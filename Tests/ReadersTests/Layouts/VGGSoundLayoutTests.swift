import Readers
import TestSupport
import Testing

@Suite struct VGGSoundLayoutTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      "vggsound.csv",
      """
      ---g-f_I2yQ,1,people marching,test
      --0PQM4-hqg,30,waterfall burbling,train
      --56QUhyDQM,185,playing tennis,train
      --5OkAjCI7g,40,"bird chirping, tweeting",train
      --62WrW-Lhg,5,playing tennis,train
      --56QUhyDQM,10,waterfall burbling,train

      """)
    for name in [
      "---g-f_I2yQ_000001.mp4", "sub/--0PQM4-hqg_000030.mp4", "--56QUhyDQM_000185.mp4",
      "--5OkAjCI7g_40.mkv", "--56QUhyDQM_000010.mp4",
    ] { try folder.write("clips/\(name)", "") }
  }

  private func layout(
    _ files: [OfficialFiles.File]? = nil, only: [String]? = nil,
    labelling: SampleIndex.Labelling = .single,
    split: RecordingSplit = .init(.official(labelled: 0.5, seed: 1))
  ) -> VGGSoundLayout {
    VGGSoundLayout(
      OfficialFiles(files ?? [.init(folder.path("vggsound.csv"))]),
      clips: ClipFolders([folder.path("clips")]), only: only, labelling: labelling, split: split,
      parts: [.init("audio", .file("audio")), .init("video", .file("video"))])
  }

  @Test func theOfficialTableIsRead() throws {
    let set = try layout(split: .init(.official(labelled: 0, seed: 1))).list()
    #expect(
      set.lines == [
        "---g-f_I2yQ_000001 test people marching ---g-f_I2yQ ---g-f_I2yQ_000001.mp4 "
          + "---g-f_I2yQ_000001.mp4",
        "--0PQM4-hqg_000030 unlabelled waterfall burbling --0PQM4-hqg sub/--0PQM4-hqg_000030.mp4 "
          + "sub/--0PQM4-hqg_000030.mp4",
        "--56QUhyDQM_000185 unlabelled playing tennis --56QUhyDQM --56QUhyDQM_000185.mp4 "
          + "--56QUhyDQM_000185.mp4",
        "--5OkAjCI7g_000040 unlabelled bird chirping, tweeting --5OkAjCI7g --5OkAjCI7g_40.mkv "
          + "--5OkAjCI7g_40.mkv",
        "--56QUhyDQM_000010 unlabelled waterfall burbling --56QUhyDQM --56QUhyDQM_000010.mp4 "
          + "--56QUhyDQM_000010.mp4",
      ])
    #expect(set.index.leftOut == ["no clip": 1])
    #expect(set.index.labelling == .single)
  }

  @Test func classesKeepTheirNumbersWhicheverClipsAreThere() throws {
    let set = try layout().list()
    #expect(
      set.index.classes == [
        "bird chirping, tweeting", "people marching", "playing tennis", "waterfall burbling",
      ])
    #expect(set.index.count(of: "labelled") == 2)
    #expect(set.index.count(of: "unlabelled") == 2)
    let some = try layout(
      only: ["waterfall burbling", "playing tennis"], split: .allLabelled
    ).list()
    #expect(some.index.classes == ["waterfall burbling", "playing tennis"])
    #expect(some.index.entries.count == 3)
    #expect(some.index.leftOut == ["no class that is asked for": 2, "no clip": 1])
  }

  @Test func aClassMayBeWrittenAsOneOfSeveral() throws {
    let set = try layout(labelling: .multiple).list()
    #expect(set.index.labelling == .multiple)
    #expect(set.index.entries[0].label == .multiple([1]))
  }

  @Test func theListOfFilesIsReadToo() throws {
    let test = try folder.write(
      "test.csv",
      "---g-f_I2yQ_000001.mp4,people marching\n--5OkAjCI7g_000040.mp4,\"bird chirping, tweeting\"\n"
    )
    let train = try folder.write(
      "train.csv",
      "--0PQM4-hqg_000030.mp4,waterfall burbling\n--56QUhyDQM_000185.mp4,playing tennis\n")
    let set = try layout([.init(train, split: "train"), .init(test, split: "test")]).list()
    #expect(set.index.count(of: "test") == 2)
    #expect(set.index.count(of: "labelled") == 1)
    #expect(set.lines[3].hasPrefix("--5OkAjCI7g_000040 test bird chirping, tweeting --5OkAjCI7g "))
    #expect(
      faults(in: folder) { _ = try layout([.init(test)]).list() } == [
        "test.csv:1: error: the table does not say which clips are for the test"
          + "\n  mend: take vggsound.csv, or name a table for each: 'path: {train: …, test: …}'"
      ])
  }

  @Test func videosOfSeveralClipsMayStayWhole() throws {
    let set = try layout(
      split: .init(.shares(test: 0.4, labelled: 1, seed: 1), isByGroup: true)
    ).list()
    #expect(set.split(of: "--56QUhyDQM").count == 1)
  }

  @Test func brokenRowsAreToldAtTheirLine() throws {
    func found(_ text: String) throws -> [String] {
      let path = try folder.write("broken.csv", text)
      return faults(in: folder) { _ = try layout([.init(path)], split: .allLabelled).list() }
    }
    #expect(
      try found("a,1,x,test\nb,1,bird, tweeting,test\nc,x,y,train\nd,1,y,val\n") == [
        "broken.csv:2: error: 5 cells, where 4 are wanted"
          + "\n  mend: put a label that holds a comma in double quotes",
        "broken.csv:3: error: this is no clip"
          + "\n  mend: a line looks like ---g-f_I2yQ,1,people marching,test",
        "broken.csv:4: error: this is no clip"
          + "\n  mend: a line looks like ---g-f_I2yQ,1,people marching,test",
      ])
    #expect(try found("a,b,c\nd\n").count == 1)
    #expect(try found("noclip.mp4,x\n").count == 1)
    #expect(
      faults(in: folder) { _ = try layout(only: ["playing tenis"]).list() } == [
        "vggsound.csv: error: there is no class 'playing tenis'\n  mend: did you mean 'playing tennis'?"
      ])
  }
}
