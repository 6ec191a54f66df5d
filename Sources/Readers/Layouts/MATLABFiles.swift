public import Arrays

/// How the layouts that come with MATLAB files open them.
public enum MATLABFiles {
  public static let open: MATLABOpening = { path in try MATLABFile.open(path) }
}

extension MATLABFile: MATLABVariables {
  public func array(_ name: String) throws -> NumberArray { try array(name, axes: nil) }
}
