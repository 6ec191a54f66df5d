import Configuration
import Testing

@testable import Dataflow

@Suite struct ReasonTests {
  @Test(arguments: [
    (Reason.filesChanged(["a", "b", "c"], of: 1440), "3 of 1,440 files changed: a, b, c"),
    (.filesAdded(["a"], of: 12), "1 of 12 files added: a"),
    (.filesChanged(["a.csv"], of: 1), "outside file 'a.csv' changed"),
    (
      .filesRemoved(["a", "b", "c", "d"], of: 1_234_567), "4 of 1,234,567 files removed: a, b, c, …"
    ),
    (.keyChanged(path: "mode", old: "hard", new: ""), "mode: hard → ''"),
    (
      .keyAdded(path: "transform.1", new: .object(["kind": "noise", "scale": .array([1.0, 2])])),
      "transform.1: added, {kind: noise, scale: [1, 2]}"
    ),
    (
      .keyRemoved(path: "x", old: .string(String(repeating: "y", count: 100))),
      "x: removed, was \(String(repeating: "y", count: 70)) …"
    ),
    (.versionChanged(old: 1, new: 2), "stage version 1 → 2"),
    (
      .rewired(port: "from", old: [], new: [StageReference("a.test"), StageReference("b")]),
      "from: nothing → a.test, b"
    ),
  ]) func readsAsOneLine(_ reason: Reason, _ text: String) {
    #expect(reason.description == text)
  }
}
