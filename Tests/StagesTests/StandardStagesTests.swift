import Configuration
import Dataflow
import Stages
import Testing

@Suite struct StandardStagesTests {
  /// An example of each kind, as a pipeline file would have it.
  static let examples: [String: String] = [
    "ingest": #"{"source": {"kind": "two-moons"}, "split": {"test": 0.4, "labelled": 0.1}}"#,
    "align": #"{"from": ["moons"], "standardise": ["xa"]}"#,
    "teacher": #"{"from": "points.labelled", "modalities": ["xa"], "steps": 1000}"#,
    "infer": #"{"model": "teacher", "from": "points.unlabelled"}"#,
    "pseudo-label": #"{"from": "guesses", "mode": "soft", "temperature": 2}"#,
    "distill": #"""
    {"names": ["mke"], "variants": {"mke": {"from": "points.unlabelled", "labels": "labels",
      "modalities": ["xa", "xb"], "transform": [{"kind": "multiplicative-noise"}], "steps": 2000,
      "consistency": {"weight": 1}}}}
    """#,
    "evaluate": #"""
    {"models": "students", "on": "points.test", "denoise-on": "points.unlabelled",
      "labels": "labels"}
    """#,
  ]

  private func decode<Face: Stage>(_ face: Face.Type, _ json: String) throws {
    if face.hasVariants {
      let value = try JSONText.value(json)
      let variants = (value["variants"]?.objectValue ?? [:]).mapValues {
        Example.filled($0, .object(face.keys))
      }
      let whole = Value.object(["names": value["names"] ?? .null, "variants": .object(variants)])
      _ = try whole.decode(Face.Configuration.self)
    } else {
      _ = try Example.configuration(of: face, json)
    }
  }

  @Test func everyKindDecodesItsExample() throws {
    #expect(Set(StageRegistry.standard.faces.map { $0.kind }) == Set(Self.examples.keys))
    for face in StageRegistry.standard.faces {
      try decode(face, try #require(Self.examples[face.kind]))
    }
  }

  @Test func kindsAreNamedOnce() {
    let kinds = StageRegistry.standard.faces.map { $0.kind }
    #expect(Set(kinds).count == kinds.count)
    #expect(StageRegistry.standard["distill"] != nil)
    #expect(StageRegistry.standard["distil"] == nil)
  }

  @Test func everyKeyIsExplainedInOneSentence() {
    for face in StageRegistry.standard.faces {
      #expect(isOneSentence(face.documentation), "\(face.kind)")
      for port in face.inputs { #expect(isOneSentence(port.documentation), "\(port.name)") }
      check(.object(face.keys), at: face.kind)
    }
  }

  @Test func aKeyIsNeverAnInputToo() {
    for face in StageRegistry.standard.faces {
      let names = face.keys.map(\.name) + face.inputs.map(\.name) + ["kind", "variants"]
      #expect(Set(names).count == names.count, "\(face.kind)")
    }
  }

  private func check(_ shape: Shape, at path: String) {
    switch shape {
    case .object(let keys):
      #expect(Set(keys.map(\.name)).count == keys.count, "\(path)")
      for key in keys {
        #expect(isOneSentence(key.documentation), "\(path).\(key.name): \(key.documentation)")
        check(key.shape, at: "\(path).\(key.name)")
      }
    case .tagged(let tags):
      for tag in tags {
        #expect(isOneSentence(tag.documentation), "\(path).\(tag.kind): \(tag.documentation)")
        check(.object(tag.keys), at: "\(path).\(tag.kind)")
      }
    case .list(let element, _), .map(let element): check(element, at: path)
    case .either(let shapes): for shape in shapes { check(shape, at: path) }
    default: break
    }
  }

  /// Ends with a full stop, and has none before a capital letter.
  private func isOneSentence(_ text: String) -> Bool {
    guard text.hasSuffix("."), text.count > 4 else { return false }
    let words = text.split(separator: " ")
    return !zip(words, words.dropFirst()).contains { word, next in
      word.hasSuffix(".") && next.first?.isUppercase == true
    }
  }
}
