import Arrays
import Dataflow
import Diagnostics
import Shards

/// The sealed labels: the truth of D_u and of the test split.
///
/// The only reader of sealed fields. It exists only for a job whose stage declared, by its face,
/// that it reads truth: `evaluate`, and the `distill` with a variant that names `labels: truth`.
struct Truth {
  init(_ context: StageContext) throws {
    guard context.readsTruth else {
      throw Diagnostic(
        "stage '\(context.job.stage)'", "it asked for sealed labels, which it may not see",
        mend: "only 'evaluate', and a variant with 'labels: truth', may read them")
    }
  }

  /// What is true of each sample.
  func labels(of samples: SampleSet) throws -> LabelColumn {
    if samples.split == .labelled { return try samples.openLabels() }
    let stream = samples.split.rawValue
    let path = StandardField.truth(samples.task)
    guard try samples.output.fields(of: stream).contains(where: { $0.path == path }) else {
      throw Diagnostic(
        "input '\(samples.input.reference)'", "the true labels of these samples are not known",
        mend: "name the column of the labels in the ingest stage, or leave this evaluation out")
    }
    let columns = try samples.output.readAll(
      [path], of: stream, options: ReadOptions(includesSealed: true))
    return try LabelColumn(
      columns[path], samples.task, classes: samples.classes().count,
      of: "input '\(samples.input.reference)'")
  }
}
