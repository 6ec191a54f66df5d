internal import CFFmpeg

/// libswresample with its usual settings: rate, channels and number type changed in one go, as
/// `ffmpeg` does it.
final class Resampler {
  private let context: OpaquePointer
  /// Bytes of all channels of one sample that comes out.
  let sampleBytes: Int
  private let isResampling: Bool

  init(
    from frame: Frame, layout: AVChannelLayout, to rate: Int, _ outLayout: AVChannelLayout,
    _ format: AVSampleFormat
  ) throws(LibraryError) {
    var made: OpaquePointer?
    var (inLayout, outLayout) = (layout, outLayout)
    try Library.call("convert") {
      swr_alloc_set_opts2(
        &made, &outLayout, format, Int32(clamping: rate), &inLayout, frame.sampleFormat,
        Int32(clamping: frame.rate), 0, nil)
    }
    context = try Library.make("convert") { made }
    sampleBytes =
      Int(av_get_bytes_per_sample(format)) * max(1, Int(outLayout.nb_channels))
    isResampling = rate != frame.rate
    let context = context
    try Library.call("convert") { swr_init(context) }
  }

  deinit {
    var context: OpaquePointer? = context
    swr_free(&context)
  }

  /// Converts `range` of the samples of a frame; without one, what is still held back at the end.
  func convert(_ frame: Frame?, _ range: Range<Int>, into output: inout [UInt8]) throws {
    if frame == nil, !isResampling { return }
    let most = try Library.call("convert") {
      swr_get_out_samples(context, Int32(clamping: range.count))
    }
    let capacity = Int(most) + 32
    try withUnsafeTemporaryAllocation(byteCount: capacity * sampleBytes, alignment: 64) { buffer in
      let bytes = buffer.bindMemory(to: UInt8.self)
      let count = try Library.call("convert") {
        cff_resample(
          context, bytes.baseAddress, Int32(clamping: capacity), frame?.pointer,
          Int32(clamping: range.lowerBound), Int32(clamping: range.count))
      }
      output.append(contentsOf: UnsafeRawBufferPointer(buffer)[..<(Int(count) * sampleBytes)])
    }
  }
}
