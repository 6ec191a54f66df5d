import Configuration
import Foundation

/// One process of one machine, told apart from a later one that got the same number.
public struct ProcessIdentity: Hashable, Sendable, CustomStringConvertible {
  public var host: String
  /// Of this start of the machine, so that numbers from before a reboot mean nothing.
  public var boot: String
  /// Of the space that process numbers count in: containers on one machine have several.
  public var space: String
  public var number: Int32
  /// In clock ticks since the machine started.
  public var started: Int

  public var description: String { "process \(number) on '\(host)'" }

  /// Of a process of this machine; `nil` when there is none of that number.
  init?(_ number: Int32) {
    guard let started = Self.started(number) else { return nil }
    host = Self.thisHost
    boot = Self.thisBoot
    space = Self.thisSpace
    self.number = number
    self.started = started
  }

  /// Of the process that asks.
  static let current = ProcessIdentity(getpid())

  /// Whether it still runs; `nil` when it is a process of another machine, which cannot be seen.
  var isAlive: Bool? {
    guard host == Self.thisHost, boot == Self.thisBoot, space == Self.thisSpace else { return nil }
    return Self.started(number) == started
  }

  /// When the process started, in ticks; `nil` when it is gone or dead and only not yet buried.
  private static func started(_ number: Int32) -> Int? {
    guard let bytes = try? Files.read("/proc/\(number)/stat") else { return nil }
    // `123 (a name) S …`: the name may hold spaces and parentheses, so count from the last one.
    let text = String(decoding: bytes, as: UTF8.self)
    guard let close = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: close)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return Int(fields[19])
  }

  private static let thisHost = ProcessInfo.processInfo.hostName
  private static let thisBoot =
    (try? Files.read("/proc/sys/kernel/random/boot_id"))
    .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
    ?? ""
  private static let thisSpace =
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
}

extension ProcessIdentity {
  init?(_ value: Value) {
    guard let host = value["host"]?.stringValue, let boot = value["boot"]?.stringValue,
      let space = value["space"]?.stringValue, let started = value["started"]?.integerValue,
      let number = value["pid"]?.integerValue.flatMap(Int32.init(exactly:))
    else { return nil }
    self.host = host
    self.boot = boot
    self.space = space
    self.number = number
    self.started = started
  }

  var value: Value {
    .object([
      "host": .string(host), "boot": .string(boot), "space": .string(space),
      "pid": .integer(Int(number)), "started": .integer(started),
    ])
  }
}
