/// What `mke` finds on a machine: one line for each thing that it needs, with the mend.
public struct DoctorReport: Codable, Sendable, Equatable {
  public enum Verdict: String, Codable, Sendable {
    case ok
    /// Something will be missed; what works without it is said.
    case warning
    /// `mke run` cannot work.
    case error
  }

  public struct Check: Codable, Sendable, Equatable {
    public var name: String
    public var verdict: Verdict
    /// What was found.
    public var finding: String
    /// Figures and places by name, for programs.
    public var facts: [String: String]
    public var mend: String?

    public init(
      _ name: String, _ verdict: Verdict, _ finding: String, facts: [String: String] = [:],
      mend: String? = nil
    ) {
      self.name = name
      self.verdict = verdict
      self.finding = finding
      self.facts = facts
      self.mend = mend
    }
  }

  public var checks: [Check]

  public init(_ checks: [Check]) { self.checks = checks }

  public var isHealthy: Bool { checks.allSatisfy { $0.verdict != .error } }

  /// One line a check, mends below theirs, and the sum of it at the end.
  public func text(_ paint: Paint = .plain) -> String {
    let width = checks.map { TextWidth.of($0.name) }.max() ?? 0
    var lines: [String] = []
    for check in checks {
      let mark =
        switch check.verdict {
        case .ok: paint(.green, "ok     ")
        case .warning: paint(.yellow, "warning")
        case .error: paint(.red, "error  ")
        }
      lines.append("\(mark)  \(TextWidth.padded(check.name, to: width))  \(check.finding)")
      if let mend = check.mend {
        let margin = String(repeating: " ", count: 9 + width + 2)
        lines += TextWidth.wrapped("mend: \(mend)", to: 84, indent: "  ").map { margin + $0 }
      }
    }
    let errors = checks.count { $0.verdict == .error }
    let warnings = checks.count { $0.verdict == .warning }
    let sum =
      switch (errors, warnings) {
      case (0, 0): "all is well"
      case (0, _): "mke runs here; \(Figures.count(warnings, "warning"))"
      default: "mke cannot run here: \(Figures.count(errors, "error"))"
      }
    return (lines + ["", sum]).joined(separator: "\n")
  }
}
