public import Diagnostics

/// Faults of one pass over a file, told together; after `limit` of them the pass ends.
public struct FaultList {
  public static let limit = 20
  public private(set) var diagnostics: [Diagnostic] = []

  public init() {}

  public var isEmpty: Bool { diagnostics.isEmpty }

  /// Keeps what is a diagnostic.
  ///
  /// - Throws: all of them when the list is full; an error that is no diagnostic at once.
  public mutating func add(_ error: any Error) throws {
    switch error {
    case let diagnostic as Diagnostic: diagnostics.append(diagnostic)
    case let list as DiagnosticList: diagnostics += list.diagnostics
    default: throw error
    }
    if diagnostics.count >= Self.limit {
      diagnostics.removeSubrange(Self.limit...)
      if let last = diagnostics.last {
        diagnostics.append(
          Diagnostic(.warning, last.subject, "\(Self.limit) faults, and the rest was not read"))
      }
      try throwAny()
    }
  }

  /// - Throws: the one fault, or the list of them; nothing when there is none.
  public func throwAny() throws {
    if diagnostics.count == 1 { throw diagnostics[0] }
    if !diagnostics.isEmpty { throw DiagnosticList(diagnostics) }
  }
}
