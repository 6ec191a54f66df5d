import Foundation
import TestSupport
import Testing

@testable import Media

@Suite struct H264KeyFrameTests {
  /// Units with start codes, as streams without lengths have them.
  private func isClean(_ units: [[UInt8]]) -> Bool {
    let bytes: [UInt8] = units.flatMap { unit -> [UInt8] in [0, 0, 1] + unit }
    return bytes.withUnsafeBytes { H264KeyFrame(lengthSize: nil).isClean($0) }
  }

  /// The same with lengths before them.
  private func isCleanWithLengths(_ units: [[UInt8]]) -> Bool {
    let bytes: [UInt8] = units.flatMap { unit -> [UInt8] in
      MadeFiles.big(UInt16(unit.count)) + unit
    }
    return bytes.withUnsafeBytes { H264KeyFrame(lengthSize: 2).isClean($0) }
  }

  @Test func refreshesAndExactRecoveryPointsAreCleanAlone() {
    let slice: [UInt8] = [0x41, 0x9A, 0x10]
    let refresh: [UInt8] = [0x65, 0x88, 0x84]
    // Recovery after 0 frames, exact; after 0 frames, about; after some frames.
    let exact: [UInt8] = [0x06, 6, 1, 0xC4, 0x80]
    let about: [UInt8] = [0x06, 6, 1, 0x84, 0x80]
    let later: [UInt8] = [0x06, 6, 1, 0x24, 0x80]
    // Another message before it, of 256 + 2 bytes.
    let behind: [UInt8] =
      [0x06, 5, 255, 3] + [UInt8](repeating: 9, count: 258) + [6, 1, 0xC4, 0x80]
    for (units, wanted) in [
      ([refresh], true), ([[0x09, 0xF0], refresh], true), ([slice], false), ([exact, slice], true),
      ([about, slice], false), ([later, slice], false), ([behind, slice], true), ([], false),
      ([[0x06, 6, 200, 0xC4, 0x80], slice], false), ([slice, refresh], false),
    ] as [([[UInt8]], Bool)] {
      #expect(isClean(units) == wanted, "\(units)")
      #expect(isCleanWithLengths(units) == wanted, "\(units)")
    }
  }

  @Test func lengthsThatLeadNowhereAreNotFollowed() {
    for bytes in [[], [0], [0xFF, 0xFF, 0x65], [0, 0, 0, 0], [0, 5, 0x65]] as [[UInt8]] {
      bytes.withUnsafeBytes { #expect(!H264KeyFrame(lengthSize: 2).isClean($0)) }
    }
  }
}
