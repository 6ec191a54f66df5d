import Dataflow
import Diagnostics
import Stages
import Testing
import Work

@Suite struct StandardWorkTests {
  @Test func everyFaceHasItsWork() {
    #expect(standardWork.kinds == StageRegistry.standard.faces.map { $0.kind })
  }

  @Test func unknownKindIsNamedWithItsNeighbour() async {
    let job = Job(
      pipeline: "p", stage: "s", kind: "evalute", configuration: [:], inputs: [:],
      fingerprint: "f", outputDirectory: "/nowhere", threads: 1, device: "cpu", toolVersion: "t")
    let error = await #expect(throws: Diagnostic.self) { try await standardWork.run(job) { _ in } }
    #expect(error?.message == "this worker has no stage kind 'evalute'")
    #expect(error?.mend?.hasPrefix("did you mean 'evaluate'?") == true)
  }
}
