/// Colour on a terminal that shows it; nothing elsewhere.
public struct Paint: Sendable, Equatable {
  public enum Colour: String, Sendable {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
    case bold = "1"
    case faint = "2"
  }

  public var isOn: Bool

  public init(isOn: Bool) { self.isOn = isOn }

  /// No colour at all.
  public static let plain = Paint(isOn: false)

  /// Whether to colour what goes to a terminal: not where `NO_COLOR` is set to anything, nor on a
  /// dumb one. Source: no-color.org.
  public init(isTerminal: Bool, environment: [String: String]) {
    let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    isOn = isTerminal && !isRefused && environment["TERM"] != "dumb"
  }

  public func callAsFunction(_ colour: Colour, _ text: String) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}
