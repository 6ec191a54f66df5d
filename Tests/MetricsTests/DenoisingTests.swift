import Metrics
import Testing

@Suite struct DenoisingTests {
  /// Ten samples by hand: six right pseudo-labels, of which the student loses one; four wrong ones,
  /// of which it corrects two and keeps one.
  @Test func countsWhatTheMethodDefines() {
    var denoising = Denoising(classes: 3)
    for _ in 0..<5 { denoising.add(truth: 0, pseudoLabel: 0, student: 0) }
    denoising.add(truth: 1, pseudoLabel: 1, student: 2)
    denoising.add(truth: 1, pseudoLabel: 0, student: 1)
    denoising.add(truth: 1, pseudoLabel: 2, student: 1)
    denoising.add(truth: 2, pseudoLabel: 0, student: 0)
    denoising.add(truth: 2, pseudoLabel: 0, student: 1)
    let rates = denoising.overall
    #expect(rates.count == 10)
    #expect(rates.teacherError == 0.4)
    #expect(rates.studentError == 0.3)
    #expect(rates.correctionRate == 0.5)
    #expect(rates.corruptionRate == 1.0 / 6)
    #expect(rates.agreement == 0.6)
    #expect(rates.netGain == 0.1)
    #expect(denoising.ofEachClass.map(\.count) == [5, 3, 2])
    #expect(denoising.ofEachClass[0].correctionRate == nil)
    #expect(denoising.ofEachClass[1].correctionRate == 1)
    #expect(denoising.ofEachClass[2].corruptionRate == nil)
  }

  @Test(arguments: 0..<20)
  func measuresAgreeWithEachOther(seed: UInt64) throws {
    var generator = AnswerGenerator(state: seed)
    var denoising = Denoising(classes: 4)
    for answer in generator.answers(200, classes: 4) {
      let student = Int.random(in: 0..<4, using: &generator)
      denoising.add(truth: answer.truth, pseudoLabel: answer.prediction, student: student)
    }
    let rates = denoising.overall
    let teacher = try #require(rates.teacherError)
    let student = try #require(rates.studentError)
    let corrected = try #require(rates.correctionRate)
    let corrupted = try #require(rates.corruptionRate)
    // e_s = e_t (1 − correction) + (1 − e_t) corruption, to rounding.
    #expect(abs(student - (teacher * (1 - corrected) + (1 - teacher) * corrupted)) < 1e-12)
    #expect(abs((rates.netGain ?? 9) - (teacher - student)) < 1e-12)
    #expect(denoising.ofEachClass.reduce(0) { $0 + $1.count } == 200)
    #expect(rates.values.allSatisfy { abs($0.value ?? 2) <= 1 })
  }

  @Test func aStudentThatCopiesAgreesAndGainsNothing() {
    var denoising = Denoising(classes: 2)
    denoising.add(truth: 0, pseudoLabel: 1, student: 1)
    denoising.add(truth: 0, pseudoLabel: 0, student: 0)
    #expect(denoising.overall.agreement == 1)
    #expect(denoising.overall.netGain == 0)
    #expect(denoising.overall.correctionRate == 0)
  }
}

@Suite struct WarningLightTests {
  @Test func readsTheAgreement() {
    #expect(WarningLight(agreement: 1) == .copiesItsTeacher)
    #expect(WarningLight(agreement: 0.99) == .copiesItsTeacher)
    #expect(WarningLight(agreement: 0.92) == .off)
    #expect(WarningLight(agreement: 0.75) == .collapses)
  }

  @Test func oneClassForAllIsACollapse() {
    #expect(WarningLight(agreement: 0.9, predictions: [100, 0], labels: [90, 10]) == .collapses)
    #expect(WarningLight(agreement: 0.9, predictions: [95, 5], labels: [90, 10]) == .off)
    // The teacher had collapsed already; its student copies it.
    #expect(
      WarningLight(agreement: 1, predictions: [100, 0], labels: [100, 0]) == .copiesItsTeacher)
  }
}
