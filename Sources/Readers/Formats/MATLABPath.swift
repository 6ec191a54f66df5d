import Diagnostics

/// Which value of a MATLAB file is meant: `mapClass`, `s.field`, `s(3).field`, `names{2}`.
///
/// Elements are counted as MATLAB counts them with one index: from 1, the first axis running fastest.
struct MATLABPath: Sendable, Hashable {
  enum Step: Sendable, Hashable {
    case field(String)
    /// `(k)`: one element of an array of structs.
    case element(Int)
    /// `{k}`: the content of one cell.
    case cell(Int)
  }

  var variable: String
  var steps: [Step]
  let text: String

  private static let mend = "write a variable, s.field, s(2).field or c{2}; elements count from 1"
  private static let mostSteps = 32

  /// - Parameter subject: of the diagnostic.
  /// - Throws: `Diagnostic` when the text is no such path.
  init(_ text: String, in subject: String) throws {
    self.text = text
    var rest = Substring(text)
    func name() throws -> String {
      let name = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber || $0 == "#" || $0 == "-" }
      guard !name.isEmpty else {
        throw Diagnostic(subject, "'\(text)' is no path", mend: Self.mend)
      }
      rest = rest.dropFirst(name.count)
      return String(name)
    }
    variable = try name()
    steps = []
    while let opening = rest.popFirst() {
      switch opening {
      case ".": steps.append(.field(try name()))
      case "(", "{":
        let digits = rest.prefix { $0.isNumber }
        rest = rest.dropFirst(digits.count)
        guard let number = Int(digits), number > 0,
          rest.popFirst() == (opening == "(" ? ")" : "}")
        else { throw Diagnostic(subject, "'\(text)' is no path", mend: Self.mend) }
        steps.append(opening == "(" ? .element(number - 1) : .cell(number - 1))
      default: throw Diagnostic(subject, "'\(text)' is no path", mend: Self.mend)
      }
    }
    guard steps.count <= Self.mostSteps else {
      throw Diagnostic(subject, "'\(text)' goes deeper than \(Self.mostSteps) steps")
    }
  }
}
