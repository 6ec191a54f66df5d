/// The works that a worker can do: one for each face of `StageRegistry.standard`.
public let standardWork = WorkRegistry([
  IngestWork.self,
  AlignWork.self,
  TeacherWork.self,
  InferWork.self,
  PseudoLabelWork.self,
  DistillWork.self,
  EvaluateWork.self,
])
