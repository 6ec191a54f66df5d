internal import CTorch

/// A seeded stream of random numbers; the same seed gives the same numbers on the same device.
///
/// On the CPU it is the Mersenne Twister of `torch.Generator().manual_seed(seed)`, which takes the
/// low 32 bits of a seed.
/// Every draw moves the stream on, so a stream belongs to one thread.
public final class RandomStream {
  let pointer: OpaquePointer
  public let device: Device

  public init(seed: UInt64, device: Device = .cpu) throws(TensorError) {
    var result: OpaquePointer?
    try TorchCall.run("randomStream", []) { _ in ct_generator(seed, device.code, &result) }
    guard let result else {
      throw TensorError(operation: "randomStream", shapes: [], message: "gave no generator")
    }
    pointer = result
    self.device = device
  }

  /// The stream of `purpose` under `seed`: streams of two purposes share nothing, so that drawing
  /// more in one leaves the other as it is.
  public convenience init(
    seed: UInt64, purpose: String, device: Device = .cpu
  ) throws(TensorError) {
    // FNV-1a over the name, then SplitMix64's finaliser: neighbouring seeds end far apart.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    var mixed = hash ^ (seed &* 0x9e37_79b9_7f4a_7c15)
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    try self.init(seed: mixed ^ (mixed >> 31), device: device)
  }

  deinit { ct_generator_free(pointer) }

  /// Uniform in `range`, float32.
  public func uniform(_ shape: [Int], in range: Range<Double>) throws(TensorError) -> Tensor {
    try TorchCall.make("uniform", []) { _, out in
      ct_uniform(
        pointer, range.lowerBound, range.upperBound, shape.map(Int64.init), shape.count, out)
    }
  }

  /// N(0, 1), float32.
  public func normal(_ shape: [Int]) throws(TensorError) -> Tensor {
    try TorchCall.make("normal", []) { _, out in
      ct_normal(pointer, shape.map(Int64.init), shape.count, out)
    }
  }

  /// 0 ..< count in random order, int64.
  public func permutation(_ count: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("permutation", []) { _, out in
      ct_permutation(pointer, Int64(count), out)
    }
  }

  /// `count` whole numbers of `range`, all equally likely, int64.
  public func integers(_ count: Int, in range: ClosedRange<Int>) throws(TensorError) -> Tensor {
    try TorchCall.make("integers", []) { _, out in
      ct_integers(pointer, Int64(range.lowerBound), Int64(range.upperBound), Int64(count), out)
    }
  }

  /// x + scale · mean|x| · ε, ε ~ N(0, 1) for each element; the mean is over all of `x`.
  public func multiplicativeNoise(on x: Tensor, scale: Double) throws(TensorError) -> Tensor {
    try TorchCall.make("multiplicativeNoise", [x]) {
      ct_perturb($0[0], scale, true, pointer, $1)
    }
  }

  /// x + std · ε, ε ~ N(0, 1) for each element.
  public func additiveNoise(on x: Tensor, std: Double) throws(TensorError) -> Tensor {
    try TorchCall.make("additiveNoise", [x]) { ct_perturb($0[0], std, false, pointer, $1) }
  }

  /// Each channel of each sample times exp(std · ε), ε ~ N(0, 1); x is `[batch, …, channel]`.
  public func scaling(of x: Tensor, std: Double) throws(TensorError) -> Tensor {
    try TorchCall.make("scaling", [x]) { ct_scale_channels($0[0], std, pointer, $1) }
  }

  /// Each sample of `[batch, time, channel]` moved by −most … most steps, all equally likely; what
  /// leaves at one end enters at the other.
  public func timeShift(of x: Tensor, most: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("timeShift", [x]) { ct_shift_time($0[0], Int64(most), pointer, $1) }
  }

  /// Each sample of `[batch, …, channel]` turned: its channels, in triples of x, y and z, all by one
  /// rotation about a random axis by an angle ~ N(0, std), std in radians.
  public func rotation(of x: Tensor, std: Double) throws(TensorError) -> Tensor {
    try TorchCall.make("rotation", [x]) { ct_rotate($0[0], std, pointer, $1) }
  }

  /// float32 `[rows, columns]`, each 0 with probability `rate`, else 1; when `keepsOne`, a row that
  /// would be all 0 keeps one place at random.
  public func mask(
    rows: Int, columns: Int, rate: Double, keepsOne: Bool
  ) throws(TensorError) -> Tensor {
    try TorchCall.make("mask", []) { _, out in
      ct_keep(pointer, Int64(rows), Int64(columns), rate, keepsOne, out)
    }
  }

  /// Each element zeroed with probability `rate`, the others divided by 1 − rate.
  public func dropout(on x: Tensor, rate: Double) throws(TensorError) -> Tensor {
    guard rate >= 0, rate < 1 else {
      throw TensorError(
        operation: "dropout", shapes: [x.shape], message: "rate \(rate) is not in 0 ..< 1")
    }
    return try TorchCall.make("dropout", [x]) { ct_dropout($0[0], rate, pointer, $1) }
  }
}
