import Configuration
import Dataflow
import Stages
import Testing

@Suite struct AlignStageTests {
  private func source(
    _ stage: String, modalities: [String]?, classes: [String]? = ["0", "1"],
    splits: [Split] = Split.allCases
  ) -> StageInputs.Source {
    StageInputs.Source(
      reference: StageReference(stage: stage),
      description: OutputDescription(
        .samples, modalities: modalities, splits: splits, classes: classes))
  }

  private func described(
    _ json: String, _ sources: StageInputs.Source...
  ) throws -> (complaints: [String], output: OutputDescription) {
    try Example.described(AlignStage.self, json, inputs: StageInputs(["from": sources]))
  }

  private func configuration(_ json: String) throws -> AlignStage.Configuration {
    try Example.configuration(of: AlignStage.self, json)
  }

  @Test func absentKeysHaveTheirDefaults() throws {
    let plain = try configuration(#"{"from": "moons"}"#)
    #expect(plain.from == [StageReference("moons")])
    #expect(plain.modalities == nil)
    #expect(plain.standardise == nil)
    #expect(plain.window == nil)
    #expect(plain.time.isEmpty && plain.clock.isEmpty && plain.space == nil)
    #expect(plain.missing == .error)
    #expect(plain.packing.compression == .zstd)
  }

  @Test(arguments: [
    (#""all""#, AlignStage.Standardisation(modalities: .all)),
    (#"["xa", "xb"]"#, AlignStage.Standardisation(modalities: .named(["xa", "xb"]))),
    (#"{}"#, AlignStage.Standardisation(modalities: .all)),
    (#"{"per": "modality"}"#, AlignStage.Standardisation(modalities: .all, per: .modality)),
    (
      #"{"modalities": ["xa"], "splits": ["labelled"]}"#,
      AlignStage.Standardisation(modalities: .named(["xa"]), splits: [.labelled])
    ),
  ])
  func standardisationIsDecodedHoweverItIsWritten(
    json: String, wanted: AlignStage.Standardisation
  ) throws {
    #expect(
      try configuration(#"{"from": ["a"], "standardise": \#(json)}"#).standardise == wanted)
  }

  @Test func modalitiesAreChosenInTheOrderOfTheSamples() {
    #expect(AlignStage.Modalities.all.chosen(of: ["b", "a"]) == ["b", "a"])
    #expect(AlignStage.Modalities.named(["a", "b"]).chosen(of: ["b", "c", "a"]) == ["b", "a"])
  }

  @Test func windowsAreDecodedWithTheirHop() throws {
    let json = #"{"from": ["a"], "window": {"length": 5, "partial": "pad"}, "missing": "keep"}"#
    let window = try #require(try configuration(json).window)
    #expect(window.length == 5)
    #expect(window.hop == nil)
    #expect(window.step == 5)
    #expect(window.partial == .pad)
    let overlapping = try configuration(
      #"{"from": ["a"], "window": {"length": 5, "hop": 2.5}}"#)
    #expect(overlapping.window?.step == 2.5)
    #expect(overlapping.window?.partial == .drop)
  }

  @Test func streamsAreDecodedWithTheirPoliciesAndClocks() throws {
    let streams = try configuration(
      #"""
      {"from": ["a"], "time": {"imu": {"policy": "linear", "rate": 50, "tolerance": 0.1},
        "video": {"policy": "sample", "frames": 16}, "sound": {"faults": "drop"}},
        "clock": {"imu": {"offset": 0.5, "drift": 2e-5},
          "gaze": {"estimate": {"events": "/e.csv", "per": "all", "time": "eye"}}},
        "window": {"length": 1, "take": "middle"}}
      """#)
    let imu = try #require(streams.time["imu"])
    #expect(imu.policy == .linear && imu.rate == 50 && imu.tolerance == 0.1 && imu.faults == .sort)
    #expect(streams.time["video"]?.frames == 16)
    #expect(streams.time["sound"]?.policy == .native && streams.time["sound"]?.faults == .drop)
    #expect(streams.clock["imu"]?.offset == 0.5 && streams.clock["imu"]?.drift == 2e-5)
    let estimate = try #require(streams.clock["gaze"]?.estimate)
    #expect(estimate.per == .all && estimate.time == "eye" && estimate.reference == "reference")
    #expect(streams.window?.take == .middle)
  }

  @Test func picturesAreDecodedWithTheirGeometry() throws {
    let space = try #require(
      try configuration(
        #"""
        {"from": ["a"], "space": {"modalities": ["rgb", "depth"], "size": [112, 96],
          "crop": {"height": 200, "width": 300, "top": 5}, "filter": "nearest",
          "register": {"depth": [[1, 0, 2], [0, 1, 3]]}, "invalid": {"depth": 0}}}
        """#
      ).space)
    #expect(space.crop == .rectangle(top: 5, left: nil, height: 200, width: 300))
    #expect(space.register == ["depth": [[1, 0, 2], [0, 1, 3]]])
    #expect(space.invalid == ["depth": 0])
    let centre = try configuration(
      #"{"from": ["a"], "space": {"modalities": ["rgb"], "size": [2, 2], "crop": "centre"}}"#
    ).space
    #expect(centre?.crop == .centre && centre?.filter == .bilinear)
  }

  @Test func contradictionsOfTimeAreAllTold() throws {
    let (complaints, _) = try described(
      #"""
      {"from": ["a"], "window": {"length": 1, "hop": 1, "take": "first"},
        "time": {"imu": {"policy": "linear", "tolerance": 1}, "imo": {"policy": "hold", "rate": 2},
          "video": {"policy": "sample", "rate": 2}, "sound": {"tolerance": 1, "frames": 2}},
        "clock": {"imu": {}, "sund": {"offset": 1, "estimate": {"events": "e"}}}}
      """#, source("a", modalities: ["imu", "video", "sound"]))
    #expect(
      complaints == [
        "time.imo: the output has no modality 'imo'"
          + " | did you mean 'imu'? (modalities: imu, video, sound)",
        "time.imu: the policy 'linear' does not say at which rate | add 'rate: HZ'",
        "time.sound.tolerance: the policy 'native' has no tolerance"
          + " | take 'policy: nearest', 'linear' or 'hold' with a 'rate', or remove it",
        "time.sound.frames: the policy 'native' keeps no given number of steps"
          + " | take 'policy: sample', or remove 'frames'",
        "time.video.rate: the policy 'sample' has no rate of its own | remove 'rate'",
        "time.video: the policy 'sample' does not say how many steps are kept"
          + " | add 'frames: NUMBER'",
        "clock.imu: nothing says how this clock differs from the common one"
          + " | add 'offset: SECONDS', or 'estimate: {events: TABLE}'",
        "clock.sund: the output has no modality 'sund'"
          + " | did you mean 'sound'? (modalities: imu, video, sound)",
        "clock.sund.estimate: the clock is both given and estimated"
          + " | keep 'estimate', or 'offset' and 'drift'",
        "window.hop: there is no next window with 'take: first' | remove 'hop'",
      ])
  }

  @Test func contradictionsOfSpaceAreAllTold() throws {
    let (complaints, _) = try described(
      #"""
      {"from": ["a"], "space": {"modalities": ["rgb", "dept"], "crop": "centre", "filter": "area",
        "register": {"rgb": [[1, 2, 0], [2, 4, 0]]}, "invalid": {"dep": 0}}}
      """#, source("a", modalities: ["rgb", "depth"]))
    #expect(
      complaints == [
        "space.modalities.1: the output has no modality 'dept'"
          + " | did you mean 'depth'? (modalities: rgb, depth)",
        "space.crop: nothing says which proportions the part in the middle has"
          + " | add 'size: [HEIGHT, WIDTH]', or give the crop a height and a width",
        "space.invalid.dep: 'dep' is none of the pictures"
          + " | did you mean 'dept'? (modalities: rgb, dept)",
        "space.register.rgb: 'rgb' is the reference that others are registered to"
          + " | put another modality first, or register the others",
        "space.register.rgb: the matrix maps the whole picture onto a line or a point"
          + " | a shift alone is [[1, 0, c], [0, 1, f]]",
        "space.filter: pictures that are registered cannot be averaged over areas"
          + " | take 'bilinear' or 'nearest'",
      ])
    let (nothing, _) = try described(
      #"{"from": ["a"], "space": {"modalities": ["rgb"]}}"#, source("a", modalities: ["rgb"]))
    #expect(
      nothing == [
        "space: nothing says what becomes of the pictures"
          + " | add 'size: [HEIGHT, WIDTH]', 'crop', 'tiles' or 'register'"
      ])
  }

  @Test func aTileLargerThanThePictureIsTold() throws {
    let (complaints, _) = try described(
      #"""
      {"from": ["a"],
       "space": {"modalities": ["rgb"], "size": [4, 4], "tiles": {"size": [5, 2]}}}
      """#, source("a", modalities: ["rgb"]))
    #expect(
      complaints == [
        "space.tiles.size: a tile of 5 × 2 pixels is larger than the picture of 4 × 4"
          + " | take smaller tiles, or a larger 'size'"
      ])
  }

  @Test func aJoinHasTheModalitiesOfAll() throws {
    let (complaints, output) = try described(
      #"{"from": ["a", "b"], "standardise": "all"}"#, source("a", modalities: ["x", "y"]),
      source("b", modalities: ["z"], splits: [.labelled]))
    #expect(complaints.isEmpty)
    #expect(
      output
        == OutputDescription(
          .alignedSamples, modalities: ["x", "y", "z"],
          splits: [.labelled, .unlabelled, .test], classes: ["0", "1"]))
  }

  @Test func whatOnlyTheDataCanTellStaysOpen() throws {
    let (complaints, output) = try described(
      #"{"from": ["a", "b"], "standardise": ["q"]}"#, source("a", modalities: ["x"]),
      source("b", modalities: nil, classes: nil))
    #expect(complaints.isEmpty)
    #expect(output.modalities == nil)
    #expect(output.classes == ["0", "1"])
  }

  @Test func keptModalitiesAreThoseOfTheOutput() throws {
    let (complaints, output) = try described(
      #"{"from": "a", "modalities": ["y", "z"], "standardise": ["x"], "byte-shuffle": ["x"]}"#,
      source("a", modalities: ["x", "y"]))
    #expect(output.modalities == ["y", "z"])
    #expect(
      complaints == [
        "modalities.1: the input has no modality 'z' | did you mean 'x'? (modalities: x, y)",
        "standardise.0: the output has no modality 'x' | did you mean 'y'? (modalities: y, z)",
        "byte-shuffle.0: the output has no modality 'x' | did you mean 'y'? (modalities: y, z)",
      ])
  }

  @Test func contradictionsOfAJoinAreAllTold() throws {
    let (complaints, _) = try described(
      #"{"from": ["a", "b", "a"]}"#, source("a", modalities: ["x", "y"]),
      source("b", modalities: ["y"], classes: ["1", "0"]), source("a", modalities: ["x", "y"]))
    #expect(
      complaints == [
        "from.1: 'a' has the classes 0, 1; 'b' has 1, 0"
          + " | give both the same 'classes' in the same order",
        "from.2: 'a' is joined with itself | remove one",
      ])
  }

  @Test func whatIsLegalButSuspectIsAWarning() throws {
    let (complaints, _) = try described(
      #"""
      {"from": ["a"], "standardise": {"splits": ["test"]}, "window": {"length": 2, "hop": 3}}
      """#, source("a", modalities: ["x"], splits: [.labelled, .unlabelled]))
    #expect(
      complaints == [
        "standardise.splits: warning: the statistics look at the test split"
          + " | take [labelled, unlabelled]",
        "standardise: there are no samples in the splits test | splits: labelled, unlabelled",
        "window.hop: warning: a hop of 3.0 s is longer than the window of 2.0 s: what lies between "
          + "is lost | take 'hop: 2.0' or less",
      ])
  }
}
