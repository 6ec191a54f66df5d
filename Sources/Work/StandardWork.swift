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

/// All that a worker can do: stages of pipelines, and the jobs of single commands.
public let workerWork = WorkRegistry(standardWork.works + [ExportWork.self])
