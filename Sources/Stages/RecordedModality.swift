import Configuration

/// How one modality of a recording is decoded, as it stands in the pipeline file.
public enum RecordedModality: Decodable, Hashable, Sendable {
  case audio(AudioDescription)
  case video(VideoDescription)
  case image(ImageDescription)
  case series(SeriesColumns)
  case array(ArrayDescription)
  case table(TableColumns)

  private enum CodingKeys: String, CodingKey { case kind }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "audio": self = .audio(try AudioDescription(from: decoder))
    case "video": self = .video(try VideoDescription(from: decoder))
    case "image": self = .image(try ImageDescription(from: decoder))
    case "series": self = .series(try SeriesColumns(from: decoder))
    case "array": self = .array(try ArrayDescription(from: decoder))
    case "table": self = .table(try TableColumns(from: decoder))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "no modality is of kind '\(kind)'")
    }
  }

  static let shape = Shape.tagged([
    .init(
      "audio", "Sound of any file that FFmpeg reads, of a video too; or features of it.",
      keys: AudioDescription.keys),
    .init("video", "Moving pictures.", keys: VideoDescription.keys),
    .init("image", "One picture, depth maps in 16 bits among them.", keys: ImageDescription.keys),
    .init(
      "series", "A text file with one time step a line; columns of it.", keys: SeriesColumns.keys),
    .init(
      "array", "An array of a npy, npz, HDF5 or MATLAB file, or one row of it.",
      keys: ArrayDescription.keys),
    .init(
      "table", "Columns of a table with one row for each sample, found by id or by row number.",
      keys: TableColumns.keys),
  ])
}

/// Which part of a recording a modality is decoded from: the name of a manifest's column, or of a
/// part that the layout knows (`audio`, `video`, `clip`, …); that of the modality when absent.
private let fileKey = Key(
  "file", .string,
  "Column of the manifest, or part of the layout, with its files; the modality's own name when "
    + "absent.")

/// Sound, and what is computed from it.
public struct AudioDescription: Decodable, Hashable, Sendable {
  public enum Channels: String, Decodable, Hashable, Sendable, CaseIterable {
    case keep, mono, stereo
  }

  public var file: String?
  /// Hz; the files' own when `nil`, which must then be equal.
  public var rate: Int?
  public var channels: Channels
  /// What is stored: int16, float16, float32; of features float16 or float32.
  public var type: String?
  public var features: FeatureDescription?

  static let keys: [Key] = [
    fileKey,
    Key(
      "rate", .integer(1...768_000),
      "Sample rate that sound is brought to, Hz; the files' own when absent."),
    Key(
      "channels", .choice(Channels.allCases.map(\.rawValue)), default: "mono",
      "Whether channels are mixed to one, to two, or kept."),
    Key(
      "type", .choice(["int16", "float16", "float32"]),
      "Type of the stored numbers; int16 for sound of 16 bits, else float32; float32 for features."),
    Key(
      "features", FeatureDescription.shape,
      "What is stored in place of the sound itself, with torchaudio's names and defaults."),
  ]
}

/// Features of sound, by torchaudio's names and defaults.
public struct FeatureDescription: Decodable, Hashable, Sendable {
  public enum Kind: String, Decodable, Hashable, Sendable {
    case spectrogram, mel, mfcc
    case logMel = "log-mel"
  }

  public var kind: Kind
  public var fftLength: Int
  public var windowLength: Int?
  public var hopLength: Int?
  public var window: String
  public var power: Double
  public var isCentred: Bool
  public var melCount: Int
  public var minimumFrequency: Double
  public var maximumFrequency: Double?
  public var melScale: String
  public var melNorm: String
  /// Added to the mel energies before their logarithm; `nil` means decibels.
  public var logOffset: Double?
  /// Largest distance below the maximum, dB.
  public var topDecibels: Double?
  public var coefficientCount: Int

  private enum CodingKeys: String, CodingKey {
    case kind, window, power
    case fftLength = "n-fft"
    case windowLength = "win-length"
    case hopLength = "hop-length"
    case isCentred = "center"
    case melCount = "n-mels"
    case minimumFrequency = "f-min"
    case maximumFrequency = "f-max"
    case melScale = "mel-scale"
    case melNorm = "norm"
    case logOffset = "log-offset"
    case topDecibels = "top-db"
    case coefficientCount = "n-mfcc"
  }

