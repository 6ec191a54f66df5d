import Diagnostics
import PipelineFile
import Testing

/// Random damage to a valid file: it is read or refused with places, and never more than that.
@Suite struct MutationTests {
  /// SplitMix64 (Steele, Lea and Flood 2014).
  private struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private static let scraps: [String] = [
    "{", "}", "[", "]", ":", ": ", ",", "\"", "'", "#", "&a ", "*a ", "!", "|", ">", "%", "@", "`",
    "- ", "\n", "\n  ", "\t", "${", "}", "${noise}", "$${", "~", "null", "1e999", "-", "---\n",
    "...\n", "? ", "<<: ", "\u{0}", "\u{85}", "\u{2028}", "é", "👩‍👩‍👧", "truth", "points.test", ".",
    "kind", "variants:", "0x", "\\", "\r",
  ]

  private func damage(_ text: String, _ random: inout Random) -> String {
    var letters = Array(text)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...letters.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0:
        letters.insert(contentsOf: Self.scraps.randomElement(using: &random) ?? "", at: place)
      case 1:
        let end = min(letters.count, place + Int.random(in: 1...12, using: &random))
        letters.removeSubrange(place..<end)
      case 2:
        let end = min(letters.count, place + Int.random(in: 1...40, using: &random))
        let target = Int.random(in: 0...letters.count, using: &random)
        letters.insert(contentsOf: Array(letters[place..<end]), at: target)
      case 3:
        var lines = String(letters).split(separator: "\n", omittingEmptySubsequences: false)
        lines.swapAt(
          Int.random(in: 0..<lines.count, using: &random),
          Int.random(in: 0..<lines.count, using: &random))
        letters = Array(lines.joined(separator: "\n"))
      default:
        guard place < letters.count else { continue }
        letters[place] = Character(
          Self.scraps.randomElement(using: &random)?.first.map(String.init) ?? "x")
      }
    }
    return String(letters)
  }

  @Test(arguments: 0..<8)
  func readsOrRefusesButNeverStops(seed: Int) {
    var random = Random(state: UInt64(seed))
    for _ in 0..<150 {
      let text = damage(GraphTests.study, &random)
      do {
        let graph = try Toys.load(text).graph
        #expect(!graph.nodes.isEmpty)
      } catch let list as DiagnosticList {
        #expect(!list.diagnostics.isEmpty)
        for diagnostic in list.diagnostics {
          #expect(diagnostic.subject.hasPrefix(Toys.file), "\(text)")
          #expect(diagnostic.severity == .error)
        }
      } catch {
        Issue.record("\(error) of \(text)")
      }
    }
  }
}
