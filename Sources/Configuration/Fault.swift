public import Diagnostics

/// A diagnostic that still knows its place as numbers, so that faults can be shown in file order.
public struct Fault: Hashable, Sendable {
  public var location: SourceLocation
  public var diagnostic: Diagnostic

  /// - Parameter diagnostic: of an outside file, say, with a subject of its own; `location` then
  ///   only gives it a place in the order.
  public init(at location: SourceLocation, _ diagnostic: Diagnostic) {
    self.location = location
    self.diagnostic = diagnostic
  }

  /// A fault that is shown at its location.
  public init(
    _ severity: Diagnostic.Severity, _ location: SourceLocation, _ message: String,
    mend: String? = nil
  ) {
    self.init(at: location, Diagnostic(severity, location.description, message, mend: mend))
  }

  /// An error that is shown at its location.
  public init(_ location: SourceLocation, _ message: String, mend: String? = nil) {
    self.init(.error, location, message, mend: mend)
  }
}

extension Sequence<Fault> {
  /// The diagnostics in the order of their places, each once.
  public var inOrder: [Diagnostic] {
    var seen: Set<Diagnostic> = []
    return enumerated()
      .sorted { ($0.element.location, $0.offset) < ($1.element.location, $1.offset) }
      .map(\.element.diagnostic).filter { seen.insert($0).inserted }
  }
}
