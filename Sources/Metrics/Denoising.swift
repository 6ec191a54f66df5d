/// What a student made of pseudo-labels, on samples whose true labels are known. METHOD: ỹ is the
/// pseudo-label, f_s the student's class, y the truth.
///
/// What is counted is a decision: the class of a sample, the class of a pixel, or whether a sample
/// has one label.
public struct Denoising: Sendable, Hashable {
  /// The measures of a set of decisions; all are shares of them, in 0...1.
  public struct Rates: Sendable, Hashable {
    public fileprivate(set) var count = 0
    fileprivate var wrongLabels = 0
    fileprivate var corrected = 0
    fileprivate var corrupted = 0
    fileprivate var agreed = 0
    fileprivate var studentWrong = 0

    /// e_t = P(ỹ ≠ y)
    public var teacherError: Double? { share(wrongLabels, of: count) }
    /// e_s = P(f_s ≠ y)
    public var studentError: Double? { share(studentWrong, of: count) }
    /// P(f_s = y | ỹ ≠ y); `nil` when no pseudo-label is wrong.
    public var correctionRate: Double? { share(corrected, of: wrongLabels) }
    /// P(f_s ≠ y | ỹ = y); `nil` when no pseudo-label is right.
    public var corruptionRate: Double? { share(corrupted, of: count - wrongLabels) }
    /// P(f_s = ỹ)
    public var agreement: Double? { share(agreed, of: count) }
    /// e_t − e_s, in −1...1.
    public var netGain: Double? { share(wrongLabels - studentWrong, of: count) }

    /// In the order of `Denoising.measures`.
    public var values: [(measure: Measure, value: Double?)] {
      let values = [
        teacherError, studentError, correctionRate, corruptionRate, agreement, netGain,
      ]
      return zip(Denoising.measures, values).map { ($0, $1) }
    }

    private func share(_ part: Int, of whole: Int) -> Double? {
      whole == 0 ? nil : Double(part) / Double(whole)
    }
  }

  public static let measures = [
    Measure(
      name: "teacher-error", direction: .lowerIsBetter,
      documentation: "Share of wrong pseudo-labels."),
    Measure(
      name: "student-error", direction: .lowerIsBetter,
      documentation: "Share of the pseudo-labelled samples that the student gets wrong."),
    Measure(
      name: "correction-rate", direction: .higherIsBetter,
      documentation: "Share of the wrong pseudo-labels that the student corrects."),
    Measure(
      name: "corruption-rate", direction: .lowerIsBetter,
      documentation: "Share of the right pseudo-labels that the student gets wrong."),
    Measure(
      name: "agreement", direction: .neither,
      documentation: "Share of the samples where student and pseudo-label agree."),
    Measure(
      name: "net-gain", direction: .higherIsBetter,
      documentation: "Error of the pseudo-labels less the error of the student."),
  ]

  public private(set) var overall = Rates()
  /// By true class; where samples may have several labels, by the label that is decided on.
  public private(set) var ofEachClass: [Rates]

  /// - Parameter classes: how many there are; grows when a larger class number comes.
  public init(classes: Int) { ofEachClass = Array(repeating: Rates(), count: classes) }

  /// Adds one decision; class numbers are from 0.
  public mutating func add(truth: Int, pseudoLabel: Int, student: Int) {
    add(truth: truth, pseudoLabel: pseudoLabel, student: student, of: truth)
  }

  /// Adds whether a sample has the label `label`: truth, pseudo-label and student are 0 or 1.
  public mutating func add(truth: Int, pseudoLabel: Int, student: Int, of label: Int) {
    while ofEachClass.count <= label { ofEachClass.append(Rates()) }
    Self.add(truth, pseudoLabel, student, to: &overall)
    Self.add(truth, pseudoLabel, student, to: &ofEachClass[label])
  }

  private static func add(_ truth: Int, _ label: Int, _ student: Int, to rates: inout Rates) {
    rates.count += 1
    if student == label { rates.agreed += 1 }
    if student != truth { rates.studentWrong += 1 }
    if label != truth {
      rates.wrongLabels += 1
      if student == truth { rates.corrected += 1 }
    } else if student != truth {
      rates.corrupted += 1
    }
  }
}