  static let shape = Shape.object([
    .required(
      "kind", .choice(["spectrogram", "mel", "log-mel", "mfcc"]),
      "'log-mel' is the logarithm of a mel spectrogram, 'mfcc' its cosine transform."),
    Key("n-fft", .integer(2...65_536), default: 400, "Samples of one Fourier transform."),
    Key("win-length", .integer(1...65_536), "Samples of the window; 'n-fft' when absent."),
    Key(
      "hop-length", .integer(1...65_536),
      "Samples from one frame to the next; half of 'win-length' when absent."),
    Key("window", .choice(["hann", "hamming"]), default: "hann", "The window."),
    Key("power", .positiveNumber, default: 2, "Exponent of the magnitude: 2 is energy."),
    Key(
      "center", .bool, default: true,
      "Whether frame i is centred at sample i · 'hop-length', the ends mirrored."),
    Key("n-mels", .integer(1...4096), default: 128, "Mel bands."),
    Key("f-min", .nonNegativeNumber, default: 0, "Lower edge of the lowest band, Hz."),
    Key(
      "f-max", .positiveNumber, "Upper edge of the highest band, Hz; half the rate when absent."),
    Key("mel-scale", .choice(["htk", "slaney"]), default: "htk", "Formula of the mel scale."),
    Key(
      "norm", .choice(["none", "slaney"]), default: "none",
      "'slaney' divides every band by its width."),
    Key(
      "log-offset", .positiveNumber,
      "'log-mel' is log(mel + this); decibels, 10·log10, when absent."),
    Key("top-db", .positiveNumber, "Decibels are cut this far below their maximum, as in 80."),
    Key("n-mfcc", .integer(1...4096), default: 40, "Coefficients of 'mfcc'."),
  ])
}

/// Moving pictures.
public struct VideoDescription: Decodable, Hashable, Sendable {
  public var file: String?
  /// Pictures a second that are kept; `frames` or neither in its place.
  public var frameRate: Double?
  /// How many pictures are kept, evenly over the clip.
  public var frames: Int?
  public var picture: PictureDescription

  private enum CodingKeys: String, CodingKey {
    case file, frames
    case frameRate = "frame-rate"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    file = try container.decodeIfPresent(String.self, forKey: .file)
    frameRate = try container.decodeIfPresent(Double.self, forKey: .frameRate)
    frames = try container.decodeIfPresent(Int.self, forKey: .frames)
    picture = try PictureDescription(from: decoder)
  }

  static let keys: [Key] =
    [
      fileKey,
      Key(
        "frame-rate", .positiveNumber,
        "Pictures a second that are kept; every picture with its time stamp when absent."),
      Key(
        "frames", .integer(1...65_536),
        "How many pictures are kept, evenly over the clip, in place of 'frame-rate'."),
    ] + PictureDescription.keys
}

/// One picture.
public struct ImageDescription: Decodable, Hashable, Sendable {
  public var file: String?
  public var picture: PictureDescription
  /// A value times this is in `unit`; 1/255 for 8 bits when `nil`.
  public var scale: Double?
  public var unit: String?

  private enum CodingKeys: String, CodingKey { case file, scale, unit }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    file = try container.decodeIfPresent(String.self, forKey: .file)
    scale = try container.decodeIfPresent(Double.self, forKey: .scale)
    unit = try container.decodeIfPresent(String.self, forKey: .unit)
    picture = try PictureDescription(from: decoder)
  }

  static let keys: [Key] =
    [
      fileKey,
      Key(
        "scale", .positiveNumber,
        "A stored value times this is in 'unit', as 0.001 for depth in mm; 1/255 for 8 bits when "
          + "absent, 1 for 16."),
      Key("unit", .string, "Unit of the scaled values, as in m."),
    ] + PictureDescription.keys
}

/// Size and colours of pictures.
public struct PictureDescription: Decodable, Hashable, Sendable {
  public enum Colour: String, Decodable, Hashable, Sendable, CaseIterable { case keep, grey, rgb }
  public enum Filter: String, Decodable, Hashable, Sendable, CaseIterable {
    case nearest, bilinear, bicubic, area, lanczos
  }

  public var colour: Colour
  /// Height and width, pixels; the files' own when `nil`, which must then be equal.
  public var size: [Int]?
  public var filter: Filter

  private enum CodingKeys: String, CodingKey {
    case size, filter
    case colour = "color"
  }

  static let keys: [Key] = [
    Key(
      "color", .choice(Colour.allCases.map(\.rawValue)), default: "keep",
      "Whether pictures become grey, red-green-blue, or stay as they are."),
    Key(
      "size", .list(.integer(1...16_384), count: 2...2),
      "Height and width that pictures are resized to; the files' own when absent."),
    Key(
      "filter", .choice(Filter.allCases.map(\.rawValue)), default: "bilinear",
      "How pictures are resized."),
  ]
}

/// Columns of a text file with one time step a line.
public struct SeriesColumns: Decodable, Hashable, Sendable {
  public var file: String?
  /// As written, from 1: `1-3`, `7`, `28-36`.
  public var columns: [String]
  public var unit: String?
  public var names: [String]?
  /// Hz; `time` in its place.
  public var rate: Double?
  /// Column of the time stamps, from 1, in seconds.
  public var time: Int?
  public var delimiter: Delimiter?
  public var skipLines: Int

