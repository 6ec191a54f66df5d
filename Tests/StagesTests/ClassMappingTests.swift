import Testing

@testable import Stages

/// How a foreign network's classes become those of the task.
@Suite struct ClassMappingTests {
  @Test func namesDecideNotPlaces() throws {
    let mapping = try ClassMapping(["b", "a", "c"], task: ["a", "b"], rename: [:], merge: [:])
    #expect(mapping.sources == [[1], [0]])
    #expect(mapping.dropped == ["c"])
    #expect(mapping.unknown.isEmpty)
  }

  @Test func renamedAndMergedClassesFindTheirPlaces() throws {
    let mapping = try ClassMapping(
      ["kitten", "beagle", "car", "poodle"], task: ["cat", "dog", "tree"],
      rename: ["kitten": "cat"], merge: ["dog": ["beagle", "poodle"]])
    #expect(mapping.sources == [[0], [1, 3], []])
    #expect(mapping.dropped == ["car"])
    #expect(mapping.unknown == ["tree"])
    #expect(mapping.changes == ["kitten → cat", "dog ← beagle, poodle"])
  }

  @Test func withoutATaskTheNetworksOwnClassesCount() throws {
    let mapping = try ClassMapping(
      ["x", "y", "z"], task: nil, rename: ["z": "a"], merge: ["b": ["x", "y"]])
    #expect(mapping.classes == ["b", "a"])
    #expect(mapping.sources == [[0, 1], [2]])
  }

  @Test(
    arguments: [
      (["q": "a"], [:], "the network has no class 'q'"),
      (["x": "y"], [:], "'x' and 'y' both become 'y'"),
      (["x": "a"], ["b": ["x", "y"]], "class 'x' is renamed or merged twice"),
      ([:], ["b": ["x", "x"]], "class 'x' is renamed or merged twice"),
      ([:], ["y": ["x"]], "'x' and 'y' both become 'y'"),
    ] as [([String: String], [String: [String]], String)])
  func whatCannotBeMeantIsRefused(
    _ rename: [String: String], _ merge: [String: [String]], _ message: String
  ) throws {
    let fault = #expect(throws: ClassMapping.Fault.self) {
      try ClassMapping(["x", "y"], task: nil, rename: rename, merge: merge)
    }
    #expect(fault?.message == message)
  }

  @Test func aNetworkThatKnowsNoneOfTheClassesIsRefused() throws {
    #expect(throws: ClassMapping.Fault.self) {
      try ClassMapping(["x"], task: ["a"], rename: [:], merge: [:])
    }
  }
}
