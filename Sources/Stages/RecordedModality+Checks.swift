import Dataflow
import Diagnostics
import Readers

extension RecordedModality {
  static let kinds = ["audio", "video", "image", "series", "array", "table"]

  /// The word of `kind`.
  public var kind: String {
    switch self {
    case .audio: "audio"
    case .video: "video"
    case .image: "image"
    case .series: "series"
    case .array: "array"
    case .table: "table"
    }
  }

  /// The column or part that it names as its file.
  public var file: String? {
    switch self {
    case .audio(let audio): audio.file
    case .video(let video): video.file
    case .image(let image): image.file
    case .series(let series): series.file
    case .array(let array): array.file
    case .table: nil
    }
  }

  /// The column of the manifest with the row in a file of many samples.
  var row: String? { if case .array(let array) = self { array.row } else { nil } }

  /// What single keys cannot show.
  ///
  /// - Parameter path: keys down to the modality.
  func check(at path: [String], report: (Complaint) -> Void) {
    switch self {
    case .audio(let audio): audio.check(at: path, report: report)
    case .video(let video):
      if video.frames != nil, video.frameRate != nil {
        report(
          Complaint(
            path + ["frames"], "'frames' and 'frame-rate' both say which pictures are kept",
            mend: "keep one of them"))
      }
    case .image: break
    case .series(let series): series.check(at: path, report: report)
    case .array(let array): array.check(at: path, report: report)
    case .table(let table): table.check(at: path, report: report)
    }
  }
}

extension AudioDescription {
  fileprivate func check(at path: [String], report: (Complaint) -> Void) {
    guard let features else { return }
    if type == "int16" {
      report(
        Complaint(
          path + ["type"], "features are no whole numbers", mend: "write float16 or float32"))
    }
    features.check(rate: rate, at: path + ["features"], report: report)
  }
}

extension FeatureDescription {
  fileprivate func check(rate: Int?, at path: [String], report: (Complaint) -> Void) {
    func complain(_ key: String, _ message: String, mend: String) {
      report(Complaint(path + [key], message, mend: mend))
    }
    if let windowLength, windowLength > fftLength {
      complain(
        "win-length", "a window of \(windowLength) samples in a transform of \(fftLength)",
        mend: "raise 'n-fft', or lower 'win-length'")
    }
    if let maximumFrequency, maximumFrequency <= minimumFrequency {
      complain(
        "f-max",
        "the bands end at \(maximumFrequency) Hz, where they start at "
          + "\(minimumFrequency) Hz", mend: "raise 'f-max', or lower 'f-min'")
    }
    if let rate {
      let half = Double(rate) / 2
      if let maximumFrequency, maximumFrequency > half {
        complain(
          "f-max", "sound of \(rate) Hz has nothing above \(half) Hz", mend: "write at most \(half)"
        )
      } else if maximumFrequency == nil, minimumFrequency >= half {
        complain(
          "f-min", "sound of \(rate) Hz has nothing above \(half) Hz", mend: "write less")
      }
    }
    if kind == .mfcc, coefficientCount > melCount {
      complain(
        "n-mfcc", "\(coefficientCount) coefficients of \(melCount) mel bands",
        mend: "lower 'n-mfcc', or raise 'n-mels'")
    }
    if logOffset != nil, kind != .logMel {
      complain("log-offset", "'log-offset' goes with 'kind: log-mel'", mend: "remove it")
    }
    if topDecibels != nil {
      if kind == .spectrogram || kind == .mel {
        complain("top-db", "'top-db' goes with decibels: log-mel or mfcc", mend: "remove it")
      } else if logOffset != nil {
        complain(
          "top-db", "'log-offset' asks for logarithms, 'top-db' for decibels",
          mend: "keep one of them")
      }
    }
  }
}

extension SeriesColumns {
  /// The columns, counted from 0.
  ///
  /// - Throws: `Diagnostic` when a piece is neither a number nor a range, or a column comes twice.
  public func columnIndices() throws -> [Int] { try ColumnList.parse(columns) }

