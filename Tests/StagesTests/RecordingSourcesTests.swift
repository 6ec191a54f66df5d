import Configuration
import Dataflow
import Readers
import Stages
import TestSupport
import Testing

/// The sources of recordings: what they decode to, complain of, list, and read from outside.
@Suite struct RecordingSourcesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let shares = #""split": {"test": 0, "labelled": 1}"#

  private func configuration(_ json: String) throws -> IngestStage.Configuration {
    try Example.configuration(of: IngestStage.self, "{\(json)}")
  }

  private func described(_ json: String) throws -> (complaints: [String], output: OutputDescription)
  {
    try Example.described(IngestStage.self, "{\(json)}")
  }

  private func make(_ names: String...) throws { for name in names { try folder.write(name, "") } }

  /// `id split file…` of each recording, and what stands outside.
  private func listed(_ json: String) throws -> [String] {
    let recordings = try #require(try configuration(json).recordings())
    let set = try recordings.layout.list()
    return set.index.entries.map { entry in
      ([entry.id, entry.split] + set.parts[entry.row].map { $0?.file.name ?? "-" })
        .joined(separator: " ")
    }
  }

  private func outside(_ json: String) throws -> [String] {
    try IngestStage.outsideFiles(configuration(json)).map(\.name)
  }

  // MARK: Manifest

  @Test func aManifestIsDecodedWithEveryKindOfModality() throws {
    try make("wav/a.wav", "wav/b.wav", "x.npy", "t.txt")
    let text = try folder.write("text.csv", "1,2,3\n4,5,6\n")
    let face = try folder.write("face.csv", "name,AU1\na,1\nb,2\n")
    try folder.write(
      "manifest.csv",
      "id,wav,clip,array,steps,row,label,who\na,wav/a.wav,c.mp4,x.npy,t.txt,0,yes,ann\n"
        + "b,wav/b.wav,,x.npy,,1,no,bob\n")
    let json = #"""
      "source": {"kind": "manifest", "path": "\#(folder.path)/manifest.csv", "label": "label",
        "group": "who", "modalities": {
          "sound": {"kind": "audio", "file": "wav", "rate": 16000,
            "features": {"kind": "log-mel", "n-mels": 64}},
          "clip": {"kind": "video", "frames": 16, "size": [112, 112]},
          "array": {"kind": "array", "row": "row", "axes": ["time", "column"], "rate": 50},
          "steps": {"kind": "series", "columns": "1-3", "rate": 25},
          "text": {"kind": "table", "path": "\#(text)", "row": "row", "columns": "1-3",
            "header": false},
          "face": {"kind": "table", "path": "\#(face)", "id": "name", "columns": ["AU1"]}}},
      \#(shares)
      """#
    let (complaints, output) = try described(json)
    #expect(complaints.isEmpty)
    #expect(output.modalities == ["array", "clip", "face", "sound", "steps", "text"])
    #expect(output.splits == [.labelled])
    let recordings = try #require(try configuration(json).recordings())
    #expect(recordings.modalities.map(\.name) == output.modalities)
    #expect(recordings.target == nil)
    #expect(
      try listed(json) == [
        "a labelled x.npy c.mp4 face.csv wav/a.wav t.txt text.csv",
        "b labelled x.npy - face.csv wav/b.wav - text.csv",
      ])
    // Tables are named by their keys, and a missing file has no content.
    #expect(try outside(json) == ["t.txt", "wav/a.wav", "wav/b.wav", "x.npy"])
    #expect(throws: (any Error).self) { try configuration(json).reader() }
  }

  @Test func aManifestMayHaveValues() throws {
    try folder.write(
      "m.jsonl", #"{"id": 1, "rgb": "a.png", "speed": 2.5, "drag": null}"# + "\n")
    let start = #""source": {"kind": "manifest", "path": "\#(folder.path)/m.jsonl","#
    let image = #""modalities": {"rgb": {"kind": "image"}}}"#
    let values =
      start + #""target": {"kind": "value", "columns": ["speed", "drag"], "unit": ["m/s", "N"]},"#
      + image
    let (complaints, output) = try described("\(values), \(shares)")
    #expect(complaints.isEmpty)
    #expect(output.task == .regression && output.classes == ["speed", "drag"])
    let index = try #require(
      try configuration("\(values), \(shares)").recordings()
    ).layout.list().index
    #expect(index.labelling == .values && index.classes == ["speed", "drag"])
    #expect(index.entries.map(\.label) == [.values([2.5, nil])])
    #expect(try configuration("\(values), \(shares)").source.values?.units == ["m/s", "N"])
    let faulty =
      start + #""label": "kind", "#
      + #""target": {"kind": "value", "columns": ["speed", "speed"], "unit": ["m", "s", "g"]},"#
      + #""modalities": {"rgb": {"kind": "image", "file": "speed"}}}"#
    #expect(
      try described(#"\#(faulty), "classes": ["a", "b"], \#(shares)"#).complaints == [
        "source.target: 'label' and 'target' both say what the labels are | keep one of them",
        "source.modalities.rgb: column 'speed' holds the label, not a file | write 'file: COLUMN', the "
          + "column with its files",
        "source.target.columns.1: column 'speed' is listed twice | remove one",
        "source.target.unit: 3 units for 2 values | give one for all, or one for each",
        "classes: values have no classes: they are named by their columns | remove 'classes'",
      ])
  }

  @Test func aManifestMayHaveSeveralClassesOrLabelMaps() throws {
    try folder.write(
      "m.jsonl", #"{"id": 1, "rgb": "a.png", "map": "m.png", "tags": ["x", "y"]}"# + "\n")
    let start = #""source": {"kind": "manifest", "path": "\#(folder.path)/m.jsonl","#
    let image = #""modalities": {"rgb": {"kind": "image"}}"#
    let several = try #require(
      try configuration(start + #""labels": {"column": "tags"}, \#(image)}, \#(shares)"#)
        .recordings())
    #expect(try several.layout.list().index.labelling == .multiple)
    let maps = #"""
      \#(start) "target": {"kind": "map", "file": "map", "ignore": [9], "values": [1, [2, 3]]},
      \#(image)}, "classes": ["soil", "plant"], \#(shares)
      """#
    #expect(try described(maps).complaints.isEmpty)
    #expect(try described(maps).output.classes == ["soil", "plant"])
    let recordings = try #require(try configuration(maps).recordings())
    #expect(recordings.target?.values == [[1], [2, 3]])
    let set = try recordings.layout.list()
    #expect(set.labelMaps.first??.file.name == "m.png")
    #expect([0, 1, 2, 3, 9].map { set.mapValues?[$0] } == [.some(nil), 0, 1, 1, 255])
  }

  @Test func groupsFoldsAndOfficialSplitsAreDecoded() throws {
    func rule(_ split: String) throws -> SplitDescription {
      try #require(
        try configuration(#""source": {"kind": "two-moons"}, "split": \#(split)"#).split)
    }
    #expect(
      try rule(#"{"folds": 5, "fold": 4, "labelled": 0.1, "seed": 3, "group": true}"#).rule
        == .folds(count: 5, fold: 4, labelled: 0.1, seed: 3))
    #expect(
      try rule(#"{"official": true, "labelled": 0.2}"#).rule == .official(labelled: 0.2, seed: 0))
    #expect(try rule(#"{"test": 0.2, "labelled": 0.2, "group": "who"}"#).group == .named("who"))
    guard
      case .groups(let lists) = try rule(#"{"groups": {"labelled": [1, "b"], "test": [3]}}"#).rule
    else {
      Issue.record("no groups")
      return
    }
    #expect(lists.labelled == ["1", "b"])
    #expect(lists.lists.map(\.split) == [.labelled, .test])
  }

  // MARK: The others

  @Test func aFolderIsListed() throws {
    try make("a/dog/1.wav", "a/cat/2.wav", "v/dog/1.mp4", "a/dog/x.txt")
    let one = #"""
      "source": {"kind": "folder", "path": "\#(folder.path)/a", "extensions": [".WAV"],
        "modalities": {"audio": {"kind": "audio"}}}, \#(shares)
      """#
    #expect(try described(one).complaints.isEmpty)
    #expect(try listed(one) == ["cat/2 labelled cat/2.wav", "dog/1 labelled dog/1.wav"])
    #expect(try outside(one) == ["cat/2.wav", "dog/1.wav"])
    let two = #"""
      "source": {"kind": "folder", "roots": {"sound": "\#(folder.path)/a", "video":
        "\#(folder.path)/v"}, "extensions": {"sound": ["wav"]}, "modalities":
        {"audio": {"kind": "audio", "file": "sound"}, "video": {"kind": "video"}}}, \#(shares)
      """#
    #expect(try described(two).complaints.isEmpty)
    #expect(
      try listed(two) == [
        "cat/2 labelled sound/cat/2.wav -", "dog/1 labelled sound/dog/1.wav video/dog/1.mp4",
      ])
  }

  @Test func ravdessIsListed() throws {
    try make("Actor_01/03-01-01-01-01-01-01.wav", "Actor_01/01-01-02-01-01-01-01.mp4")
    let face = try folder.write("face.csv", "id,AU01_r\n01-01-01-01-01,1\n")
    let json = #"""
      "source": {"kind": "ravdess", "path": "\#(folder.path)", "modalities": {
        "audio": {"kind": "audio"}, "frames": {"kind": "video", "frame-rate": 5},
        "face": {"kind": "table", "path": "\#(face)", "id": "id", "columns": ["AU01_r"]}}}, \#(shares)
      """#
    let (complaints, output) = try described(json)
    #expect(complaints.isEmpty)
    #expect(output.classes?.first == "neutral")
    #expect(
      try listed(json) == [
        "01-01-01-01-01 labelled Actor_01/03-01-01-01-01-01-01.wav face.csv -",
        "02-01-01-01-01 labelled Actor_01/01-01-02-01-01-01-01.mp4 - "
          + "Actor_01/01-01-02-01-01-01-01.mp4",
      ])
    #expect(
      try outside(json) == [
        "Actor_01/01-01-02-01-01-01-01.mp4", "Actor_01/03-01-01-01-01-01-01.wav",
      ])
  }

  @Test func audioSetIsListed() throws {
    try make("clips/a.wav", "clips/b.mp4")
    let train = try folder.write("t.csv", "# h\na, 0.0, 10.0, \"/m/1,/m/2\"\n")
    let test = try folder.write("e.csv", "# h\nb, 0.0, 10.0, \"/m/1\"\n")
    let classes = try folder.write("c.csv", "index,mid,display_name\n0,/m/1,Dog\n1,/m/2,Cat\n")
    let json = #"""
      "source": {"kind": "audioset", "segments": {"labelled": "\#(train)", "test": "\#(test)"},
        "classes": "\#(classes)", "clips": "\#(folder.path)/clips",
        "modalities": {"audio": {"kind": "audio"}, "video": {"kind": "video"}}}
      """#
    let (complaints, output) = try described(json)
    #expect(complaints.isEmpty)
    #expect(output.splits == [.labelled, .test])
    #expect(output.classes == ["Dog", "Cat"])
    #expect(try listed(json) == ["a labelled a.wav -", "b test b.mp4 b.mp4"])
    #expect(try outside(json) == ["a.wav", "b.mp4"])
  }

  @Test func vggSoundIsListed() throws {
    try make("clips/a_000001.mp4", "clips/b_000002.mp4")
    let table = try folder.write("v.csv", "a,1,dog,train\nb,2,cat,test\n")
    let json = #"""
      "source": {"kind": "vggsound", "path": "\#(table)", "clips": ["\#(folder.path)/clips"],
        "label-as": "multiple", "modalities": {"audio": {"kind": "audio"}}},
      "split": {"official": true, "labelled": 1}
      """#
    let (complaints, output) = try described(json)
    #expect(complaints.isEmpty)
    #expect(output.splits == [.labelled, .test])
    #expect(
      try listed(json) == ["a_000001 labelled a_000001.mp4", "b_000002 test b_000002.mp4"])
  }

  @Test func foldersOfFramesAreListed() throws {
    try make("rgb/0001.png", "depth/0001.png", "label/0001.png", "rgb/0002.png", "label/0002.png")
    let json = #"""
      "source": {"kind": "nyu-depth-v2", "folder": "\#(folder.path)", "labels": 40, "classes": 13,
        "modalities": {"rgb": {"kind": "image"}, "depth": {"kind": "image", "scale": 0.001}}},
      \#(shares)
      """#
    let (complaints, output) = try described(json)
    #expect(complaints.isEmpty)
    #expect(output.classes?.count == 13)
    #expect(
      try listed(json) == [
        "0001 labelled depth/0001.png rgb/0001.png", "0002 labelled - rgb/0002.png",
      ])
    #expect(try configuration(json).recordings()?.target?.file == "label")
    #expect(
      try outside(json) == [
        "depth/0001.png", "label/0001.png", "label/0002.png", "rgb/0001.png", "rgb/0002.png",
      ])
  }

  @Test func theOneFileOfFramesIsNamedByItsKeyAlone() throws {
    #expect(
      try outside(
        #"""
        "source": {"kind": "nyu-depth-v2", "path": "/n.mat", "mapping": "/m.mat", "modalities": {
          "rgb": {"kind": "image"}}}, \#(shares)
        """#
      ).isEmpty)
  }

  // MARK: Complaints

  @Test(arguments: [
    (
      #""source": {"kind": "manifest", "path": "/m.csv", "modalities": {}}"#,
      [
        "source.modalities: the samples have no modality | add one, as in 'modalities: {torso: …}'",
        ": nothing says which samples are labelled, unlabelled and for the test"
          + " | add 'split: {test: 0.4, labelled: 0.1}', or 'split: {files: {…}}'",
      ]
    ),
    (
      #"""
      "source": {"kind": "manifest", "path": "/m", "label": "y", "labels": {"column": "z",
      "separator": ""}, "modalities": {"y": {"kind": "audio"}}}, "split": {"test": 0.2,
      "labelled": 0.2, "group": true}
      """#,
      [
        "split.group: nothing says what the groups are | write 'group: COLUMN'",
        "source.labels: 'label' and 'labels' both say what the labels are | keep one of them",
        "source.labels.separator: nothing would stand between the classes | write ';'",
        "source.modalities.y: column 'y' holds the label, not a file"
          + " | write 'file: COLUMN', the column with its files",
      ]
    ),
    (
      #"""
      "source": {"kind": "manifest", "path": "/m", "modalities": {"x": {"kind": "image"}},
      "target": {"kind": "map"}}, "split": {"official": true, "labelled": 0.2}
      """#,
      [
        "source.target: label maps hold numbers, and nothing says what these mean"
          + " | add 'classes: […]' to the stage, in the order of the values",
        "split.official: this source comes with no official split"
          + " | write 'test: 0.4' and 'labelled: 0.1', or 'files: {…}'",
      ]
    ),
    (
      #"""
      "source": {"kind": "manifest", "path": "/m", "modalities": {"x": {"kind": "image"}},
      "target": {"kind": "map", "values": [1, 1, 2]}}, "classes": ["a", "b"], "split": {"column": "s"}
      """#,
      [
        "source.target: 3 values for 2 classes | give each class its value, or a list of them"
      ]
    ),
    (
      #"""
      "source": {"kind": "manifest", "path": "/m", "label": "y", "modalities": {
      "a": {"kind": "audio", "rate": 16000, "type": "int16", "features": {"kind": "mfcc",
      "win-length": 500, "f-max": 9000, "n-mfcc": 200, "log-offset": 1e-6}},
      "b": {"kind": "video", "frames": 4, "frame-rate": 2},
      "c": {"kind": "series", "columns": "1-3", "time": 2, "rate": 5, "names": ["x", "x"]},
      "d": {"kind": "series", "columns": [3]},
      "e": {"kind": "array", "axes": ["time", "time"]},
      "f": {"kind": "array", "axes": ["row"], "rate": 3},
      "g": {"kind": "table", "path": "/t", "columns": ["a"]},
      "h": {"kind": "table", "path": "/t", "id": "a", "row": "r", "columns": ["a"]},
      "i": {"kind": "table", "path": "/t", "id": "a", "header": false, "columns": ["a"]},
      "j": {"kind": "audio", "features": {"kind": "log-mel", "log-offset": 1, "top-db": 80}}}},
      "split": {"test": 0.2, "labelled": 0.2}
      """#,
      [
        "source.modalities.a.type: features are no whole numbers | write float16 or float32",
        "source.modalities.a.features.win-length: a window of 500 samples in a transform of 400"
          + " | raise 'n-fft', or lower 'win-length'",
        "source.modalities.a.features.f-max: sound of 16000 Hz has nothing above 8000.0 Hz"
          + " | write at most 8000.0",
        "source.modalities.a.features.n-mfcc: 200 coefficients of 128 mel bands"
          + " | lower 'n-mfcc', or raise 'n-mels'",
        "source.modalities.a.features.log-offset: 'log-offset' goes with 'kind: log-mel' | remove it",
        "source.modalities.b.frames: 'frames' and 'frame-rate' both say which pictures are kept"
          + " | keep one of them",
        "source.modalities.c.time: column 2 holds the time, and would be a value too"
          + " | take it out of 'columns'",
        "source.modalities.c.names: 2 names for 3 columns | name every column once",
        "source.modalities.c.names.1: column name 'x' is listed twice | remove one",
        "source.modalities.c.time: 'rate' and 'time' both say when a step is | keep one of them",
        "source.modalities.d: nothing says when a step is"
          + " | add 'rate: HZ', or 'time' for the column or array with the time of each step",
        "source.modalities.e: nothing says when a step is"
          + " | add 'rate: HZ', or 'time' for the column or array with the time of each step",
        "source.modalities.e.axes.1: axis 'time' is listed twice | remove one",
        "source.modalities.f.rate: only a series has a clock"
          + " | name the first of 'axes' time, or remove the key",
        "source.modalities.g: nothing says which row of the table is whose"
          + " | add 'id: COLUMN', the table's column of ids, or 'row: COLUMN', the manifest's column "
          + "of row numbers",
        "source.modalities.h.row: 'id' and 'row' both say which row of the table is whose"
          + " | keep one of them",
        "source.modalities.h: column 'a' holds the ids, and would be a value too"
          + " | take it out of 'columns'",
        "source.modalities.i.columns: 'a' is no column and no range of columns"
          + " | write numbers from 1 and ranges, as in 1-3, 28-36",
        "source.modalities.i.id: a table without a header has no column 'a'"
          + " | number the columns from 1",
        "source.modalities.j.features.top-db: 'log-offset' asks for logarithms, 'top-db' for decibels"
          + " | keep one of them",
      ]
    ),
    (
      #"""
      "source": {"kind": "folder", "modalities": {"a": {"kind": "audio", "file": "b"}},
      "extensions": {"c": ["wav"]}}, "split": {"column": "x"}
      """#,
      [
        "source.modalities.a: this source has no part 'b' | write 'file: PART'; parts: file",
        "split.column: only a manifest has columns | write 'files: {…}', or shares",
        "source: nothing says which folder to read"
          + " | add 'path: FOLDER', or 'roots: {audio: FOLDER, image: FOLDER}'",
        "source.extensions.c: there is no root 'c' | write a list, as in [wav, flac]",
      ]
    ),
    (
      #"""
      "source": {"kind": "ravdess", "path": "/r", "modalities": {"face": {"kind": "image"},
      "au": {"kind": "table", "path": "/t", "row": "n", "of": "m", "columns": ["x"]}, "x": {"kind": "audio",
      "file": "sound"}}}, "split": {"test": 0.2, "labelled": 0.2, "group": "speaker"}
      """#,
      [
        "source.modalities.au.of: nothing says in which column of the table that is looked up"
          + " | add 'id: COLUMN'",
        "source.modalities.au.row: only a manifest has a column that 'row' can name"
          + " | write 'id: COLUMN', the column of the table with the sample ids",
        "source.modalities.au.of: only a manifest has a column that 'of' can name"
          + " | remove 'of': the sample's id is looked up",
        "source.modalities.face.kind: this source has no files of kind 'image'"
          + " | kinds: audio, video, table",
        "source.modalities.x: this source has no part 'sound'"
          + " | write 'file: PART'; parts: audio, video",
        "split.group: this source has nothing called 'speaker' to group by"
          + " | groups: actor, gender, emotion, intensity, statement, repetition, vocal",
      ]
    ),
    (
      #"""
      "source": {"kind": "audioset", "segments": {"train": "/t", "test": "/e"}, "classes": "/c",
      "modalities": {"audio": {"kind": "audio"}}}, "split": {"test": 0.2, "labelled": 0.1}
      """#,
      [
        "source: nothing says where the clips are | add 'clips: FOLDER'",
        "split: tables for splits of their own, and a rule that mixes them"
          + " | write 'split: {official: true, labelled: 0.1}'; 'labelled' is a share of 'train'",
      ]
    ),
    (
      #"""
      "source": {"kind": "vggsound", "path": {"labelled": "/l", "test": "/t"}, "clips": "/c",
      "only": ["a", "a"], "modalities": {"audio": {"kind": "audio"}}},
      "split": {"official": true, "labelled": 0.1}
      """#,
      [
        "split: the source's own files already say which sample is in which split | remove 'split'",
        "source.only.1: class 'a' is listed twice | remove one",
        "classes.1: class 'a' is listed twice | remove one",
      ]
    ),
    (
      #"""
      "source": {"kind": "nyu-depth-v2", "path": "/n.mat", "folder": "/f", "classes": 20,
      "labels": 10, "modalities": {"rgb": {"kind": "video"}}},
      "split": {"official": true, "labelled": 0.1}
      """#,
      [
        "source.modalities.rgb.kind: this source has no files of kind 'video'"
          + " | kinds: image, array, table",
        "source.folder: both 'path' and 'folder' say where the frames are | keep one of them",
        "source.classes: labels of NYU Depth V2 are not brought to 20 classes | write 40 or 13",
        "source.labels: label maps of NYU Depth V2 do not come with 10 classes"
          + " | write 894, 40 or 13",
        "source: the official split stands in a file of the data set | add 'splits: splits.mat'",
      ]
    ),
    (
      #"""
      "source": {"kind": "two-moons"}, "split": {"folds": 3, "fold": 3, "group": true,
      "official": true, "groups": {"test": ["a"], "labelled": ["a", "a"]}}
      """#,
      [
        "split: 'folds' and 'official' and 'groups' all say how the samples are split"
          + " | keep one of them",
        "split.fold: there is no fold 3 of 3 | folds are counted from 0 to 2",
        "split.groups.labelled.1: group 'a' is listed twice | remove one",
        "split.groups.test.0: group 'a' is in the labelled split already | keep it in one split",
        "split.group: 'group' goes with sources of recordings, such as 'manifest' | remove 'group'",
        "split.groups: 'groups' goes with sources of recordings, such as 'manifest'"
          + " | remove 'groups'",
        "split.official: 'official' goes with sources of recordings, such as 'manifest'"
          + " | remove 'official'",
      ]
    ),
    (
      #""source": {"kind": "two-moons"}, "split": {"folds": 3, "labelled": 0.1}"#,
      ["split: 'folds' goes with 'fold' | add 'fold: 0'; it counts from 0"]
    ),
    (
      #""source": {"kind": "two-moons"}, "split": {"official": true}"#,
      [
        "split: 'official' goes with 'labelled' | add 'labelled: 0.1'; 0 means none",
        "split.official: 'official' goes with sources of recordings, such as 'manifest'"
          + " | remove 'official'",
      ]
    ),
  ])
  func contradictionsAreAllToldWithTheirMend(json: String, wanted: [String]) throws {
    #expect(try described(json).complaints == wanted)
  }
}
