import Readers
import TestSupport
import Testing

@Suite struct SeriesSourceTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("data/p1/a.txt", "1,2,3,4\n5,6,7,8\n9,10,11,12\n")
    try folder.write("data/p1/b.txt", "1,2,3,4\n")
    try folder.write("data/leg.txt", "0.5 1.5\n")
  }

  private func source(
    _ manifest: String, root: String? = nil, allowsOutside: Bool = false,
    modalities: [SeriesSource.Modality]? = nil
  ) throws -> SeriesSource {
    SeriesSource(
      manifest: try folder.write("manifest.csv", manifest), root: root, label: "label",
      split: .column("split"),
      modalities: modalities ?? [
        .init(name: "torso", columns: [0, 1, 2], names: ["x", "y", "z"], unit: "m/s²", rate: 25),
        .init(name: "leg", columns: [3, 0], rate: 25),
      ], allowsOutside: allowsOutside)
  }

  private func records(_ source: SeriesSource) throws -> [SampleRecord] {
    var records: [SampleRecord] = []
    try source.read(try source.index()) { records.append($0) }
    return records
  }

  @Test func groupsOfColumnsAreModalities() throws {
    let source = try source(
      "id,file,label,split\na,data/p1/a.txt,walk,labelled\nb,data/p1/b.txt,sit,labelled\n")
    let records = try records(source)
    #expect(records.map(\.entry.label.number) == [1, 0])
    #expect(records[0].modalities[0] == .init([1, 2, 3, 5, 6, 7, 9, 10, 11], steps: 3))
    #expect(records[0].modalities[1] == .init([4, 1, 8, 5, 12, 9], steps: 3))
    #expect(records[1].modalities[1] == .init([4, 1], steps: 1))
    let form = try source.forms(of: source.index())[0]
    #expect(form.shape == [nil, 3])
    #expect(form.isSeries)
    #expect(form.unit == "m/s²")
    #expect(form.rate == 25)
    #expect(form.columns == ["x", "y", "z"])
  }

  @Test func modalitiesMayHaveFilesOfTheirOwn() throws {
    let source = try source(
      """
      id,file,leg-file,label,split
      a,data/p1/a.txt,data/leg.txt,walk,labelled
      b,data/p1/b.txt,,sit,labelled

      """,
      modalities: [
        .init(name: "torso", columns: [0], rate: 25),
        .init(name: "leg", columns: [0, 1], rate: 100, file: "leg-file"),
      ])
    let records = try records(source)
    #expect(records[0].modalities == [.init([1, 5, 9], steps: 3), .init([0.5, 1.5], steps: 1)])
    #expect(records[1].modalities == [.init([1], steps: 1), nil])
  }

  @Test func faultsOfSeveralFilesAreToldTogether() throws {
    try folder.write("data/p1/c.txt", "1,2,3,4\n1,2,3,nan\n")
    let source = try source(
      """
      id,file,label,split
      a,data/p1/a.txt,walk,labelled
      b,data/p1/bb.txt,sit,labelled
      c,data/p1/c.txt,sit,labelled

      """)
    let index = try source.index()
    #expect(
      faults(in: folder) { try source.read(index) { _ in } } == [
        "data/p1/bb.txt: error: no such file\n  mend: did you mean 'b.txt'?",
        """
        data/p1/c.txt:2:7: error: 'nan' is not a finite number
          mend: fill in the lost value, or remove the sample from the manifest
        """,
      ])
  }

  @Test(arguments: ["../a.txt", "data/../../a.txt", "/etc/passwd", "data/.."])
  func aPathThatLeavesTheRootIsRefused(path: String) throws {
    let source = try source("id,file,label,split\na,\(path),walk,labelled\n")
    #expect(
      faults(in: folder) { _ = try source.index() } == [
        """
        manifest.csv:2:3: error: '\(path)' leaves the folder 'DIR' that paths start from
          mend: move the file, set 'root', or say 'allow-outside: true'
        """
      ])
  }

  @Test func outsideFilesAreTakenWhereTheyAreAllowed() throws {
    let root = folder.path("data/p1")
    try folder.write("m.csv", "id,file\na,../leg.txt\nb,./a.txt\nc,\(root)/b.txt\nd,a.txt\n")
    let manifest = try SeriesManifest(
      reading: folder.path("m.csv"), root: root, id: "id", fileColumns: ["file"],
      allowsOutside: true)
    #expect(
      manifest.files() == [
        .init(name: "../leg.txt", path: folder.path("data/leg.txt")),
        .init(name: "a.txt", path: root + "/a.txt"), .init(name: "b.txt", path: root + "/b.txt"),
      ])
  }

  @Test func columnsThatAreNotThereAreAllNamed() throws {
    let source = try source("ident,path,labels,split\n")
    #expect(
      faults(in: folder) { _ = try source.index() }.map { $0.split(separator: "\n")[0] } == [
        "manifest.csv:1: error: the table has no column 'id'",
        "manifest.csv:1: error: the table has no column 'label'",
        "manifest.csv:1: error: the table has no column 'file'",
      ])
  }

  @Test func aManifestWithoutARowHasNoSamples() throws {
    let source = try source("id,file,label,split\n")
    #expect(
      faults(in: folder) { _ = try source.index() } == [
        "manifest.csv: error: there are no samples\n  mend: a row under the header is a sample"
      ])
  }
}
