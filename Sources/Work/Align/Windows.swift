import Diagnostics
import Shards
import Stages

/// How series are cut: steps of each modality for a window and a hop.
struct Windows {
  private struct Steps {
    var length: Int
    var hop: Int
    var columns: Int
    var rate: Double
  }

  private let window: AlignStage.Window
  /// Of the modalities that are series.
  private let steps: [String: Steps]

  /// One sample cut out of a recording.
  struct Piece {
    /// From 0.
    var number: Int
    /// Seconds from the start of the recording.
    var start: Double
    var stop: Double
    var values: [String: [Float]]
    /// Time steps that were filled up, over all modalities.
    var padded: Int
  }

  /// - Throws: `Diagnostic` when no modality is a series, or a window is no whole number of steps.
  init(_ window: AlignStage.Window, _ modalities: [ModalityDescription]) throws {
    self.window = window
    var steps: [String: Steps] = [:]
    for modality in modalities where modality.shape.first == .some(nil) {
      guard let rate = modality.rate else {
        throw Diagnostic(
          "modality '\(modality.name)'", "its rate is not known, so that no window can be cut",
          mend: "add 'rate' to the modality in the ingest stage")
      }
      steps[modality.name] = Steps(
        length: try Self.steps(window.length, rate, "length", modality.name),
        hop: try Self.steps(window.step, rate, "hop", modality.name),
        columns: modality.shape.dropFirst().compactMap(\.self).reduce(1, *), rate: rate)
    }
    guard !steps.isEmpty else {
      throw Diagnostic(
        "window", "none of the modalities is a series", mend: "remove 'window'")
    }
    self.steps = steps
  }

  func length(of modality: String) -> Int? { steps[modality]?.length }

  private static func steps(
    _ seconds: Double, _ rate: Double, _ what: String, _ modality: String
  ) throws -> Int {
    let steps = (seconds * rate).rounded()
    guard steps >= 1, abs(seconds * rate - steps) < 1e-6 * steps else {
      throw Diagnostic(
        "modality '\(modality)'",
        "a window's \(what) of \(seconds) s is \(seconds * rate) steps at \(rate) Hz, "
          + "not a whole number",
        mend: "take \(max(1, steps) / rate) s")
    }
    return Int(steps)
  }

  /// The pieces of one recording; none when it is too short and short ones are dropped.
  ///
  /// - Throws: `Diagnostic` when a piece is too short and that is an error.
  func cut(_ values: [String: [Float]], id: String) throws -> [Piece] {
    var whole = Int.max
    var isRestLeft = false
    for (name, step) in steps {
      guard let series = values[name] else { continue }
      let have = series.count / step.columns
      let pieces = have < step.length ? 0 : (have - step.length) / step.hop + 1
      let covered = pieces == 0 ? 0 : (pieces - 1) * step.hop + step.length
      if have > covered { isRestLeft = true }
      whole = min(whole, pieces)
    }
    // All series are missing, and the sample is kept with a mask: one empty window.
    if whole == Int.max { whole = 1 }
    if isRestLeft, window.partial == .error {
      throw Diagnostic(
        "sample '\(id)'", "its length is no whole number of windows of \(window.length) s",
        mend: "take 'partial: drop' or 'partial: pad' in the align stage")
    }
    let count = whole + (isRestLeft && window.partial == .pad ? 1 : 0)
    return (0..<count).map { piece(number: $0, of: values) }
  }

  private func piece(number: Int, of values: [String: [Float]]) -> Piece {
    let start = Double(number) * window.step
    var piece = Piece(
      number: number, start: start, stop: start + window.length, values: values, padded: 0)
    for (name, step) in steps {
      guard let series = values[name] else { continue }
      let first = min(series.count, number * step.hop * step.columns)
      let last = min(series.count, first + step.length * step.columns)
      piece.values[name] = Array(series[first..<last])
      piece.padded += step.length - (last - first) / step.columns
    }
    return piece
  }
}
