import Foundation

/// A program that ran to its end.
public struct Finished: Sendable {
  public var status: Int32
  public var output: String
  public var errors: String
}

/// Runs programs and collects what they say.
public enum Subprocess {
  /// - Parameters:
  ///   - environment: added to that of this process; an empty value removes a variable.
  ///   - folder: where it runs; the current folder when absent.
  public static func run(
    _ program: String, _ arguments: [String], folder: String? = nil,
    environment: [String: String] = [:]
  ) throws -> Finished {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    var variables = ProcessInfo.processInfo.environment
    for (name, value) in environment { variables[name] = value.isEmpty ? nil : value }
    process.environment = variables
    process.standardInput = FileHandle.nullDevice
    // Files, not pipes: nothing to drain while it runs, however much it says.
    let folder = try TemporaryFolder()
    let (output, errors) = (folder.path("output"), folder.path("errors"))
    for path in [output, errors] { try Data().write(to: URL(fileURLWithPath: path)) }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    try process.run()
    process.waitUntilExit()
    return Finished(
      status: process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }
}

/// The Python that the tests hold us against; `Tools/test` sets `MKE_TEST_PYTHON`.
public enum TestPython {
  /// `nil` where there is none: tests that need it then say that they were skipped.
  public static var path: String? { ProcessInfo.processInfo.environment["MKE_TEST_PYTHON"] }

  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// Runs a script and returns what it printed.
  ///
  /// - Throws: `Failure` with the script's own words when it does not exit with 0.
  public static func run(_ script: String, _ arguments: [String] = []) throws -> String {
    guard let path else { throw Failure(description: "MKE_TEST_PYTHON is not set") }
    let finished = try Subprocess.run(path, ["-c", script] + arguments)
    guard finished.status == 0 else { throw Failure(description: finished.errors) }
    return finished.output
  }
}

/// A Python with PyTorch, h5py and hdf5plugin, such as `Tools/setup --bench` makes; `Tools/test` sets
/// `MKE_TEST_TORCH_PYTHON` where there is one.
public enum TestTorch {
  /// `nil` where there is none: tests that need it then say that they were skipped.
  public static var path: String? { ProcessInfo.processInfo.environment["MKE_TEST_TORCH_PYTHON"] }

  /// Runs a program of `Tests/Scripts` and returns what it printed.
  ///
  /// - Throws: `Failure` with its own words when it does not exit with 0.
  public static func run(_ script: String, _ arguments: [String]) throws -> String {
    guard let path else {
      throw TestPython.Failure(description: "MKE_TEST_TORCH_PYTHON is not set")
    }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    let finished = try Subprocess.run(path, ["\(root)/Tests/Scripts/\(script)"] + arguments)
    guard finished.status == 0 else { throw TestPython.Failure(description: finished.errors) }
    return finished.output
  }
}