  private enum CodingKeys: String, CodingKey {
    case file, columns, unit, names, rate, time, delimiter
    case skipLines = "skip-lines"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    file = try container.decodeIfPresent(String.self, forKey: .file)
    columns = try container.decodeColumns(forKey: .columns)
    unit = try container.decodeIfPresent(String.self, forKey: .unit)
    names = try container.decodeIfPresent([String].self, forKey: .names)
    rate = try container.decodeIfPresent(Double.self, forKey: .rate)
    time = try container.decodeIfPresent(Int.self, forKey: .time)
    delimiter = try container.decodeIfPresent(Delimiter.self, forKey: .delimiter)
    skipLines = try container.decode(Int.self, forKey: .skipLines)
  }

  static let keys: [Key] = [
    fileKey,
    .required(
      "columns", Self.columnsShape,
      "Columns of the text file, from 1: 1-3, or a list as in [1, 2, 28-36]."),
    Key("unit", .string, "Unit of the values, as in m/s²."),
    Key("names", .nonEmptyList(.string), "Names of the columns, in their order."),
    Key("rate", .positiveNumber, "Time steps a second, Hz."),
    Key(
      "time", .integer(1...1_000_000),
      "Column with the time of each step, s, in place of 'rate'."),
    Delimiter.key("found out from each file"),
    Key(
      "skip-lines", .count, default: 0,
      "Lines at the head of each file that are passed over, such as a header."),
  ]

  static let columnsShape = Shape.either([
    .string, .anyInteger, .nonEmptyList(.either([.anyInteger, .string])),
  ])
}

/// An array of a file, or one row of it.
public struct ArrayDescription: Decodable, Hashable, Sendable {
  public var file: String?
  /// Name of the array in a npz or MATLAB file, path of the data set in HDF5.
  public var name: String?
  /// Names of the axes of one sample; the first is `time` of a series.
  public var axes: [String]?
  public var columns: [String]?
  public var unit: String?
  public var scale: Double?
  /// Hz along `time`.
  public var rate: Double?
  /// Array with the time of each step, s, in the same file.
  public var time: String?
  /// Column of the manifest with the row in the array, from 0, where it holds many samples.
  public var row: String?

  static let keys: [Key] = [
    fileKey,
    Key("name", .string, "Name of the array in a npz or MATLAB file; path of it in HDF5."),
    Key(
      "axes", .nonEmptyList(.string),
      "Names of the axes of one sample; 'time' first makes it a series."),
    Key("columns", .nonEmptyList(.string), "Names along the last axis."),
    Key("unit", .string, "Unit of the values."),
    Key("scale", .positiveNumber, "A stored value times this is in 'unit'."),
    Key("rate", .positiveNumber, "Time steps a second, Hz."),
    Key("time", .string, "Array with the time of each step, s, in place of 'rate'."),
    Key(
      "row", .string,
      "Column of the manifest with the row of the array, from 0, where it holds many samples."),
  ]
}

/// Columns of a table with one row for each sample.
public struct TableColumns: Decodable, Hashable, Sendable {
  public var path: String
  /// Column of the table with the sample ids; `row` in its place.
  public var id: String?
  /// Column of the manifest whose cell is looked up among the table's ids; the sample's id when
  /// `nil`.
  public var of: String?
  /// Column of the manifest with the row number in the table, from 0.
  public var row: String?
  /// Names, or numbers from 1 as in `1-100`.
  public var columns: [String]
  public var unit: String?
  public var hasHeader: Bool
  public var delimiter: Delimiter?

  private enum CodingKeys: String, CodingKey {
    case path, id, of, row, columns, unit, delimiter
    case hasHeader = "header"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    path = try container.decode(String.self, forKey: .path)
    id = try container.decodeIfPresent(String.self, forKey: .id)
    of = try container.decodeIfPresent(String.self, forKey: .of)
    row = try container.decodeIfPresent(String.self, forKey: .row)
    columns = try container.decodeColumns(forKey: .columns)
    unit = try container.decodeIfPresent(String.self, forKey: .unit)
    hasHeader = try container.decode(Bool.self, forKey: .hasHeader)
    delimiter = try container.decodeIfPresent(Delimiter.self, forKey: .delimiter)
  }

  static let keys: [Key] = [
    .required("path", .path, "The table."),
    Key(
      "id", .string,
      "Column of the table with the sample ids, or with what 'of' looks up; its number where there "
        + "is no header."),
    Key(
      "of", .string,
      "Column of the manifest whose cell is looked up in 'id', as in a class; the sample's id when "
        + "absent."),
    Key(
      "row", .string,
      "Column of the manifest with the number of the table's row, from 0, in place of 'id'."),
    .required(
      "columns", SeriesColumns.columnsShape,
      "Names of the columns, or numbers from 1: 1-100, or a list as in [AU01_r, AU02_r]."),
    Key("unit", .string, "Unit of the values."),
    Key("header", .bool, default: true, "Whether the first line names the columns."),
    Delimiter.key("a tab for .tsv, else a comma"),
  ]
}

extension KeyedDecodingContainer {
  /// Columns by name or number: a word or a list of them.
  fileprivate func decodeColumns(forKey key: Key) throws -> [String] {
    if let pieces = try? decode([Word].self, forKey: key) { return pieces.map(\.text) }
    return [try decode(Word.self, forKey: key).text]
  }
}
