import Media
import Testing

@Suite struct MediaLibrariesTests {
  @Test func namesEveryLibraryWithItsVersion() {
    let names = MediaLibraries.versions.map { $0.prefix { $0 != " " } }
    #expect(names == ["libavformat", "libavcodec", "libavutil", "libswresample", "libswscale"])
  }
}
