import Configuration
import Foundation
import Readers
import TestSupport
import Testing

@Suite struct JSONLinesReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func rows(
    _ text: String, longestLine: Int = 1 << 20
  ) throws -> [(line: Int, members: [String: Value])] {
    var reader = try JSONLinesReader(
      reading: folder.write("rows.jsonl", text), longestLine: longestLine)
    var rows: [(Int, [String: Value])] = []
    while let members = try reader.next() { rows.append((reader.line, members)) }
    return rows
  }

  private func told(_ text: String, longestLine: Int = 1 << 20) -> [String] {
    faults(in: folder) { _ = try rows(text, longestLine: longestLine) }
  }

  @Test(arguments: ["\n", "\r\n"])
  func readsObjectsWithTheirLines(lineEnd: String) throws {
    let lines = [
      "\u{FEFF}{\"id\": \"a\", \"x\": [1, 2.5], \"deep\": {\"y\": null}}", "", "  ",
      "{\"id\": \"b\", \"label\": \"schön\"}",
    ]
    let rows = try rows(lines.joined(separator: lineEnd))
    #expect(rows.map(\.line) == [1, 4])
    #expect(
      rows[0].members
        == [
          "id": .string("a"), "x": .array([.integer(1), .double(2.5)]),
          "deep": .object(["y": .null]),
        ])
    #expect(rows[1].members["label"] == .string("schön"))
  }

  @Test func faultsAreShownWhereTheyStand() throws {
    #expect(
      told("{\"a\": 1}\n{\"ä\": tru}\n") == [
        """
        rows.jsonl:2:7: error: no JSON: no JSON value
          mend: every line is one object, as {"id": "a1", "label": "happy"}
        """
      ])
    #expect(
      told("[1, 2]") == [
        """
        rows.jsonl:1: error: a line must be an object of names and values
          mend: every line is one object, as {"id": "a1", "label": "happy"}
        """
      ])
    #expect(told("{\"a\": 1} {\"b\": 2}").first?.contains("something follows the value") == true)
    #expect(
      told("{\"a\": \"\(String(repeating: "x", count: 200))\"}", longestLine: 100) == [
        """
        rows.jsonl:1: error: a line of more than 100 bytes
          mend: write one object a line, and keep large values in files of their own
        """
      ])
    #expect(
      told("{\"a\": " + String(repeating: "[", count: 100_000)).first?.contains(
        "nested too deeply") == true)
  }

  @Test func aFaultDoesNotHideTheLinesAfterIt() throws {
    let path = try folder.write("rows.jsonl", "{\"a\": 1}\nnonsense\n{\"a\": 3}\n")
    var reader = try JSONLinesReader(reading: path)
    #expect(try reader.next() == ["a": .integer(1)])
    #expect(throws: (any Error).self) { try reader.next() }
    #expect(try reader.next() == ["a": .integer(3)])
    #expect(try reader.next() == nil)
  }

  @Test func textThatIsNotUTF8IsRefused() throws {
    let path = folder.path("rows.jsonl")
    try Data(Array("{\"a\": \"".utf8) + [0xE9] + Array("\"}\n".utf8)).write(
      to: URL(fileURLWithPath: path))
    var reader = try JSONLinesReader(reading: path)
    #expect(
      faults(in: folder) { _ = try reader.next() } == [
        "rows.jsonl:1: error: the text is not UTF-8\n  mend: save the file as UTF-8"
      ])
  }

  @Test func longFilesAreReadInBlocks() throws {
    let count = 30_000
    let text = (0..<count).map { "{\"id\": \"sample \($0)\", \"values\": [\($0), 2]}\n" }.joined()
    let rows = try rows(text)
    #expect(rows.count == count)
    #expect(rows.last?.line == count)
    #expect(rows.last?.members["id"] == .string("sample \(count - 1)"))
  }

  @Test func aPackedFileIsNamed() {
    #expect(told("PK\u{03}\u{04}").first?.contains("a zip archive or a spreadsheet") == true)
  }
}
