import Configuration
import Dataflow
import Diagnostics

/// Follows the references between stages and asks the faces what they make of them.
struct Linker {
  let registry: StageRegistry
  var drafts: [StageDraft]
  private(set) var faults: [Fault] = []
  private(set) var nodes: [Graph.Node] = []
  private var descriptions: [String: OutputDescription] = [:]

  init(registry: StageRegistry, drafts: [StageDraft]) {
    self.registry = registry
    self.drafts = drafts
  }

  mutating func link() {
    for index in drafts.indices {
      for wire in drafts[index].wires.indices { follow(wire, of: index) }
      reportRepeated(in: drafts[index])
    }
    let upstream = drafts.map { draft in
      Set(
        draft.wires.filter { draft.isUsed($0) && $0.reference.stage != draft.name }
          .compactMap { wire in drafts.firstIndex { $0.name == wire.reference.stage } }
      ).sorted()
    }
    for circle in Cycles.find(upstream) { report(circle) }
    for index in Cycles.order(upstream) { describe(index) }
  }

  private func draft(_ name: String) -> StageDraft? { drafts.first { $0.name == name } }

  // MARK: - References

  /// Checks one reference against the stage that it names, as far as the kinds alone can tell.
  private mutating func follow(_ index: Int, of stage: Int) {
    let wire = drafts[stage].wires[index]
    guard let fault = fault(of: wire, in: drafts[stage]) else { return }
    faults.append(Fault(wire.location, fault.message, mend: fault.mend))
    drafts[stage].wires[index].isFaulty = true
  }

  private func fault(
    of wire: StageDraft.Wire, in draft: StageDraft
  ) -> (message: String, mend: String)? {
    let (port, reference) = (wire.port, wire.reference)
    if reference.stage == draft.name {
      return (
        "'\(port.name)' of stage '\(draft.name)' names the stage itself",
        "name the stage whose output it reads"
      )
    }
    guard let source = self.draft(reference.stage) else {
      let known = drafts.map(\.name).filter { $0 != draft.name } + port.words
      return (
        "there is no stage '\(reference.stage)'",
        Suggestions.mend(reference.stage, among: known, called: "stages")
      )
    }
    guard let face = source.face else { return nil }
    if !port.types.contains(face.output) {
      let wanted = Self.alternatives(port.types.map(\.rawValue))
      return (
        "'\(port.name)' needs \(wanted); '\(reference.stage)' gives \(face.output.rawValue)",
        givers(of: port.types, besides: draft.name)
      )
    }
    return selectionFault(of: reference, port, source)
  }

  /// Which kinds, and which stages of this file, give what a port needs.
  private func givers(of types: [PortType], besides name: String) -> String {
    let kinds = registry.faces.filter { types.contains($0.output) }.map { "'\($0.kind)'" }
    guard !kinds.isEmpty else { return "no stage kind gives it" }
    let here = drafts.filter { draft in
      draft.name != name && (draft.face.map { types.contains($0.output) } ?? false)
    }.map { "'\($0.name)'" }
    let given = "given by stages of kind \(Self.alternatives(kinds))"
    return here.isEmpty ? given : "\(given); here: \(here.joined(separator: ", "))"
  }

  private func selectionFault(
    of reference: StageReference, _ port: Port, _ source: StageDraft
  ) -> (message: String, mend: String)? {
    switch (port.selection, reference.selection) {
    case (.none, nil), (.variant, nil): return nil
    case (.none, let selection?):
      return (
        "'\(port.name)' takes all of '\(reference.stage)', not '\(selection)' of it",
        "write '\(reference.stage)'"
      )
    case (.split(let splits), nil):
      return (
        "'\(port.name)' must say which split of '\(reference.stage)' it means",
        "write " + Self.alternatives(splits.map { "'\(reference.stage).\($0.rawValue)'" })
      )
    case (.split(let splits), let selection?):
      if splits.contains(where: { $0.rawValue == selection }) { return nil }
      let written = splits.map { "'\(reference.stage).\($0.rawValue)'" }
      guard Split(rawValue: selection) == nil else {
        return (
          "'\(port.name)' takes the \(Self.alternatives(splits.map(\.rawValue))) split, "
            + "not '\(reference)'", "write \(Self.alternatives(written))"
        )
      }
      return (
        "there is no split '\(selection)'",
        Suggestions.mend(selection, among: splits.map(\.rawValue), called: "splits")
      )
    case (.variant, let selection?):
      if source.variantNames.contains(selection) { return nil }
      guard !source.variantNames.isEmpty else {
        // A faulty `variants` was reported where it stands.
        if source.face?.hasVariants ?? false { return nil }
        return (
          "'\(reference.stage)' has no variants, so no '\(selection)'",
          "write '\(reference.stage)'"
        )
      }
      return (
        "'\(reference.stage)' has no variant '\(selection)'",
        Suggestions.mend(selection, among: source.variantNames, called: "variants")
      )
    }
  }

