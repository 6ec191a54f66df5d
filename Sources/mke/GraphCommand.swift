import ArgumentParser
import Inspection

struct GraphCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, dot }

  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draw the stages of a pipeline and what each of them reads.",
    discussion: """
      As text, a stage stands at its dot, and a rail goes down from it to the last stage that reads \
      it. As DOT, Graphviz draws it.

        mke graph Pipelines/two-moons.yaml
        mke graph Pipelines/two-moons.yaml --format dot | dot -Tsvg > graph.svg
      """)

  @OptionGroup var pipeline: PipelineArguments
  @Option(help: "How it is drawn.") var format = Format.text

  func run() async throws {
    let graph = try pipeline.load()
    switch format {
    case .text: Console.print(GraphDrawing.text(graph))
    case .dot: Console.print(GraphDrawing.dot(graph))
    }
  }
}
