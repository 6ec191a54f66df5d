public import Recipes
public import Tensors

/// T on the student's side.
extension Network {
  /// The transforms on inputs alone; those on features are left to `logits`.
  ///
  /// - Throws: `TensorError` also when a time shift meets samples that are neither series nor videos,
  ///   or a rotation a number of channels that 3 does not divide.
  public func transformed(
    _ inputs: [Tensor], by transforms: [TransformDescription], stream: RandomStream
  ) throws(TensorError) -> [Tensor] {
    var geometry = Geometry()
    return try transformed(inputs, by: transforms, stream: stream, geometry: &geometry)
  }

  /// The same; `geometry` takes in how pictures were moved.
  public func transformed(
    _ inputs: [Tensor], by transforms: [TransformDescription], stream: RandomStream,
    geometry: inout Geometry
  ) throws(TensorError) -> [Tensor] {
    var result = inputs
    for transform in transforms.expanded where transform.actsOnInput {
      let touched = touched(by: transform)
      switch transform {
      case .modalityDropout(let rate, _):
        try drop(touched, of: &result, rate: rate, stream: stream)
        continue
      case .flip, .cropShift, .resizedCrop:
        try move(touched, of: &result, by: transform, stream: stream, geometry: &geometry)
        continue
      default: break
      }
      var transform = transform
      if case .multiplicativeNoise(let scale, let names, .ofAll) = transform {
        let magnitude = try Tensor.meanMagnitude(of: touched.map { result[$0] })
        transform = .additiveNoise(std: scale * magnitude, modalities: names)
      }
      for index in touched {
        result[index] = try Self.transformed(
          result[index], of: modalities[index], by: transform, stream: stream)
      }
    }
    return result
  }

  /// The places of the modalities that T touches.
  public func touched(by transform: TransformDescription) -> [Int] {
    modalities.indices.filter { index in
      if let names = transform.modalities { return names.contains(modalities[index].name) }
      return !transform.takesPictures || modalities[index].isOfPictures
        || (transform.movesPixels && task == .segmentation)
    }
  }

  private static func transformed(
    _ input: Tensor, of modality: ModalityShape, by transform: TransformDescription,
    stream: RandomStream
  ) throws(TensorError) -> Tensor {
    switch transform {
    case .multiplicativeNoise(let scale, _, _):
      return try stream.multiplicativeNoise(on: input, scale: scale)
    case .additiveNoise(let std, _): return try stream.additiveNoise(on: input, std: std)
    case .scaling(let std, _): return try stream.scaling(of: input, std: std)
    case .timeShift(let steps, _):
      let shape = input.shape
      guard shape.count == 5 else { return try stream.timeShift(of: input, most: steps) }
      // A frame's pixels are its channels.
      let frames = try input.reshaped([shape[0], shape[1], -1])
      return try stream.timeShift(of: frames, most: steps).reshaped(shape)
    case .rotation(let degrees, _):
      return try stream.rotation(of: input, std: degrees * Double.pi / 180)
    case .timeMask(let mask): return try masked(input, axis: 1, by: mask, stream: stream)
    case .frequencyMask(let mask):
      return try masked(input, axis: input.rank - 1, by: mask, stream: stream)
    case .gain(let gain): return try stream.gain(of: input, decibels: gain.decibels)
    case .colorJitter(let jitter):
      return try stream.colorJitter(
        of: input, brightness: jitter.brightness, contrast: jitter.contrast,
        saturation: jitter.saturation)
    case .blur(let blur):
      guard let std = blur.std.range else { return input }
      return try stream.blur(
        of: input, std: std, rows: modality.rowAxis, columns: modality.rowAxis + 1)
    case .erasing(let erasing):
      return try erased(input, of: modality, by: erasing, stream: stream)
    case .modalityDropout, .flip, .cropShift, .resizedCrop, .featureNoise, .dropout, .set:
      return input
    }
  }

