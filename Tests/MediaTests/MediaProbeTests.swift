import Diagnostics
import Media
import Testing

@Suite struct MediaProbeTests {
  @Test func tellsStreamsAndTheirClocks() throws {
    let probe = try MediaProbe.read(Recordings.path("uneven.mp4"))
    #expect(probe.format == "mov,mp4,m4a,3gp,3g2,mj2")
    #expect(probe.streams.map(\.kind) == [.pictures, .sound])
    #expect(probe.streams.map(\.codec) == ["h264", "aac"])
    #expect(probe.streams[0].size == PictureSize(height: 64, width: 96))
    #expect(probe.streams[0].rotation == 0)
    #expect(probe.streams[1].rate == 16000)
    #expect(probe.streams[1].channels == 2)
    #expect(probe.streams[1].start == 0.306)
    #expect(abs((probe.duration ?? 0) - 2.96) < 0.05)
  }

  @Test func refusesWhatIsNoRecording() throws {
    let path = try Recordings.path("README.txt")
    #expect(throws: Diagnostic.self) { try MediaProbe.read(path) }
  }
}
