import Diagnostics

/// How the layouts that come with MATLAB files open them.
public enum MATLABFiles {
  public static let open: MATLABOpening = { path in
    throw Diagnostic(
      path, "MATLAB files cannot be read", mend: "take the form of the data set with pictures")
  }
}
