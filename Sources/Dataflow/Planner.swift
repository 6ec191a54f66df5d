public import Diagnostics

/// Decides which stages run: those whose fingerprint has no whole output in the store.
///
/// Fingerprints name recipes, not results, so they are all known before anything runs, and a stage
/// below a stale one is up to date when its own output is there.
public struct Planner: Sendable {
  /// What the user asked for. A stage is selected when every option that is given selects it.
  public struct Options: Sendable {
    /// Just these, when they are stale. What they read must be in the store.
    public var only: Set<String>
    /// These and all that depends on them, when stale. What else they read must be in the store.
    public var from: Set<String>
    /// These and all that they need, when stale.
    public var until: Set<String>
    /// Run again although their outputs are there, and with them all selected dependants.
    public var force: Set<String>
    /// `cpu`, `cuda` or `cuda:1`; its class is part of the fingerprints of kinds that compute on it.
    public var device: String

    public init(
      only: Set<String> = [], from: Set<String> = [], until: Set<String> = [],
      force: Set<String> = [], device: String = "cpu"
    ) {
      self.only = only
      self.from = from
      self.until = until
      self.force = force
      self.device = device
    }
  }

  public let graph: Graph
  public let workspace: Workspace
  public let options: Options

  public init(graph: Graph, workspace: Workspace, options: Options = Options()) {
    self.graph = graph
    self.workspace = workspace
    self.options = options
  }

  /// Hashes what is new among the outside files and compares recipes with the store.
  ///
  /// Blocks while it reads; with nothing changed it costs a `stat` per outside file.
  ///
  /// - Throws: unknown stage names, outside files that cannot be read, and outputs that are neither
  ///   stored nor selected although a selected stage needs them; all at once.
  public func plan() throws(DiagnosticList) -> Plan {
    let leftOut = try selection()
    let store = Store(workspace)
    let last = RunRecord.last(of: graph.name, in: workspace)
    var identities = FileIdentities(workspace)
    let (hashes, faults) = identities.hashes(
      of: graph.nodes.flatMap { $0.outsideFiles.map(\.path) })
    identities.save()
    let complaints = graph.nodes.compactMap { Self.complaint(about: $0, faults: faults) }
    guard complaints.isEmpty else { throw DiagnosticList(complaints) }

    var items: [Plan.Item] = []
    var fingerprints: [String: String] = [:]
    var forced: [String: Reason] = [:]
    for node in graph.nodes {
      let files = node.outsideFiles.map { hashes[$0.path] ?? "" }
      let fingerprint = Fingerprint.of(
        node, upstream: fingerprints, files: files, device: options.device)
      fingerprints[node.name] = fingerprint
      let recipe = recipe(of: node, fingerprint: fingerprint, upstream: fingerprints, files: files)
      let state = store.state(of: fingerprint)

      var item = Plan.Item(
        node: node, fingerprint: fingerprint, state: .upToDate, isStored: state == .whole,
        isBegun: false, recipe: recipe,
        isRecorded: last.record.failures[node.name] == nil
          && last.record.stages[node.name]?.hasSameRecipe(as: recipe) == true)
      if let why = leftOut[node.name] {
        item.state = .leftOut(why)
      } else {
        if options.force.contains(node.name) {
          forced[node.name] = .forced
        } else if let origin = node.upstream.first(where: { forced[$0] != nil }) {
          // The stage that was named, not the one between.
          if case .upstreamForced(let stage)? = forced[origin] {
            forced[node.name] = .upstreamForced(stage: stage)
          } else {
            forced[node.name] = .upstreamForced(stage: origin)
          }
        }
        var reasons = forced[node.name].map { [$0] } ?? []
        if state != .whole {
          reasons += self.reasons(node, recipe: recipe, last: last.record, state: state)
        }
        if !reasons.isEmpty { item.state = .stale(reasons) }
        // A forced remake starts afresh.
        item.isBegun =
          state != .whole && forced[node.name] == nil
          && Files.exists(workspace.partial(fingerprint))
      }
      items.append(item)
    }
    try checkInputs(items)
    return Plan(
      pipeline: graph.name, items: items,
      warnings: (last.warning.map { [$0] } ?? []) + identities.warnings, device: options.device,
      workspace: workspace)
  }

  // MARK: Selection

