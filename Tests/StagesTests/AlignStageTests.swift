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
    #expect(plain.missing == .error)
    #expect(plain.packing.compression == .zstd)
  }

  @Test(arguments: [
    (#""all""#, AlignStage.Standardisation(modalities: .all)),
    (#"["xa", "xb"]"#, AlignStage.Standardisation(modalities: .named(["xa", "xb"]))),
    (#"{}"#, AlignStage.Standardisation(modalities: .all)),
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
        "from.1: both 'a' and 'b' have a modality 'y' | give it another name in one of them",
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
