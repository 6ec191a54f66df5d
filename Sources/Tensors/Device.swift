internal import CTorch

/// Where a tensor lives and its operations run.
public enum Device: Sendable, Hashable, CustomStringConvertible {
  case cpu
  /// A CUDA device, by number.
  case cuda(Int)

  /// How many CUDA devices libtorch can use; 0 when it was built without CUDA.
  public static var cudaDeviceCount: Int { Int(ct_cuda_devices()) }

  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }

  var code: CTDevice {
    switch self {
    case .cpu: CTDevice(index: -1)
    // −1 says CPU; what cannot be a number of a device is none that exists.
    case .cuda(let index): CTDevice(index: index < 0 ? .max : Int32(clamping: index))
    }
  }
}
