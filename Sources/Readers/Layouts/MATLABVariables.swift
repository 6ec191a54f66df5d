public import Arrays

/// The variables of a MATLAB file, as a layout needs them.
public protocol MATLABVariables: Sendable {
  /// The numbers of a variable; `structure.field` names a field of a structure.
  ///
  /// - Throws: `Diagnostic` when there is no such variable, or it holds no numbers.
  func array(_ name: String) throws -> NumberArray

  /// The texts of a variable that is a cell array of them.
  ///
  /// - Throws: `Diagnostic` when there is no such variable, or it holds no texts.
  func texts(_ name: String) throws -> [String]
}

/// Opens a MATLAB file of whatever version.
public typealias MATLABOpening = @Sendable (_ path: String) throws -> any MATLABVariables
