import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Inspection

@Suite struct DoctorReportTests {
  @Test func eachCheckIsALineAndMendsStandBelow() {
    let report = DoctorReport([
      .init("HDF5", .ok, "1.14.5"),
      .init("plugin", .warning, "not found", mend: "pip install hdf5plugin"),
      .init("libtorch", .error, "no worker", mend: "run Tools/mke"),
    ])
    #expect(
      report.text() == """
        ok       HDF5      1.14.5
        warning  plugin    not found
                           mend: pip install hdf5plugin
        error    libtorch  no worker
                           mend: run Tools/mke

        mke cannot run here: 1 error
        """)
    #expect(!report.isHealthy)
  }

  @Test func warningsDoNotMakeItUnhealthy() {
    let report = DoctorReport([.init("plugin", .warning, "not found")])
    #expect(report.isHealthy && report.text().hasSuffix("mke runs here; 1 warning"))
    #expect(DoctorReport([]).text().hasSuffix("all is well"))
  }

  @Test func theWorkerSaysWhichLibtorchItHas() {
    let check = Examination.libtorch(
      .init(libtorch: "2.15.0", threads: 8, cudaDevices: 2), place: "/opt/torch", worker: "w")
    #expect(check.finding == "2.15.0 in /opt/torch, 2 CUDA devices")
    #expect(check.verdict == .ok && check.facts["cudaDevices"] == "2")
  }

  @Test func shortMemoryAndDiskAreWarnings() {
    #expect(Examination.memory(total: 8 << 30, free: 1 << 29).verdict == .warning)
    #expect(Examination.disk("/data", free: 1 << 40, isWritable: true).verdict == .ok)
    #expect(Examination.disk("/data", free: 1 << 20, isWritable: true).verdict == .warning)
    let closed = Examination.disk("/data", free: 1 << 40, isWritable: false)
    #expect(closed.verdict == .error && closed.finding == "/data cannot be written")
  }

  @Test func aWorkerThatIsNotThereIsAnError() throws {
    let folder = try TemporaryFolder()
    let report = Examination(
      toolVersion: "mke 0", worker: .failure(Diagnostic("w", "not there", mend: "build it")),
      workspace: folder.path("a/b"), environment: [:]
    ).report()
    #expect(report.checks.first { $0.name == "libtorch" }?.finding == "w: not there")
    #expect(report.checks.first { $0.name == "workspace" }?.verdict == .ok)
    #expect(!FileManager.default.fileExists(atPath: folder.path("a")))
  }

  @Test func aWorkerThatDoesNotAnswerIsAnErrorWithItsWords() throws {
    let folder = try TemporaryFolder()
    let program = try folder.write("worker", "#!/bin/sh\necho no libtorch here >&2\nexit 127\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let report = Examination(
      toolVersion: "mke 0", worker: .success(program), workspace: folder.path, environment: [:]
    ).report()
    let check = report.checks.first { $0.name == "libtorch" }
    #expect(check?.verdict == .error)
    #expect(check?.finding == "the worker \(program) does not start: no libtorch here")
  }
}
