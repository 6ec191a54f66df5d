import Configuration
import Dataflow
import Stages
import Testing

/// What only the task of the samples can tell of a file.
@Suite struct TaskChecksTests {
  private func samples(
    _ task: LearningTask?, shapes: [String: [Int?]] = [:], split: String = "labelled"
  ) -> StageInputs.Source {
    StageInputs.Source(
      reference: StageReference(stage: "clips", selection: split),
      description: OutputDescription(
        .alignedSamples, modalities: ["audio", "video"], splits: Split.allCases, task: task,
        classes: ["a", "b"], shapes: shapes))
  }

  private func teacher(
    _ keys: String, _ task: LearningTask?, shapes: [String: [Int?]] = [:]
  ) throws -> (complaints: [String], output: OutputDescription) {
    try Example.described(
      TeacherStage.self,
      #"{"from": "clips.labelled", "modalities": ["audio", "video"], "steps": 9, \#(keys)}"#,
      inputs: StageInputs(["from": [samples(task, shapes: shapes)]]))
  }

  private let pictures = #""network": {"encoder": {"kind": "cnn2d", "channels": [4, 8]}}"#

  @Test func aModelAnswersWhatItsSamplesAskFor() throws {
    #expect(try teacher(pictures, .segmentation).output.task == .segmentation)
    #expect(try teacher(pictures, .segmentation).complaints.isEmpty)
    #expect(try teacher(pictures, nil).output.task == nil)
    let head = #""network": {"head": {"kind": "multi-label"}}"#
    #expect(try teacher(head, nil).output.task == .multiLabel)
    #expect(
      try teacher(head, .singleLabel).complaints == [
        "network.head.kind: a head for 'multi-label', and the samples ask for 'single-label' | "
          + "remove 'kind': the head then follows the samples"
      ])
  }

  @Test func segmentationsNeedEncodersThatKeepPlaces() throws {
    let mixed = #"""
      "network": {"encoders": {"audio": {"kind": "mlp", "hidden": [4]},
        "video": {"kind": "cnn2d", "channels": [4]}}}
      """#
    #expect(
      try teacher(mixed, .segmentation).complaints == [
        "network.encoders.audio: a segmentation needs to know where features are, which the encoder "
          + "'mlp' of 'audio' does not keep | take '{kind: cnn2d, channels: [16, 32]}'"
      ])
    #expect(try teacher(mixed, .multiLabel).complaints.isEmpty)
    let unlike = #"""
      "network": {"encoders": {"audio": {"kind": "cnn2d", "channels": [4, 8]},
        "video": {"kind": "cnn2d", "channels": [4]}}}
      """#
    #expect(
      try teacher(unlike, .segmentation).complaints == [
        "network.encoders.video: the encoders of 'audio' and 'video' have other scales, and a "
          + "segmentation sets their maps side by side | take as many 'channels' and the same 'pool' "
          + "for both"
      ])
  }

  @Test func encodersAreHeldAgainstKnownShapes() throws {
    let shapes: [String: [Int?]] = ["audio": [nil, 40], "video": [8, 32, 32, 3]]
    let series = #""network": {"encoder": {"kind": "cnn1d", "channels": [4]}}"#
    #expect(
      try teacher(series, .multiLabel, shapes: shapes).complaints == [
        "network.encoder: a 1-D CNN takes samples of shape [time, channel]; those of 'video' are "
          + "[8, 32, 32, 3] | write 'encoders: {video: {kind: cnn2d, channels: [16, 32]}}'"
      ])
    #expect(try teacher(pictures, .multiLabel, shapes: shapes).complaints.isEmpty)
    let even = #""network": {"encoder": {"kind": "cnn2d", "channels": [4], "kernel-size": 4}}"#
    #expect(
      try teacher(even, nil).complaints == [
        "network.encoder.kernel-size: kernel-size 4 is even: padding could not keep the length | "
          + "take 3 or 5"
      ])
  }

  @Test func transformsAndWeightsAreHeldAgainstTheTask() throws {
    let some = pictures + #", "transform": [{"kind": "flip", "modalities": ["audio"]}]"#
    #expect(try teacher(some, .multiLabel).complaints.isEmpty)
    #expect(
      try teacher(some, .segmentation).complaints == [
        "transform.0.modalities: the transform moves the pixels and labels of some modalities and "
          + "leaves others where they are | leave 'modalities' out, or write 'joint: false' to leave the "
          + "labels too"
      ])
    let apart =
      pictures + #", "transform": [{"kind": "flip", "modalities": ["audio"], "joint": false}]"#
    #expect(try teacher(apart, .segmentation).complaints.isEmpty)
    let bounds = pictures + #", "transform": [{"kind": "erasing", "area": [0.4, 0.1]}]"#
    #expect(
      try teacher(bounds, .segmentation).complaints == [
        "transform.0.area: the smallest 'area' 0.4 is above the largest 0.1 | write the smaller "
          + "number first"
      ])
    let weights = pictures + #", "class-weights": {"b": 2, "c": 1}"#
    #expect(
      try teacher(weights, .segmentation).complaints == [
        "class-weights.c: there is no class 'c' | did you mean 'a'? (classes: a, b)"
      ])
    for task in LearningTask.allCases where task != .regression {
      #expect(
        try teacher(pictures + #", "class-weights": "balanced""#, task).complaints.isEmpty)
    }
  }

  @Test func settingsOfATrainingAreHeldAgainstEachOther() throws {
    func complaints(_ keys: String) throws -> [String] {
      try teacher(pictures + ", " + keys, .segmentation).complaints
    }
    let whole = #"""
      "schedule": {"kind": "step", "epochs": 3, "gamma": 0.5}, "warm-up": {"share": 0.1},
      "optimizer": {"kind": "adamw"}, "decay": "weights", "clip-gradients": 1,
      "label-smoothing": 0.1, "ema": 0.99, "hold-back": 0.1, "select": "agreement", "patience": 3
      """#
    #expect(try complaints(whole).isEmpty)
    #expect(try complaints(#""schedule": "cosine""#).isEmpty)
    #expect(
      try complaints(#""schedule": {"kind": "step"}"#) == [
        "schedule: neither 'epochs' nor 'steps' says when the learning rate falls | write "
          + "'{kind: step, epochs: 30, gamma: 0.1}'"
      ])
    #expect(
      try complaints(#""schedule": {"kind": "step", "epochs": 1, "steps": 2}"#) == [
        "schedule.steps: both 'epochs' and 'steps' say when the learning rate falls | keep one of them"
      ])
    #expect(
      try complaints(#""warm-up": {}"#) == [
        "warm-up: none of 'steps', 'epochs' and 'share' says how long to warm up | write "
          + "'{share: 0.05}'"
      ])
    #expect(
      try complaints(#""warm-up": {"steps": 3, "share": 0.5}"#).first
        == "warm-up: more than one of 'steps', 'epochs' and 'share' says how long to warm up | keep one "
        + "of them")
    #expect(
      try complaints(#""patience": 3"#) == [
        "patience: 'patience' has no held-back samples to measure on | add 'hold-back: 0.1'"
      ])
    #expect(
      try complaints(#""patience": 3, "hold-back": 0.1"#) == [
        "patience: warning: a training that stops after its best network keeps the last one | add 'select: "
          + "agreement'"
      ])
    #expect(
      try complaints(#""decay": "weights""#) == [
        "decay: warning: 'decay: weights' spares some parameters a weight decay of 0 | add 'weight-decay: "
          + "0.01' to the optimizer, or remove 'decay'"
      ])
  }

  private func labels(_ keys: String, _ task: LearningTask?) throws -> [String] {
    let source = StageInputs.Source(
      reference: StageReference("guesses"),
      description: OutputDescription(
        .predictions, splits: [.unlabelled], task: task, classes: ["a", "b"], origin: "clips"))
    let described = try Example.described(
      PseudoLabelStage.self, #"{"from": "guesses", \#(keys)}"#,
      inputs: StageInputs(["from": [source]]))
    #expect(described.output.task == task)
    return described.complaints
  }

  @Test func thresholdsAreHeldAgainstTheTask() throws {
    let both = #""threshold": 0.6, "min-confidence": 0.7"#
    #expect(try labels(both, nil).isEmpty)
    #expect(try labels(both, .multiLabel).isEmpty)
    #expect(
      try labels(both, .singleLabel) == [
        "threshold: of single labels 'threshold' and 'min-confidence' say the same | keep one of them"
      ])
    #expect(
      try labels(#""threshold": 0.6"#, .segmentation) == [
        "threshold: a pixel has one class: there is no threshold from which it is given | write "
          + "'min-confidence', the least confidence of a pixel that is learned from"
      ])
    #expect(try labels(#""min-confidence": 0.6"#, .segmentation).isEmpty)
  }

  @Test func whatIsAboutClassesIsRefusedOfValues() throws {
    #expect(try labels("", .regression).isEmpty)
    #expect(try labels(#""max-spread": 0.5"#, .regression).isEmpty)
    #expect(try labels(#""max-spread": {"a": 0.5}"#, nil).isEmpty)
    #expect(
      try labels(#""max-spread": {"c": 0.5}"#, .regression)
        == ["max-spread.c: there is no value 'c' | did you mean 'a'? (values: a, b)"])
    #expect(
      try labels(
        #""mode": "soft", "temperature": 2, "threshold": 0.4, "min-confidence": 0.5"#, .regression)
        == [
          "mode: 'mode: soft' is about probabilities, and a regression has none | remove it",
          "temperature: 'temperature' is about probabilities, and a regression has none | remove it",
          "threshold: 'threshold' is about probabilities, and a regression has none | write "
            + "'max-spread', how far the teacher's seeds may be apart",
          "min-confidence: 'min-confidence' is about probabilities, and a regression has none | write "
            + "'max-spread', how far the teacher's seeds may be apart",
        ])
    #expect(
      try labels(#""max-spread": 0.5"#, .multiLabel) == [
        "max-spread: 'max-spread' goes with the values of a regression, and the samples ask for "
          + "'multi-label' | write 'min-confidence'"
      ])
    #expect(
      try teacher(
        #""class-weights": "balanced", "label-smoothing": 0.1, "loss": "huber""#, .regression
      ).complaints == [
        "class-weights: 'class-weights' is about classes, and a regression has none | remove it",
        "label-smoothing: 'label-smoothing' is about classes, and a regression has none | remove it",
      ])
    #expect(
      try teacher(#""loss": {"kind": "huber", "delta": 2}"#, .singleLabel).complaints == [
        "loss: 'loss' says what a regression minimises, and the samples ask for 'single-label', which "
          + "minimises the cross entropy | remove it"
      ])
    #expect(
      try teacher(#""network": {"head": {"kind": "regression"}}"#, nil).output.task == .regression)
    #expect(
      try evaluation(#", "metrics": ["mae", "r2"]"#, .regression, model: .regression).isEmpty)
    #expect(
      try evaluation(#", "metrics": ["accuracy"]"#, .regression, model: .regression)
        == ["metrics.0: 'accuracy' is no metric of 'regression' | metrics: mae, rmse, r2, pearson"])
  }

  @Test func aColumnOfClassesLabelsSingleLabelsAlone() throws {
    let complaints = try Example.described(
      PseudoLabelStage.self,
      #"{"samples": "clips.unlabelled", "file": {"path": "/x", "column": "c"}}"#,
      inputs: StageInputs(["samples": [samples(.multiLabel, split: "unlabelled")]])
    ).complaints
    #expect(
      complaints == [
        "file: a column of classes gives one label a sample, and the samples ask for 'multi-label' | "
          + "label them by 'from: PREDICTIONS'"
      ])
  }

  private func evaluation(_ keys: String, _ task: LearningTask, model: LearningTask) throws
    -> [String]
  {
    let source = StageInputs.Source(
      reference: StageReference("students"),
      description: OutputDescription(
        .model, modalities: ["audio"], task: model, classes: ["a", "b"]))
    return try Example.described(
      EvaluateStage.self, #"{"models": "students", "on": "clips.test" \#(keys)}"#,
      inputs: StageInputs(["models": [source], "on": [samples(task, split: "test")]])
    ).complaints
  }

  @Test func metricsAndModelsAreHeldAgainstTheTask() throws {
    #expect(try evaluation("", .segmentation, model: .segmentation).isEmpty)
    #expect(
      try evaluation(
        #", "metrics": ["miou", "map"], "threshold": 0.5"#, .segmentation, model: .segmentation)
        == [
          "metrics.1: 'map' is no metric of 'segmentation' | metrics: miou, miou-per-image, "
            + "pixel-accuracy, mean-class-accuracy",
          "threshold: there is no threshold from which a class is given where each has one: the "
            + "samples ask for 'segmentation' | remove it",
        ])
    #expect(
      try evaluation(#", "metrics": ["map"], "threshold": 0.5"#, .multiLabel, model: .singleLabel)
        == [
          "models.0: 'students' answers 'single-label', and 'clips' asks for 'multi-label' | take a "
            + "model that was trained for 'multi-label'"
        ])
  }
}
