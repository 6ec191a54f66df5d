import Dataflow
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
    await confirmation { confirm in
      let succeeded = await standardWork.run(job) { event in
        guard case .failed(let list) = event else { return }
        #expect(list.first?.message == "this worker has no stage kind 'evalute'")
        #expect(list.first?.mend?.hasPrefix("did you mean 'evaluate'?") == true)
        confirm()
      }
      #expect(!succeeded)
    }
  }
}
