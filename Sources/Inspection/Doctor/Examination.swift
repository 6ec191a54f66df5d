public import Diagnostics
import Foundation
import Shards
import Synchronization

/// Looks at a machine for `mke doctor`.
public struct Examination: Sendable {
  public var toolVersion: String
  /// The worker program, or why there is none.
  public var worker: Result<String, Diagnostic>
  /// Where outputs would be kept; it need not be there yet.
  public var workspace: String
  public var environment: [String: String]

  public init(
    toolVersion: String, worker: Result<String, Diagnostic>, workspace: String,
    environment: [String: String]
  ) {
    self.toolVersion = toolVersion
    self.worker = worker
    self.workspace = workspace
    self.environment = environment
  }

  public func report() -> DoctorReport {
    DoctorReport([
      .init(
        "mke", .ok, "\(toolVersion), built with Swift \(Compiler.version)",
        facts: ["version": toolVersion, "swift": Compiler.version]),
      hdf5, plugin,
      .init(
        "zstd", .ok, LibraryVersions.zstd, facts: ["version": LibraryVersions.zstd]),
      libtorch, cores, memory, disk,
    ])
  }

  // MARK: Libraries

  private var hdf5: DoctorReport.Check {
    .init("HDF5", .ok, LibraryVersions.hdf5, facts: ["version": LibraryVersions.hdf5])
  }

  /// `mke` and h5py with hdf5plugin bring the filter along; other programs look for it.
  private var plugin: DoctorReport.Check {
    let folders = LibraryVersions.hdf5PluginFolders
    let names = ["libh5zstd.so", "libH5Zzstd.so", "libh5z_zstd.so"]
    let found = folders.flatMap { folder in names.map { "\(folder)/\($0)" } }
      .first { FileManager.default.fileExists(atPath: $0) }
    let facts = ["HDF5_PLUGIN_PATH": environment["HDF5_PLUGIN_PATH"] ?? "", "plugin": found ?? ""]
    if let found {
      return .init(
        "zstd plugin", .ok, "\(found): h5dump and HDFView can open shards", facts: facts)
    }
    return .init(
      "zstd plugin", .warning,
      "not in \(folders.joined(separator: ":")): h5dump and HDFView cannot unpack shards (mke and "
        + "h5py with hdf5plugin can)",
      facts: facts,
      mend: "pip install hdf5plugin, then export HDF5_PLUGIN_PATH=$(python3 -c 'import hdf5plugin; "
        + "print(hdf5plugin.PLUGIN_PATH)'); or 'compression: gzip' in a stage needs no plugin")
  }

  /// What a worker says of itself with `--about`.
  struct About: Decodable {
    var libtorch: String
    var threads: Int
    var cudaDevices: Int
  }

  private var libtorch: DoctorReport.Check {
    let program: String
    switch worker {
    case .success(let path): program = path
    case .failure(let diagnostic):
      return .init(
        "libtorch", .error, "\(diagnostic.subject): \(diagnostic.message)", mend: diagnostic.mend)
    }
    let answer = Program.run(program, ["--about"])
    let place = Self.libtorchPlace(of: program)
    guard answer.status == 0,
      let about = try? JSONDecoder().decode(About.self, from: Data(answer.output.utf8))
    else {
      let reason = answer.errors.split(separator: "\n").last.map(String.init) ?? "no answer"
      return .init(
        "libtorch", .error, "the worker \(program) does not start: \(reason)",
        facts: ["worker": program],
        mend: "Tools/setup finds or installs libtorch; then build again with Tools/mke")
    }
    return Self.libtorch(about, place: place, worker: program)
  }

  static func libtorch(_ about: About, place: String?, worker: String) -> DoctorReport.Check {
    let devices =
      about.cudaDevices == 0
      ? "no CUDA device" : Figures.count(about.cudaDevices, "CUDA device")
    return .init(
      "libtorch", .ok,
      about.libtorch + (place.map { " in \($0)" } ?? "") + ", \(devices)",
      facts: [
        "version": about.libtorch, "folder": place ?? "", "cudaDevices": "\(about.cudaDevices)",
        "threads": "\(about.threads)", "worker": worker,
      ])
  }

