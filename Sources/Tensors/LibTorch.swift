internal import CTorch

/// The library behind the tensors, as a whole.
///
/// Each of its operations works on the thread that calls it, which suits networks trained side by
/// side: results do not depend on the machine's number of cores.
public enum LibTorch {
  /// Such as `2.15.0`.
  public static var version: String { String(cString: ct_version()) }

  /// Threads inside one operation of the calling thread, once it has called one.
  public static var intraOperationThreads: Int { Int(ct_threads()) }
}
