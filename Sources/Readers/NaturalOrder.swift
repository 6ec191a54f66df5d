/// Names in the order that people expect: `take 2` before `take 10`, letters by their code points.
func naturallySorted(_ names: some Sequence<String>) -> [String] {
  names.map { (name: $0, bytes: Array($0.utf8)) }
    .sorted { naturallyPrecedes($0.bytes, $1.bytes) }.map(\.name)
}

/// Whether UTF-8 text comes before another, runs of digits being compared as numbers; `07` before
/// `7` where nothing else tells them apart.
func naturallyPrecedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
  func run(_ bytes: [UInt8], _ start: Int) -> Range<Int> {
    var end = start
    while end < bytes.count, isDigit(bytes[end]) { end += 1 }
    var first = start
    while first < end - 1, bytes[first] == 0x30 { first += 1 }
    return first..<end
  }
  var i = 0
  var j = 0
  while i < left.count, j < right.count {
    if isDigit(left[i]), isDigit(right[j]) {
      let first = run(left, i)
      let second = run(right, j)
      if first.count != second.count { return first.count < second.count }
      if left[first] != right[second] {
        return left[first].lexicographicallyPrecedes(right[second])
      }
      i = first.upperBound
      j = second.upperBound
    } else {
      if left[i] != right[j] { return left[i] < right[j] }
      i += 1
      j += 1
    }
  }
  if left.count - i != right.count - j { return left.count - i < right.count - j }
  return left.lexicographicallyPrecedes(right)
}
