internal import CTorch

/// The library behind the tensors, as a whole.
public enum LibTorch {
  /// Such as `2.15.0`.
  public static var version: String { String(cString: ct_version()) }

  /// Threads inside one operation, in every thread of the process.
  ///
  /// With 1, which suits networks trained side by side, results do not depend on the machine's
  /// number of cores.
  public static func setIntraOperationThreads(_ count: Int) {
    precondition(count > 0, "an operation needs a thread")
    ct_set_threads(Int32(clamping: count))
  }

  public static var intraOperationThreads: Int { Int(ct_threads()) }
}
