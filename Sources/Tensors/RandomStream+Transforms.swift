internal import CTorch

/// Augmentation: the first axis of every tensor is the batch, and each sample has its own draw.
extension RandomStream {
  /// Zeroes `masks` spans along `axis`, each of 0 … most places, all widths and then all starts
  /// equally likely. SpecAugment (Park et al. 2019), without its warping of time.
  public func masking(
    of x: Tensor, axis: Int, masks: Int, most: Int
  ) throws(TensorError) -> Tensor {
    try TorchCall.make("masking", [x]) {
      ct_mask_spans($0[0], Int64(axis), Int64(masks), Int64(most), pointer, $1)
    }
  }

  /// Each sample times 10^(d / 20), d uniform in −decibels … decibels.
  public func gain(of x: Tensor, decibels: Double) throws(TensorError) -> Tensor {
    try TorchCall.make("gain", [x]) { ct_gain($0[0], decibels, pointer, $1) }
  }

  /// Brightness, contrast and saturation of standardised `[batch, …, channel]`, in this order:
  /// x + b with b ~ U(−brightness, brightness); then stretched about the mean of the sample; then
  /// each pixel's channels about their own mean; the factors are uniform in
  /// max(0, 1 − strength) … 1 + strength.
  public func colorJitter(
    of x: Tensor, brightness: Double, contrast: Double, saturation: Double
  ) throws(TensorError) -> Tensor {
    try TorchCall.make("colorJitter", [x]) {
      ct_color_jitter($0[0], brightness, contrast, saturation, pointer, $1)
    }
  }

  /// Pictures smoothed by a Gaussian whose standard deviation, in pixels, is uniform in `std`; the
  /// pixels of the edges are repeated outwards.
  ///
  /// - rows, columns: the axes along which a picture's rows and columns stand
  public func blur(
    of x: Tensor, std: ClosedRange<Double>, rows: Int, columns: Int
  ) throws(TensorError) -> Tensor {
    try TorchCall.make("blur", [x]) {
      ct_blur(
        $0[0], Int64(rows), Int64(columns), std.lowerBound, std.upperBound, pointer, $1)
    }
  }

  /// Boxes in `count` pictures of `height` × `width`, int64 `[count, 4]`: top, left, height, width.
  ///
  /// Of ten draws of the share of the area, uniform, and of width / height, uniform in its logarithm,
  /// the first that fits is taken, at a place of its own, as torchvision's `RandomResizedCrop` and
  /// `RandomErasing` do. Where none fits, it is the largest middle box of an allowed ratio if
  /// `orWhole`, else a box of no pixels.
  public func boxes(
    _ count: Int, height: Int, width: Int, area: ClosedRange<Double>, ratio: ClosedRange<Double>,
    orWhole: Bool
  ) throws(TensorError) -> Tensor {
    try TorchCall.make("boxes", []) { _, out in
      ct_boxes(
        pointer, Int64(count), Int64(height), Int64(width), area.lowerBound, area.upperBound,
        ratio.lowerBound, ratio.upperBound, orWhole, out)
    }
  }

  /// `x` with what is in each picture's box replaced by 0, or by N(0, 1) for each element.
  public func filling(
    _ boxes: Tensor, of x: Tensor, withNoise: Bool, rows: Int, columns: Int
  ) throws(TensorError) -> Tensor {
    try TorchCall.make("filling", [x, boxes]) {
      ct_fill_boxes($0[0], $0[1], Int64(rows), Int64(columns), withNoise, pointer, $1)
    }
  }
}

extension Tensor {
  /// What is in the boxes `[top, left, height, width]`, at the size of the pictures: between the
  /// centres of pixels bilinear, which takes floating-point numbers, or the nearest pixel.
  public func croppingPictures(
    _ boxes: Tensor, rows: Int, columns: Int, nearest: Bool
  ) throws(TensorError) -> Tensor {
    try TorchCall.make("croppingPictures", [self, boxes]) {
      ct_crop_pictures($0[0], $0[1], Int64(rows), Int64(columns), nearest, $1)
    }
  }

  /// Samples in reverse order along `axis` where `mirrored`, uint8 `[batch]`, says so.
  public func mirroring(_ mirrored: Tensor, axis: Int) throws(TensorError) -> Tensor {
    try TorchCall.make("mirroring", [self, mirrored]) {
      ct_mirror($0[0], $0[1], Int64(axis), $1)
    }
  }
}
