import Diagnostics

/// What the values of label maps mean: which class, or that nobody knows.
public struct MapValues: Sendable, Hashable {
  /// A pixel whose class nobody knows.
  public static let ignored: UInt8 = 255
  /// The most classes that a label map of bytes can tell apart.
  public static let mostClasses = 255
  /// By value from 0; `nil` where it means nothing.
  private let classOfValue: [UInt8?]

  /// - Parameter classOfValue: by value from 0: a class, `ignored`, or `nil` where the value means
  ///   nothing.
  public init(classOfValue: [UInt8?]) { self.classOfValue = classOfValue }

  /// Values of a list: class k is each of `values[k]`; k itself when the list is absent.
  ///
  /// - Parameter ignored: values whose pixels nobody knows the class of; 255 is one always.
  /// - Throws: `Diagnostic` when a value is no number from 0 to 65,535, or means two things.
  public init(classes: Int, values: [[Int]]? = nil, ignored: [Int] = []) throws {
    let subject = "label maps"
    guard classes <= Self.mostClasses else {
      throw Diagnostic(
        subject, "\(classes) classes, where a label map tells \(Self.mostClasses) apart",
        mend: "join classes")
    }
    let values = values ?? (0..<classes).map { [$0] }
    guard values.count == classes else {
      throw Diagnostic(
        subject, "\(values.count) values for \(classes) classes",
        mend: "give each class its value, or a list of them")
    }
    let all = values.flatMap { $0 } + ignored
    if let wrong = all.first(where: { !(0...65_535).contains($0) }) {
      throw Diagnostic(
        subject, "\(wrong) is no value of a pixel", mend: "values are from 0 to 65535")
    }
    if let twice = Dictionary(grouping: all, by: { $0 }).filter({ $0.value.count > 1 }).keys.min() {
      throw Diagnostic(
        subject, "the value \(twice) means two things", mend: "name it in 'values' or 'ignore' once"
      )
    }
    var table: [UInt8?] = Array(repeating: nil, count: max(all.max() ?? 0, 255) + 1)
    table[255] = Self.ignored
    for value in ignored { table[value] = Self.ignored }
    for (number, values) in values.enumerated() {
      for value in values { table[value] = UInt8(number) }
    }
    classOfValue = table
  }

  /// The class of a value, `ignored` where nobody knows it; `nil` where it means nothing.
  public subscript(value: Int) -> UInt8? {
    classOfValue.indices.contains(value) ? classOfValue[value] : nil
  }
}
