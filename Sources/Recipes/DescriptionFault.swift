/// What single keys of a description cannot show: numbers that do not go together, or do not suit the
/// samples.
public struct DescriptionFault: Hashable, Sendable {
  /// Keys from the description downwards; empty for the description itself.
  public var key: [String]
  public var message: String
  public var mend: String

  public init(_ key: [String], _ message: String, mend: String) {
    self.key = key
    self.message = message
    self.mend = mend
  }

  /// A kernel that padding cannot keep in the middle.
  static func even(kernelSize size: Int) -> DescriptionFault? {
    guard size % 2 == 0 else { return nil }
    return DescriptionFault(
      ["kernel-size"], "kernel-size \(size) is even: padding could not keep the length",
      mend: "take \(size - 1) or \(size + 1)")
  }
}
