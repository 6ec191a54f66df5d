import Configuration
import Diagnostics

/// One `--set name=value` of the command line.
struct Setting {
  var name: String
  var value: LocatedValue
  /// `--set name=value`
  var location: SourceLocation

  /// A value in brackets, braces or quotes is read as YAML; any other is one plain scalar, whatever
  /// characters it holds.
  ///
  /// - Parameter folder: the current folder, from which paths start.
  static func read(_ words: [String], folder: String) -> (settings: [Setting], faults: [Fault]) {
    var settings: [Setting] = []
    var faults: [Fault] = []
    for word in words {
      let location = SourceLocation(file: "--set \(word)")
      guard let sign = word.firstIndex(of: "="), sign != word.startIndex else {
        faults.append(
          Fault(location, "a setting is written NAME=VALUE", mend: "write '--set noise=0.5'"))
        continue
      }
      let text = String(word[word.index(after: sign)...])
      var value = LocatedValue(
        .scalar(CoreSchema.value(of: text)), at: location, pathBase: folder, text: text)
      if let first = text.first, "[{\"'".contains(first) {
        var reader = YAMLReader(file: location.file, pathBase: folder)
        if let read = reader.read(text) { value = read.standing(at: location) }
        faults += reader.faults.map {
          Fault(location, $0.diagnostic.message, mend: $0.diagnostic.mend)
        }
        value.isFaulty = !reader.faults.isEmpty
      }
      settings.append(Setting(name: String(word[..<sign]), value: value, location: location))
    }
    return (settings, faults)
  }
}

extension LocatedValue {
  fileprivate func standing(at place: SourceLocation) -> LocatedValue {
    var copy = self
    copy.location = place
    switch content {
    case .scalar: break
    case .array(let items): copy.content = .array(items.map { $0.standing(at: place) })
    case .object(let members):
      copy.content = .object(
        members.map {
          .init(key: $0.key, keyLocation: place, value: $0.value.standing(at: place))
        })
    }
    return copy
  }
}
