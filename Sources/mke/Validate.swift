import ArgumentParser
import Inspection

struct Validate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a pipeline file without running it.",
    discussion: """
      Every fault is shown at once, with file, line and column, and how to mend it: unknown keys, \
      values of the wrong type, stages that do not fit together, cycles, missing files.

        mke validate Pipelines/two-moons.yaml
      """)

  @OptionGroup var pipeline: PipelineArguments

  func run() async throws {
    let graph = try pipeline.load()
    let variants = graph.nodes.map(\.output.variants.count).filter { $0 > 1 }.reduce(0, +)
    let files = Set(graph.nodes.flatMap { $0.outsideFiles.map(\.path) }).count
    var facts = [Figures.count(graph.nodes.count, "stage")]
    if variants > 0 { facts.append(Figures.count(variants, "variant")) }
    if files > 0 { facts.append("\(Figures.count(files, "file")) from outside") }
    Console.print("\(pipeline.file): valid: \(facts.joined(separator: ", "))")
  }
}