  /// The folder that the worker's libtorch is loaded from, as the loader says.
  private static func libtorchPlace(of program: String) -> String? {
    for line in Program.run("/usr/bin/ldd", [program]).output.split(separator: "\n") {
      guard line.contains("libtorch_cpu.so"), let arrow = line.range(of: "=> ") else { continue }
      let path = line[arrow.upperBound...].split(separator: " ").first.map(String.init) ?? ""
      guard path.hasPrefix("/") else { return nil }
      return URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().path
    }
    return nil
  }

  // MARK: Machine

  private var cores: DoctorReport.Check {
    let count = ProcessInfo.processInfo.activeProcessorCount
    return .init(
      "cores", .ok, "\(count) (--jobs takes all of them unless it says less)",
      facts: ["count": "\(count)"])
  }

  private var memory: DoctorReport.Check {
    let lines = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
    func kilobytes(_ key: String) -> Int? {
      lines.split(separator: "\n").first { $0.hasPrefix("\(key):") }
        .flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }
    }
    let total = kilobytes("MemTotal").map { $0 * 1024 } ?? 0
    let free = kilobytes("MemAvailable").map { $0 * 1024 } ?? total
    return Self.memory(total: total, free: free)
  }

  static func memory(total: Int, free: Int) -> DoctorReport.Check {
    let isShort = free < 1 << 30
    return .init(
      "memory", isShort ? .warning : .ok,
      "\(Figures.bytes(free)) free of \(Figures.bytes(total))",
      facts: ["total": "\(total)", "free": "\(free)"],
      mend: isShort ? "end other programs, or use fewer --jobs" : nil)
  }

  private var disk: DoctorReport.Check {
    var folder = workspace
    while !FileManager.default.fileExists(atPath: folder), folder != "/", !folder.isEmpty {
      folder = URL(fileURLWithPath: folder).deletingLastPathComponent().path
    }
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else {
      return .init(
        "workspace", .error, "\(workspace): \(String(cString: strerror(errno)))",
        mend: "choose another folder with --workspace or $MKE_WORKSPACE")
    }
    return Self.disk(
      workspace, free: Int(status.f_bavail) * Int(status.f_frsize),
      isWritable: access(folder, W_OK | X_OK) == 0)
  }

  static func disk(_ workspace: String, free: Int, isWritable: Bool) -> DoctorReport.Check {
    let facts = ["folder": workspace, "free": "\(free)"]
    guard isWritable else {
      return .init(
        "workspace", .error, "\(workspace) cannot be written", facts: facts,
        mend: "choose another folder with --workspace or $MKE_WORKSPACE")
    }
    let isShort = free < 1 << 30
    return .init(
      "workspace", isShort ? .warning : .ok,
      "\(workspace), \(Figures.bytes(free)) free on its disk",
      facts: facts, mend: isShort ? "make room, or choose another disk with --workspace" : nil)
  }
}

/// Runs a program and waits, not longer than half a minute.
private enum Program {
  static func run(_ path: String, _ arguments: [String]) -> (
    status: Int32, output: String, errors: String
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    do { try process.run() } catch { return (-1, "", "\(error.localizedDescription)") }
    let watchdog = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 30, execute: watchdog)
    let said = Mutex(Data())
    let group = DispatchGroup()
    group.enter()
    Thread.detachNewThread {
      let data = (try? errors.fileHandleForReading.readToEnd()) ?? Data()
      said.withLock { $0 = data }
      group.leave()
    }
    let data = (try? output.fileHandleForReading.readToEnd()) ?? Data()
    group.wait()
    process.waitUntilExit()
    watchdog.cancel()
    return (
      process.terminationStatus, String(decoding: data, as: UTF8.self),
      String(decoding: said.withLock { $0 }, as: UTF8.self)
    )
  }
}
