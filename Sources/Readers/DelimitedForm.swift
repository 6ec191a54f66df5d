/// How a delimited text is written.
public struct DelimitedForm: Sendable, Hashable {
  /// What divides cells; when absent, a tab for `.tsv` and `.tab`, else a comma.
  public var delimiter: Character?
  /// Whether the first record names the columns; else they are numbered, from 1.
  public var hasHeader: Bool
  /// Lines that start with it are passed over.
  public var comment: Character?
  /// Whether blanks around cells, and around their quotes, are not part of them.
  public var trimsBlanks: Bool

  public init(
    delimiter: Character? = nil, hasHeader: Bool = true, comment: Character? = nil,
    trimsBlanks: Bool = false
  ) {
    self.delimiter = delimiter
    self.hasHeader = hasHeader
    self.comment = comment
    self.trimsBlanks = trimsBlanks
  }

  /// As AudioSet's lists of segments: `-0RWZT-miFs, 420.000, 430.000, "/m/03v3yw,/m/0k4j"` under three
  /// lines of comment.
  public static let audioSet = DelimitedForm(hasHeader: false, comment: "#", trimsBlanks: true)
}