  /// A reference that stands twice in one list.
  private mutating func reportRepeated(in draft: StageDraft) {
    struct Place: Hashable {
      var port: String
      var reference: StageReference
      var variants: [String]
    }
    var seen: Set<Place> = []
    for wire in draft.wires where !wire.isFaulty {
      let place = Place(
        port: wire.port.name, reference: wire.reference, variants: wire.variants)
      if !seen.insert(place).inserted {
        faults.append(
          Fault(
            wire.location, "'\(wire.reference)' stands twice in '\(wire.port.name)'",
            mend: "remove one of them"))
      }
    }
  }

  private mutating func report(_ circle: [Int]) {
    let names = circle.map { drafts[$0].name }
    guard circle.count > 1, let first = circle.first else { return }
    let place = drafts[first].wires.first { $0.reference.stage == names[1] }?.location
    faults.append(
      Fault(
        place ?? drafts[first].location,
        "stages read one another in a circle: \(names.joined(separator: " → "))",
        mend: "let one of them read something else ('a → b': a reads b)"))
  }

  private static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  // MARK: - Faces

  private mutating func describe(_ index: Int) {
    guard let face = drafts[index].face else { return }
    for wire in drafts[index].wires.indices { checkSplit(wire, of: index) }
    guard let checked = drafts[index].configuration else { return }
    describe(index, as: face, checked)
  }

  /// A split that the source is known not to have.
  private mutating func checkSplit(_ index: Int, of stage: Int) {
    let wire = drafts[stage].wires[index]
    guard case .split(let wanted) = wire.port.selection, !wire.isFaulty,
      let selection = wire.reference.selection,
      let splits = descriptions[wire.reference.stage]?.splits, !splits.isEmpty,
      !splits.contains(where: { $0.rawValue == selection })
    else { return }
    let possible = splits.filter(wanted.contains).map { "'\(wire.reference.stage).\($0.rawValue)'" }
    faults.append(
      Fault(
        wire.location, "'\(wire.reference.stage)' has no \(selection) split",
        mend: possible.isEmpty
          ? "its splits: \(splits.map(\.rawValue).joined(separator: ", "))"
          : "write \(Self.alternatives(possible))"))
    drafts[stage].wires[index].isFaulty = true
  }

  private mutating func describe<Face: Stage>(
    _ index: Int, as face: Face.Type, _ checked: CheckedValue
  ) {
    let draft = drafts[index]
    let configuration: Face.Configuration
    do {
      configuration = try checked.value.decode(Face.Configuration.self)
    } catch {
      faults.append(
        Fault(
          draft.location, "the checked keys of stage '\(draft.name)' do not decode: \(error)",
          mend: "this is a fault of mke's kind '\(Face.kind)', not of the file; please report it"))
      return
    }
    let inputs = draft.inputs
    let faulty = Set(draft.wires.filter(\.isFaulty).map(\.reference))
    let sources = inputs.mapValues { list in
      list.map { input in
        StageInputs.Source(
          reference: input.reference,
          description: faulty.contains(input.reference) ? nil : descriptions[input.reference.stage],
          variants: input.variants)
      }
    }
    var complaints: [Complaint] = []
    let output = Face.describe(configuration, inputs: StageInputs(sources)) {
      complaints.append($0)
    }
    var isWhole = draft.wires.allSatisfy { !$0.isFaulty || !draft.isUsed($0) }
    for fault in located(complaints, of: draft) {
      faults.append(fault)
      if fault.diagnostic.severity == .error { isWhole = false }
    }
    var files = checked.files.map { OutsideFile(name: $0.name, path: $0.path) }
      .sorted { $0.name < $1.name }
    do {
      files += try Face.outsideFiles(configuration)
    } catch {
      isWhole = false
      faults += Diagnostic.all(of: error, subject: draft.location.description).map {
        Fault(at: draft.location, $0)
      }
    }
    if isWhole { descriptions[draft.name] = output }
    nodes.append(
      Graph.Node(
        name: draft.name, face: face, location: draft.location, configuration: checked.value,
        fingerprinted: checked.fingerprinted, inputs: inputs, outsideFiles: files, output: output,
        readsTruth: Face.readsTruth(configuration)))
  }

  /// Complaints where their keys stand. What every variant has to say about itself as a whole is
  /// said once, of the stage.
  private func located(_ complaints: [Complaint], of draft: StageDraft) -> [Fault] {
    let whole = complaints.filter { draft.place(of: $0.path).isWholeVariant }
    return complaints.map { complaint in
      var (location, isWholeVariant) = draft.place(of: complaint.path)
      if isWholeVariant {
        let alike = whole.filter {
          $0.message == complaint.message && $0.path.dropFirst(2) == complaint.path.dropFirst(2)
        }
        if Set(alike.map { $0.path[1] }).count == draft.variantNames.count {
          location = draft.location
        }
      }
      return Fault(
        complaint.isWarning ? .warning : .error, location, complaint.message, mend: complaint.mend)
    }
  }
}
