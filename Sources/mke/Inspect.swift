import ArgumentParser
import Dataflow
import Diagnostics
import Foundation
import Inspection
import Shards

struct Inspect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look into an output: schema, provenance, fields, statistics, one sample.",
    discussion: """
      What to look at is a folder of shards, one shard, the first digits of a fingerprint in the \
      workspace, or a stage of a pipeline file; with '#' and an id or a number, one sample of it, \
      or one network of a model.

        mke inspect Pipelines/two-moons.yaml:points
        mke inspect Pipelines/two-moons.yaml:points#7
        mke inspect Pipelines/two-moons.yaml:students#mke-seed-3
        mke inspect .mke/store/3f2a…/unlabelled-00000.h5
        mke inspect 3f2a9c --json

      True labels of the unlabelled and of the test split are sealed: they are neither shown nor \
      counted unless --truth is given. Statistics of large outputs are of a part of the samples, \
      which is said; --complete reads all of them.
      """)

  @Argument(
    help: ArgumentHelp(
      "A folder, a shard, a fingerprint, or FILE:STAGE; '#sample' behind it for one sample.",
      valueName: "path[#sample]"))
  var target: String

  @Flag(help: "Look at true labels that are sealed, too.") var truth = false
  @Flag(help: "Statistics of every sample, however many.") var complete = false
  @Flag(help: "Check every file and every chunk against its checksum.") var verify = false
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("With FILE:STAGE: give a parameter another value.", valueName: "key=value"))
  var settings: [String] = []
  @Option(help: "With FILE:STAGE: the device that the stage ran on.") var device = DeviceName.cpu
  @OptionGroup var place: WorkspaceOption
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let (path, sample) = OutputTarget.split(target)
    let place = try OutputTarget.find(
      path, workspace: self.place.workspace, settings: settings, device: device.rawValue)
    let output = try Output(opening: place.folder)
    if verify { try check(output) }
    let width = Console.size(of: STDOUT_FILENO).width
    if let sample, output.manifest.schema == PortType.model.rawValue {
      let report = try NetworkReport(sample, of: output)
      if json { try Console.json(report) } else { Console.print(report.text(width: width)) }
    } else if let sample {
      let report = try SampleReport(sample, of: output, includesSealed: truth)
      if json { try Console.json(report) } else { Console.print(report.text(width: width)) }
    } else if !verify {
      let report = try OutputReport(
        of: output, .init(shard: place.shard, isComplete: complete, includesSealed: truth))
      if json { try Console.json(report) } else { Console.print(report.text(width: width)) }
    }
  }

  private func check(_ output: Output) throws {
    let faults = try output.verify()
    let shards = output.manifest.shards
    let bytes = shards.map(\.bytes).reduce(0, +)
    guard faults.isEmpty else { throw DiagnosticList(faults) }
    if json, !target.contains("#") {
      struct Verified: Encodable {
        var directory: String
        var shards: Int
        var bytes: Int
        var faults: [Diagnostic]
      }
      try Console.json(
        Verified(directory: output.directory, shards: shards.count, bytes: bytes, faults: []))
    } else if !json {
      Console.print(
        "\(output.directory): whole: \(Figures.count(shards.count, "shard")), "
          + "\(Figures.bytes(bytes)), every checksum right")
    }
  }
}
