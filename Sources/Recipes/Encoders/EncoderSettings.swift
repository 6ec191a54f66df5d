public import Configuration

/// What an encoder with layers has to say of itself.
public protocol EncoderSettings: Codable, Hashable, Sendable {
  static var keys: [Key] { get }
  /// A safetensors file with the parameters that it starts from; a random start when absent.
  var weights: String? { get set }
  /// Why samples with so many axes do not suit it; `nil` when they do.
  func fault(ofAxes count: Int) -> String?
  /// What is wrong with its numbers, and with them for samples of a shape whose axes suit it; lengths
  /// that are `nil` only the data can tell.
  func faults(of shape: [Int?]) -> [DescriptionFault]
  /// The lengths that an axis of a picture has at its scales, finest first; `nil` of an encoder that
  /// does not keep where in a picture its features are.
  func scales(of length: Int) -> [Int]?
}

extension EncoderSettings {
  public func fault(ofAxes count: Int) -> String? { nil }
  public func faults(of shape: [Int?]) -> [DescriptionFault] { [] }
  public func scales(of length: Int) -> [Int]? { nil }
}

/// Keys that several encoders have.
enum EncoderKeys {
  static let channels = Key.required(
    "channels", .nonEmptyList(.positiveInteger), "Output channels of the blocks, first to last.")
  static let weights = Key(
    "weights", .path,
    "A safetensors file with the parameters and running statistics to start from, by their names in "
      + "the encoder; a random start when absent.")
}

/// Height and width of samples of two to four axes.
func pictureSize(of shape: [Int?]) -> (height: Int?, width: Int?) {
  switch shape.count {
  case 2, 3: (shape[0], shape[1])
  case 4: (shape[1], shape[2])
  default: (nil, nil)
  }
}