  fileprivate func check(at path: [String], report: (Complaint) -> Void) {
    var count: Int?
    do {
      let columns = try columnIndices()
      count = columns.count
      if let time, columns.contains(time - 1) {
        report(
          Complaint(
            path + ["time"], "column \(time) holds the time, and would be a value too",
            mend: "take it out of 'columns'"))
      }
    } catch {
      for diagnostic in Diagnostic.all(of: error, subject: "columns") {
        report(Complaint(path + ["columns"], diagnostic.message, mend: diagnostic.mend))
      }
    }
    checkNames(names, count, at: path + ["names"], report: report)
    checkClock(rate, time.map { "\($0)" }, isNeeded: true, at: path, report: report)
  }
}

extension ArrayDescription {
  fileprivate func check(at path: [String], report: (Complaint) -> Void) {
    let isSeries = axes?.first == "time"
    checkClock(rate, time, isNeeded: isSeries, at: path, report: report)
    if !isSeries, axes != nil, rate != nil || time != nil {
      report(
        Complaint(
          path + [rate != nil ? "rate" : "time"], "only a series has a clock",
          mend: "name the first of 'axes' time, or remove the key"))
    }
    NameChecks.check(
      axes ?? [], called: "axis", plural: "axes", among: nil, of: "", at: path + ["axes"],
      report: report)
    checkNames(columns, nil, at: path + ["columns"], report: report)
  }
}

extension TableColumns {
  /// How the row of a sample is found; `nil` when the keys say nothing, or two things.
  var key: TableRows.Key? {
    switch (id, row) {
    case (.some(let id), nil): .id(id, of: of)
    case (nil, .some(let row)): .row(row)
    default: nil
    }
  }

  fileprivate func check(at path: [String], report: (Complaint) -> Void) {
    switch (id, row) {
    case (nil, nil):
      report(
        Complaint(
          path, "nothing says which row of the table is whose",
          mend: "add 'id: COLUMN', the table's column of ids, or 'row: COLUMN', the manifest's "
            + "column of row numbers"))
    case (.some, .some):
      report(
        Complaint(
          path + ["row"], "'id' and 'row' both say which row of the table is whose",
          mend: "keep one of them"))
    default: break
    }
    if of != nil, id == nil {
      report(
        Complaint(
          path + ["of"], "nothing says in which column of the table that is looked up",
          mend: "add 'id: COLUMN'"))
    }
    if !hasHeader {
      do {
        _ = try ColumnList.parse(columns)
      } catch {
        for diagnostic in Diagnostic.all(of: error, subject: "columns") {
          report(Complaint(path + ["columns"], diagnostic.message, mend: diagnostic.mend))
        }
      }
      if let id, (Int(id) ?? 0) < 1 {
        report(
          Complaint(
            path + ["id"], "a table without a header has no column '\(id)'",
            mend: "number the columns from 1"))
      }
    } else if let id, columns.contains(id) {
      report(
        Complaint(
          path, "column '\(id)' holds the ids, and would be a value too",
          mend: "take it out of 'columns'"))
    }
  }
}

private func checkNames(
  _ names: [String]?, _ count: Int?, at path: [String], report: (Complaint) -> Void
) {
  guard let names else { return }
  if let count, names.count != count {
    report(
      Complaint(
        path, "\(names.count) names for \(count) columns", mend: "name every column once"))
  }
  NameChecks.check(
    names, called: "column name", plural: "column names", among: nil, of: "", at: path,
    report: report)
}

private func checkClock(
  _ rate: Double?, _ time: String?, isNeeded: Bool, at path: [String],
  report: (Complaint) -> Void
) {
  if rate != nil, time != nil {
    report(
      Complaint(
        path + ["time"], "'rate' and 'time' both say when a step is", mend: "keep one of them"))
  } else if rate == nil, time == nil, isNeeded {
    report(
      Complaint(
        path, "nothing says when a step is",
        mend: "add 'rate: HZ', or 'time' for the column or array with the time of each step"))
  }
}
