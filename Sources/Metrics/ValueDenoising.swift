/// What a student made of pseudo-labels that are values, on samples whose true values are known:
/// the error of the pseudo-labels against the error of the student.
public struct ValueDenoising: Sendable {
  private var teacher = MeanAbsoluteError()
  private var student = MeanAbsoluteError()
  private var teacherSquares = RootMeanSquaredError()
  private var studentSquares = RootMeanSquaredError()
  private var count = 0
  private var nearer = 0

  public init() {}

  /// Adds one value of one sample.
  public mutating func add(truth: Double, pseudoLabel: Double, student answer: Double) {
    teacher.add((truth, pseudoLabel))
    student.add((truth, answer))
    teacherSquares.add((truth, pseudoLabel))
    studentSquares.add((truth, answer))
    count += 1
    if abs(answer - truth) < abs(pseudoLabel - truth) { nearer += 1 }
  }

  /// In the order of `measures`; `nil` before the first value.
  public var values: [(measure: Measure, value: Double?)] {
    let gain = teacher.value.flatMap { error in student.value.map { error - $0 } }
    let values = [
      teacher.value, student.value, teacherSquares.value, studentSquares.value,
      count == 0 ? nil : Double(nearer) / Double(count), gain,
    ]
    return zip(Self.measures, values).map { ($0, $1) }
  }

  public static let measures = [
    Measure(
      name: "teacher-mae", direction: .lowerIsBetter,
      documentation: "Mean absolute error of the pseudo-labels.", isShare: false),
    Measure(
      name: "student-mae", direction: .lowerIsBetter,
      documentation: "Mean absolute error of the student on the pseudo-labelled samples.",
      isShare: false),
    Measure(
      name: "teacher-rmse", direction: .lowerIsBetter,
      documentation: "Root of the mean squared error of the pseudo-labels.", isShare: false),
    Measure(
      name: "student-rmse", direction: .lowerIsBetter,
      documentation:
        "Root of the mean squared error of the student on the pseudo-labelled samples.",
      isShare: false),
    Measure(
      name: "improvement-rate", direction: .higherIsBetter,
      documentation: "Share of the values where the student is nearer to the truth than the "
        + "pseudo-label."),
    Measure(
      name: "mae-gain", direction: .higherIsBetter,
      documentation: "Mean absolute error of the pseudo-labels less that of the student.",
      isShare: false),
  ]
}
