import Configuration
import Testing

@testable import PipelineFile

/// Reference: YAML 1.2.2, section 10.3.2.
@Suite struct CoreSchemaTests {
  @Test(arguments: [
    ("", Value.null), ("~", .null), ("null", .null), ("NULL", .null), ("nULL", "nULL"),
    ("true", true), ("False", false), ("yes", "yes"), ("on", "on"), ("No", "No"), ("y", "y"),
    ("0", 0), ("-19", -19), ("+12", 12), ("007", 7), ("0o7", 7), ("0x3A", 58), ("0b1", "0b1"),
    ("0o9", "0o9"), ("0x", "0x"), ("0x-1", "0x-1"), ("1_000", "1_000"), ("-", "-"), ("1-2", "1-2"),
    ("0.", 0), ("-0.0", 0), (".5", 0.5), ("+12e03", 12000), ("-2E+05", -200_000), ("1e-3", 0.001),
    ("1e", "1e"), (".", "."), ("e3", "e3"), ("1.5.2", "1.5.2"), ("1 2", "1 2"), ("0x1p3", "0x1p3"),
    ("inf", "inf"), ("nan", "nan"), (".inf", .double(.infinity)), ("-.INF", .double(-.infinity)),
    ("99999999999999999999", .double(1e20)), ("12:30", "12:30"), ("2026-01-01", "2026-01-01"),
    ("1١", "1١"),
  ])
  func resolvesPlainScalars(text: String, value: Value) {
    #expect(CoreSchema.value(of: text) == value)
  }

  @Test func knowsWholeNumbersFromOthers() {
    if case .integer = CoreSchema.value(of: "3") {} else { Issue.record("3 is whole") }
    if case .double = CoreSchema.value(of: "3.0") {} else { Issue.record("3.0 is real") }
    #expect(CoreSchema.value(of: ".nan").doubleValue?.isNaN == true)
  }
}
