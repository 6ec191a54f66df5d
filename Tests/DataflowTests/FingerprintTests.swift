import Configuration
import Diagnostics
import Testing

@testable import Dataflow

@Suite struct FingerprintTests {
  private func fingerprint(
    _ line: String, upstream: [String: String] = ["data": "d", "labels": "l"],
    files: [String] = [], device: String = "cpu"
  ) -> String {
    let graph = ToyPipeline.graph(line, folder: "/nowhere")
    return Fingerprint.of(graph.nodes[0], upstream: upstream, files: files, device: device)
  }

  @Test func isSHA256InHexadecimal() {
    let text = fingerprint("a: source x=1")
    #expect(text.count == 64)
    #expect(text.allSatisfy { "0123456789abcdef".contains($0) })
    // Of one format it never changes, or every store would be made anew. Golden: hashlib.sha256 of
    // the canonical JSON of the recipe.
    #expect(text == "5707d9b712ea2c32bded9eabaa03cbade10356982e1edea24c928d28fcd40dd5")
  }

  @Test(arguments: [
    ("a: join from=data x=1", "other: join x=1 from=data"),
    ("a: source | x y", "a: source | y x"),
  ]) func staysTheSame(_ first: String, _ second: String) {
    let isTwo = first.contains("|")
    #expect(
      fingerprint(first, files: isTwo ? ["1", "2"] : [])
        == fingerprint(second, files: isTwo ? ["2", "1"] : []))
  }

  @Test(arguments: [
    ("a: join from=data x=1", "a: join from=data x=2"),
    ("a: join from=data x=1", "a: join from=data x=\"1\""),
    ("a: join from=data x=1", "a: join from=data y=1"),
    ("a: join from=data", "a: join2 from=data"),
    ("a: join from=data", "a: train from=data"),
    ("a: join from=data", "a: join from=labels"),
    ("a: join from=data", "a: join from=data.test"),
    ("a: join from=data,labels", "a: join from=labels,data"),
    ("a: train from=data labels=labels", "a: train from=data labels=truth"),
    ("a: train from=data labels=labels", "a: train from=labels labels=data"),
    (
      "a: train from=data variants={\"u\":{\"labels\":\"truth\"},\"v\":{}}",
      "a: train from=data variants={\"u\":{},\"v\":{\"labels\":\"truth\"}}"
    ),
    ("a: source | x", "a: source | y"),
  ]) func tellsApart(_ first: String, _ second: String) {
    let files = first.contains("|") ? ["1"] : []
    #expect(fingerprint(first, files: files) != fingerprint(second, files: files))
  }

  @Test func dependsOnContentUpstreamAndDevice() {
    #expect(
      fingerprint("a: source | x", files: ["1"]) != fingerprint("a: source | x", files: ["2"]))
    #expect(
      fingerprint("a: join from=data", upstream: ["data": "d"])
        != fingerprint("a: join from=data", upstream: ["data": "e"]))
    #expect(
      fingerprint("a: join from=data", upstream: ["data": "d"])
        == fingerprint("a: join from=renamed", upstream: ["renamed": "d"]))
    #expect(
      fingerprint("a: train from=data", device: "cuda:1")
        == fingerprint("a: train from=data", device: "cuda"))
    #expect(
      fingerprint("a: train from=data", device: "cpu")
        != fingerprint("a: train from=data", device: "cuda"))
    #expect(
      fingerprint("a: join from=data", device: "cpu")
        == fingerprint("a: join from=data", device: "cuda"))
  }
}