  private static func masked(
    _ input: Tensor, axis: Int, by mask: SpanMask, stream: RandomStream
  ) throws(TensorError) -> Tensor {
    let length = input.shape[axis]
    return try stream.masking(
      of: input, axis: axis, masks: mask.masks, most: mask.most(of: length))
  }

  private static func erased(
    _ input: Tensor, of modality: ModalityShape, by erasing: Erasing, stream: RandomStream
  ) throws(TensorError) -> Tensor {
    let rows = modality.rowAxis
    guard let (height, width) = modality.picture, let count = input.shape.first,
      let area = erasing.area.range, let ratio = erasing.ratio.range
    else { return input }
    let boxes = try stream.boxes(
      count, height: height, width: width, area: area, ratio: ratio, orWhole: false)
    // A box that is not to be is one without pixels.
    let spared = try stream.mask(
      rows: count, columns: 1, rate: 1 - erasing.probability, keepsOne: false)
    return try stream.filling(
      boxes * spared.converted(to: .int64), of: input, withNoise: erasing.fill == .noise,
      rows: rows, columns: rows + 1)
  }

  /// Features under the transforms that act on them.
  static func disturbed(
    _ features: Tensor, by transforms: [TransformDescription], stream: RandomStream
  ) throws(TensorError) -> Tensor {
    var features = features
    for transform in transforms {
      switch transform {
      case .featureNoise(let std): features = try stream.additiveNoise(on: features, std: std)
      case .dropout(let rate): features = try stream.dropout(on: features, rate: rate)
      default: continue
      }
    }
    return features
  }

  /// Moves the pictures of `touched` modalities, those of one sample alike unless T says otherwise.
  private func move(
    _ touched: [Int], of inputs: inout [Tensor], by transform: TransformDescription,
    stream: RandomStream, geometry: inout Geometry
  ) throws(TensorError) {
    guard transform.isJoint else {
      // Each for itself, so that nothing else learns of it.
      for index in touched {
        var own = Geometry()
        try draw(transform, for: index, of: inputs, stream: stream, geometry: &own)
        inputs[index] = try own.movedLast(inputs[index], of: modalities[index])
      }
      return
    }
    guard let first = touched.first else { return }
    try draw(transform, for: first, of: inputs, stream: stream, geometry: &geometry)
    for index in touched {
      inputs[index] = try geometry.movedLast(inputs[index], of: modalities[index])
    }
  }

  /// Adds how T moves the samples of one modality.
  private func draw(
    _ transform: TransformDescription, for index: Int, of inputs: [Tensor], stream: RandomStream,
    geometry: inout Geometry
  ) throws(TensorError) {
    guard let rows = inputs[index].shape.first else { return }
    switch transform {
    case .flip(let probability, _, let axis, _):
      try geometry.flip(rows, probability: probability, axis: axis, stream: stream)
    case .cropShift(let pixels, _, _):
      try geometry.shift(rows, pixels: pixels, stream: stream)
    case .resizedCrop(let crop):
      guard let (height, width) = modalities[index].picture else { return }
      try geometry.crop(rows, height: height, width: width, by: crop, stream: stream)
    default: return
    }
  }

  /// Zeroes `touched` modalities of single samples.
  private func drop(
    _ touched: [Int], of inputs: inout [Tensor], rate: Double, stream: RandomStream
  ) throws(TensorError) {
    guard let first = touched.first, let rows = inputs[first].shape.first else { return }
    let mask = try stream.mask(
      rows: rows, columns: touched.count, rate: rate,
      keepsOne: touched.count == modalities.count)
    for (column, index) in touched.enumerated() {
      let rank = inputs[index].rank
      let kept = try mask.sliced(column..<column + 1, axis: 1).reshaped(
        [rows] + [Int](repeating: 1, count: rank - 1))
      inputs[index] = try inputs[index] * kept
    }
  }
}
