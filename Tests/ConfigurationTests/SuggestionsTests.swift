import Diagnostics
import Testing

@Suite struct SuggestionsTests {
  @Test(arguments: [
    ("tolerence", "tolerance"), ("stesp", "steps"), ("HoldBack", "hold-back"), ("rat", "rate"),
    ("seed", "seeds"), ("modalites", "modalities"),
  ])
  func findsSlipsOfTheFinger(word: String, meant: String) {
    let known = ["tolerance", "rate", "steps", "hold-back", "seeds", "modalities"]
    #expect(Suggestions.nearest(to: word, among: known) == meant)
  }

  @Test func offersNothingThatIsFar() {
    #expect(Suggestions.nearest(to: "colour", among: ["rate", "steps"]) == nil)
    #expect(Suggestions.nearest(to: "ab", among: ["xy"]) == nil)
    #expect(Suggestions.nearest(to: "abc", among: []) == nil)
  }

  @Test func prefersTheNearerAndThenTheFirstByName() {
    #expect(Suggestions.nearest(to: "stage", among: ["stages", "state", "stagger"]) == "stages")
    #expect(Suggestions.nearest(to: "cat", among: ["hat", "bat"]) == "bat")
  }

  @Test func listsWhatThereIs() {
    #expect(
      Suggestions.mend("tolerence", among: ["rate", "tolerance"], called: "keys")
        == "did you mean 'tolerance'? (keys: rate, tolerance)")
    #expect(Suggestions.mend("colour", among: ["rate"], called: "keys") == "keys: rate")
    #expect(Suggestions.mend("colour", among: [], called: "keys") == "there are no keys")
  }

  /// One insertion, deletion, replacement or swap is one edit, from either side.
  @Test func countsEdits() {
    let pairs = ["rate", "rte", "tare", "rates", "late", "", "erat"]
    for left in pairs {
      for right in pairs {
        let one = Suggestions.nearest(to: left, among: [right])
        let other = Suggestions.nearest(to: right, among: [left])
        if left.count == right.count { #expect((one == nil) == (other == nil)) }
      }
    }
    for near in ["rte", "arte", "rates", "late", "Rate"] {
      #expect(Suggestions.nearest(to: near, among: ["rate"]) == "rate", "\(near)")
    }
    #expect(Suggestions.nearest(to: "tera", among: ["rate"]) == nil)
  }
}