  /// Why each stage that is not selected is left out.
  private func selection() throws(DiagnosticList) -> [String: String] {
    let names = graph.nodes.map(\.name)
    var complaints: [Diagnostic] = []
    for (option, stages) in [
      ("--only", options.only), ("--from", options.from), ("--until", options.until),
      ("--force", options.force),
    ] {
      for stage in stages.sorted() where !names.contains(stage) {
        complaints.append(
          Diagnostic(
            "\(option) \(stage)", "pipeline '\(graph.name)' has no stage '\(stage)'",
            mend: Suggestions.mend(stage, among: names, called: "stages")))
      }
    }
    guard complaints.isEmpty else { throw DiagnosticList(complaints) }

    var leftOut: [String: String] = [:]
    func select(_ selected: Set<String>, _ option: String, _ stages: Set<String>) {
      for name in names where !selected.contains(name) && leftOut[name] == nil {
        leftOut[name] = "not in \(option) \(stages.sorted().joined(separator: ", "))"
      }
    }
    if !options.only.isEmpty { select(options.only, "--only", options.only) }
    if !options.from.isEmpty { select(dependants(of: options.from), "--from", options.from) }
    if !options.until.isEmpty { select(needs(of: options.until), "--until", options.until) }

    if leftOut.count == names.count, !names.isEmpty {
      complaints.append(
        Diagnostic(
          graph.file, "no stage is selected by all of --only, --from and --until",
          mend: "leave one of them out"))
    } else {
      for stage in options.force.sorted() {
        guard let why = leftOut[stage] else { continue }
        complaints.append(
          Diagnostic(
            "--force \(stage)", "'\(stage)' is to be run again, but is left out (\(why))",
            mend: "select it too, or leave --force \(stage) out"))
      }
    }
    guard complaints.isEmpty else { throw DiagnosticList(complaints) }
    return leftOut
  }

  private func dependants(of stages: Set<String>) -> Set<String> {
    graph.nodes.reduce(into: stages) { selected, node in
      if node.upstream.contains(where: selected.contains) { selected.insert(node.name) }
    }
  }

  private func needs(of stages: Set<String>) -> Set<String> {
    graph.nodes.reversed().reduce(into: stages) { selected, node in
      if selected.contains(node.name) { selected.formUnion(node.upstream) }
    }
  }

  private func checkInputs(_ items: [Plan.Item]) throws(DiagnosticList) {
    var complaints: [Diagnostic] = []
    for item in items {
      guard case .stale = item.state else { continue }
      for input in item.node.upstream {
        guard let source = items.first(where: { $0.name == input }), !source.isStored,
          case .leftOut(let why) = source.state
        else { continue }
        complaints.append(
          Diagnostic(
            item.node.location,
            "stage '\(item.name)' needs the output of '\(input)', which is left out (\(why)) and "
              + "has not been made",
            mend: "run '\(input)' first: mke run \(graph.file) --until \(input)"))
      }
    }
    guard complaints.isEmpty else { throw DiagnosticList(complaints) }
  }

  // MARK: Recipes

  private static func complaint(
    about node: Graph.Node, faults: [String: String]
  ) -> Diagnostic? {
    let missing = node.outsideFiles.filter { faults[$0.path] != nil }
    guard let first = missing.first, let fault = faults[first.path] else { return nil }
    if missing.count == 1 {
      return Diagnostic(
        node.location,
        "stage '\(node.name)' reads '\(first.path)' ('\(first.name)'), which \(fault)",
        mend: "put the file there, or correct its path in the pipeline file")
    }
    let shown =
      missing.prefix(3).map { "'\($0.path)' \(faults[$0.path] ?? "")" }.joined(separator: "; ")
    return Diagnostic(
      node.location,
      "stage '\(node.name)' cannot read \(missing.count) of its \(node.outsideFiles.count) "
        + "outside files: \(shown)\(missing.count > 3 ? "; …" : "")",
      mend: "put the files there, or correct the paths in the pipeline file")
  }

  private func recipe(
    of node: Graph.Node, fingerprint: String, upstream: [String: String], files: [String]
  ) -> RunRecord.Stage {
    RunRecord.Stage(
      fingerprint: fingerprint, kind: node.face.kind, version: node.face.version,
      device: node.face.usesDevice ? Fingerprint.deviceClass(options.device) : nil,
      configuration: node.fingerprinted,
      inputs: node.inputs.filter { !$0.value.isEmpty }.mapValues { inputs in
        inputs.map { input in
          RunRecord.Input(
            reference: input.reference, fingerprint: upstream[input.reference.stage] ?? "",
            variants: input.variants)
        }
      },
      files: Dictionary(zip(node.outsideFiles.map(\.name), files)) { first, _ in first })
  }

  private func reasons(
    _ node: Graph.Node, recipe: RunRecord.Stage, last: RunRecord, state: Store.State
  ) -> [Reason] {
    if case .damaged(let damage) = state { return [.outputDamaged(damage)] }
    guard let before = last.stages[node.name] else { return [.neverRun] }
    if before.fingerprint == recipe.fingerprint { return [.outputMissing] }
    return RecipeChanges(stage: node.name, face: node.face, old: before, new: recipe).reasons
  }
}
