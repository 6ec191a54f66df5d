import Foundation
import Tensors
import Work

/// What this worker is, for `mke doctor`.
struct About: Encodable {
  var libtorch = LibTorch.version
  var threads = LibTorch.intraOperationThreads
  var cudaDevices = Device.cudaDeviceCount
  var kinds = standardWork.kinds

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
