/// What went wrong, where, and how to mend it: the one form in which faults reach the user.
///
///     Pipelines/emotion.yaml:14:7: error: stage 'align' has no key 'tolerence'
///       mend: did you mean 'tolerance'? (keys: rate, tolerance)
public struct Diagnostic: Error, Hashable, Sendable, Codable, CustomStringConvertible {
  public enum Severity: String, Sendable, Codable { case error, warning }

  public var severity: Severity
  /// Where: `file:line:column`, a shard and a path inside it, a stage, a sample.
  public var subject: String
  /// What: the value found and the value wanted, names in single quotes.
  public var message: String
  /// What the user can do about it.
  public var mend: String?

  public init(_ severity: Severity, _ subject: String, _ message: String, mend: String? = nil) {
    self.severity = severity
    self.subject = subject
    self.message = message
    self.mend = mend
  }

  /// An error about `subject`.
  public init(_ subject: String, _ message: String, mend: String? = nil) {
    self.init(.error, subject, message, mend: mend)
  }

  /// An error at a place in a file.
  public init(_ location: SourceLocation, _ message: String, mend: String? = nil) {
    self.init(.error, location.description, message, mend: mend)
  }

  /// One line, and a second one for the mend.
  public var description: String {
    "\(subject): \(severity.rawValue): \(message)" + (mend.map { "\n  mend: \($0)" } ?? "")
  }
}

/// Several faults, found in one pass and shown together.
public struct DiagnosticList: Error, Hashable, Sendable, CustomStringConvertible {
  public var diagnostics: [Diagnostic]

  public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

  public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}

extension Diagnostic {
  /// Any error as diagnostics: those it already is, or `error` told about `subject`.
  public static func all(of error: any Error, subject: String) -> [Diagnostic] {
    switch error {
    case let diagnostic as Diagnostic: [diagnostic]
    case let list as DiagnosticList: list.diagnostics
    default: [Diagnostic(subject, "\(error)")]
    }
  }
}
