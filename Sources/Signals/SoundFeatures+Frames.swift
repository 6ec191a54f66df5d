import Foundation

extension SoundFeatures {
  /// Everything that is done frame by frame: rows of `analysedCount` numbers, `[frame, channel]`.
  func analyse<Element: SampleElement>(
    _ base: UnsafeRawPointer, of type: Element.Type, _ layout: Layout,
    into output: UnsafeMutableRawPointer
  ) {
    let length = options.fftLength
    let hop = options.hopLength
    let width = Lanes.count
    // Frames that overlap lie in the block as they do in the sound, others one after the other.
    let step = min(hop, length)
    let framesOfBlock = max(width, min(32, 65536 / length / width * width))
    let block = UnsafeMutablePointer<Float>.allocate(
      capacity: (framesOfBlock - 1) * step + length)
    defer { block.deallocate() }
    let memory = Memory(transform, features: analysedCount)
    defer { memory.deallocate() }
    window.withUnsafeBufferPointer { window in
      for channel in 0..<layout.channels {
        let sound = PaddedSound<Element>(
          base: base, channel: channel, channelCount: layout.channels, length: layout.samples,
          zeros: options.padding, edge: edge, mode: options.paddingMode)
        var first = 0
        while first < layout.frames {
          let count = min(framesOfBlock, layout.frames - first)
          if step == hop {
            sound.fill(block, from: first * hop, count: (count - 1) * hop + length)
          } else {
            for frame in 0..<count {
              sound.fill(block + frame * step, from: (first + frame) * hop, count: length)
            }
          }
          for frame in stride(from: 0, to: count, by: width) {
            load(block, frame: frame, of: count, step: step, window, memory.input)
            let rows = rows(memory)
            let place = ((first + frame) * layout.channels + channel) * analysedCount
            store(
              rows, frames: min(width, count - frame),
              apart: layout.channels * analysedCount, output, at: place)
          }
          first += count
        }
      }
    }
  }

  /// Memory for four frames.
  private struct Memory {
    let input: UnsafeMutablePointer<ComplexLanes>
    let scratch: UnsafeMutablePointer<ComplexLanes>
    let bins: UnsafeMutablePointer<Lanes>
    let features: UnsafeMutablePointer<Lanes>

    init(_ transform: RealTransform, features count: Int) {
      input = .allocate(capacity: transform.inputCount)
      scratch = .allocate(capacity: transform.scratchCount)
      bins = .allocate(capacity: transform.binCount)
      features = .allocate(capacity: count)
    }

    func deallocate() {
      input.deallocate()
      scratch.deallocate()
      bins.deallocate()
      features.deallocate()
    }
  }

  /// Multiplies four frames of the block by the window and lays them side by side; the last frame
  /// stands in for those that are missing.
  private func load(
    _ block: UnsafeMutablePointer<Float>, frame: Int, of count: Int, step: Int,
    _ window: UnsafeBufferPointer<Float>, _ input: UnsafeMutablePointer<ComplexLanes>
  ) {
    let last = count &- 1
    let a = block + frame &* step
    let b = block + min(frame &+ 1, last) &* step
    let c = block + min(frame &+ 2, last) &* step
    let d = block + min(frame &+ 3, last) &* step
    @inline(__always) func sample(_ n: Int) -> Lanes {
      Lanes(a[n], b[n], c[n], d[n]) * window[n]
    }
    guard let shape = window.baseAddress, transform.inputStride == 1 else {
      for n in 0..<options.fftLength { input[n] = ComplexLanes(real: sample(n), imaginary: .zero) }
      return
    }
    var n = 0
    while n &+ 4 <= window.count {
      let weights = Lanes(loading: shape + n)
      let rows = Lanes.transposed(
        Lanes(loading: a + n) * weights, Lanes(loading: b + n) * weights,
        Lanes(loading: c + n) * weights, Lanes(loading: d + n) * weights)
      input[n / 2] = ComplexLanes(real: rows.0, imaginary: rows.1)
      input[n / 2 &+ 1] = ComplexLanes(real: rows.2, imaginary: rows.3)
      n &+= 4
    }
    if n < window.count {
      input[n / 2] = ComplexLanes(real: sample(n), imaginary: sample(n &+ 1))
    }
  }

  /// Features of the four frames in the input memory.
  private func rows(_ memory: Memory) -> UnsafeMutablePointer<Lanes> {
    let bins = memory.bins
    transform.powers(memory.input, scratch: memory.scratch, into: bins)
    if options.power == 1 {
      for bin in 0..<transform.binCount { bins[bin] = bins[bin].squareRoot() }
    } else if options.power != 2 {
      let exponent = Float(options.power / 2)
      for bin in 0..<transform.binCount {
        for lane in 0..<Lanes.count { bins[bin][lane] = pow(bins[bin][lane], exponent) }
      }
    }
    guard let bank else { return bins }
    let features = memory.features
    bank(bins, into: features)
    guard options.kind != .melSpectrogram else { return features }
    switch options.logarithm {
    case .natural(let offset):
      let offset = Float(offset)
      for mel in 0..<bank.count { features[mel] = (features[mel] + offset).logarithm }
    case .decibels:
      let least: Float = 1e-10
      let factor: Float = 4.342_944_8  // 10 / log 10
      for mel in 0..<bank.count {
        features[mel] = features[mel].raised(to: least).logarithm * factor
      }
    }
    return features
  }

  /// Writes rows of four lanes as up to four frames, `apart` numbers from one to the next.
  private func store(
    _ rows: UnsafeMutablePointer<Lanes>, frames: Int, apart: Int,
    _ output: UnsafeMutableRawPointer, at place: Int
  ) {
    let size = MemoryLayout<Float>.size
    let count = analysedCount
    var row = 0
    if frames == Lanes.count {
      while row &+ 4 <= count {
        let frames = Lanes.transposed(rows[row], rows[row &+ 1], rows[row &+ 2], rows[row &+ 3])
        let target = output + (place &+ row) &* size
        target.storeBytes(of: frames.0.numbers, as: SIMD4<Float>.self)
        target.storeBytes(of: frames.1.numbers, toByteOffset: apart &* size, as: SIMD4<Float>.self)
        target.storeBytes(
          of: frames.2.numbers, toByteOffset: 2 &* apart &* size, as: SIMD4<Float>.self)
        target.storeBytes(
          of: frames.3.numbers, toByteOffset: 3 &* apart &* size, as: SIMD4<Float>.self)
        row &+= 4
      }
    }
    while row < count {
      for frame in 0..<frames {
        output.storeBytes(
          of: rows[row][frame], toByteOffset: (place &+ frame &* apart &+ row) &* size,
          as: Float.self)
      }
      row &+= 1
    }
  }
}
