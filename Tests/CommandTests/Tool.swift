import Foundation
import TestSupport

/// The built `mke`, run in a folder of its own.
struct Tool {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The folder of the built programs: beside the test bundle, which is the program that runs.
  static let programs: String = {
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return bundle.deletingLastPathComponent().path
  }()

  static let program = "\(programs)/mke"
  static let worker = "\(programs)/mke-worker"

  /// Runs `mke` with its own workspace.
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Finished {
    try run(arguments, environment: environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Finished {
    var variables = ["MKE_WORKSPACE": folder.path("w"), "MKE_WORKER": ""]
    variables.merge(environment) { $1 }
    return try Subprocess.run(
      Self.program, arguments, folder: folder.path, environment: variables)
  }

  /// Runs a line of shell in the folder, in which `$mke` is the program.
  func shell(_ line: String) throws -> Finished {
    try Subprocess.run(
      "/bin/bash", ["-c", line], folder: folder.path,
      environment: ["MKE_WORKSPACE": folder.path("w"), "MKE_WORKER": "", "mke": Self.program])
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try folder.write(name, text) }
}
