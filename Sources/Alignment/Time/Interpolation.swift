import Arrays

/// Numbers between two rows of numbers.
enum Interpolation {
  /// `a + (b − a) · fraction` for each pair, in the type of the numbers; buffers need no alignment.
  static func blend(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, _ fraction: Double,
    into target: UnsafeMutableRawBufferPointer, _ type: ElementType, count: Int
  ) {
    func blend<T: BlendedElement>(_ type: T.Type) {
      let size = MemoryLayout<T>.size
      for index in 0..<count {
        let a = first.loadUnaligned(fromByteOffset: index &* size, as: T.self).real
        let b = second.loadUnaligned(fromByteOffset: index &* size, as: T.self).real
        target.storeBytes(
          of: T(nearest: a + (b - a) * fraction), toByteOffset: index &* size, as: T.self)
      }
    }
    type.withSwiftType { blend($0) }
  }
}
