import Arrays
import Configuration
import Shards
import Stages

/// The values of a regression, as each seed of the teacher gives them, and how far the seeds are
/// apart: a value on which they differ by more than the file allows takes no part in training.
struct ValueLabeller: Labeller {
  static let noun = "values"

  private let form: PredictionForm
  private let units: [String]?
  /// By value; none left out where infinite.
  private let most: [Double]
  private(set) var tally: LabelTally
  private(set) var given: ValueTally
  private(set) var spreads: ValueTally

  init(
    _ configuration: PseudoLabelStage.Configuration, _ form: PredictionForm, units: [String]? = nil
  ) {
    self.form = form
    self.units = units
    most = form.classes.map { configuration.maxSpread?.most($0) ?? .infinity }
    tally = LabelTally(classes: form.classes.count)
    given = ValueTally(form.classes, units: units)
    spreads = ValueTally(form.classes, units: units)
  }

  var fields: [FieldDescription] {
    func field(
      _ path: String, _ type: ElementType, _ isOfSeeds: Bool, _ documentation: String
    ) -> FieldDescription {
      FieldDescription(
        path, .number(type), shape: (isOfSeeds ? [form.seeds] : []) + [form.classes.count],
        axes: (isOfSeeds ? ["seed"] : []) + ["value"],
        unit: type == .float32 ? StandardField.unit(units) : nil, labels: form.classes,
        documentation: documentation)
    }
    return [
      field(
        StandardField.pseudoValue, .float32, true,
        "The values that each seed of the teacher gives to the sample, in their units."),
      field(
        StandardField.pseudoSpread, .float32, false,
        "Standard deviation of each value over the teacher's seeds; NaN of a single one."),
      field(StandardField.pseudoKept, .uint8, true, "1 where the value takes part in training."),
    ]
  }

  mutating func label(_ column: Column) throws -> [String: Column] {
    let values = column.values(as: Float.self)
    let width = form.classes.count
    let spread = SeedSpread.of(values, seeds: form.seeds, width: width)
    var kept: [UInt8] = []
    kept.reserveCapacity(values.count)
    for place in values.indices {
      let own = place % width
      let apart = Double(spread[place / (form.seeds * width) * width + own])
      // The spread of a single seed is not known; then nothing is asked of it.
      let isKept = values[place].isFinite && (apart.isNaN || apart <= most[own])
      kept.append(isKept ? 1 : 0)
      if isKept {
        tally.kept += 1
        tally.balance[own] += 1
      } else {
        tally.dropped += 1
      }
    }
    given.add(values)
    spreads.add(spread)
    return [
      StandardField.pseudoValue: Column(values, count: column.count),
      StandardField.pseudoSpread: Column(spread, count: column.count),
      StandardField.pseudoKept: Column(kept, count: column.count),
    ]
  }

  func summary(_ classes: [String]) -> String {
    var parts = ["\(tally.kept) \(Self.noun) kept, \(tally.dropped) dropped", given.text]
    if form.seeds > 1 {
      parts.append(
        "seeds apart by "
          + classes.enumerated().map { "\($1) \(Figures.short(spreads.mean($0)))" }
          .joined(separator: ", "))
    }
    return parts.joined(separator: "; ")
  }
}
