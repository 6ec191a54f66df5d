public import Dataflow

extension StageRegistry {
  /// The stage kinds of `mke`, in the order of the method.
  public static let standard = StageRegistry([
    IngestStage.self,
    AlignStage.self,
    TeacherStage.self,
    InferStage.self,
    PseudoLabelStage.self,
    DistillStage.self,
    EvaluateStage.self,
  ])
}
