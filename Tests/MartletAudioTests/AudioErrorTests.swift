import MartletAudio
import Testing

@Suite struct AudioErrorTests {
    @Test func anErrorReadsAsItsMessage() {
        let error = AudioError(.missingCodec(package: "libsndfile1"), "MP3 needs libsndfile: install libsndfile1")
        #expect("\(error)" == "MP3 needs libsndfile: install libsndfile1")
        #expect(error.kind == .missingCodec(package: "libsndfile1"))
    }
}
