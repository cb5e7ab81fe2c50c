import Martlet
import Testing

@testable import MartletServer

@Suite struct TranscriptionTextTests {
    @Test func deltasTogetherAreTheText() {
        var random = MultipartRandom(3)
        for _ in 0..<500 {
            let segments = (0..<Int.random(in: 0...6, using: &random)).map { id in
                let pieces = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    [" ", "a", "\n", "ü", "你", "  "].randomElement(using: &random) ?? ""
                }
                return TranscriptionSegment(id: id, seek: 0, start: 0, end: 0, text: pieces.joined())
            }
            let whole = Transcription(
                segments: segments, summary: TranscriptionSummary(duration: 0, language: "en"))
            var deltas = TranscriptionTextDeltas()
            let joined = segments.map { deltas.add($0.text) }.joined()
            #expect(joined == whole.text && deltas.text == whole.text)
        }
    }

    @Test(arguments: [
        (0.0, "00:00:00,000", "00:00.000"), (0.0005, "00:00:00,000", "00:00.000"),
        (1.0015, "00:00:01,002", "00:01.002"),
        (59.9999, "00:01:00,000", "01:00.000"), (3599.999, "00:59:59,999", "59:59.999"),
        (3600, "01:00:00,000", "01:00:00.000"), (360000.25, "100:00:00,250", "100:00:00.250"),
    ])
    func timesAreRoundedToMilliseconds(seconds: Double, srt: String, vtt: String) {
        let segment = TranscriptionSegment(id: 0, seek: 0, start: seconds, end: seconds, text: "a")
        let transcription = Transcription(
            segments: [segment], summary: TranscriptionSummary(duration: 0, language: "en"))
        #expect(TranscriptionFormat.srt.text(of: transcription) == "1\n\(srt) --> \(srt)\na\n\n")
        #expect(TranscriptionFormat.vtt.text(of: transcription) == "WEBVTT\n\n\(vtt) --> \(vtt)\na\n\n")
    }

    @Test func arrowsCannotStandInEntries() {
        let segment = TranscriptionSegment(id: 0, seek: 0, start: 0, end: 1, text: " a --> b ")
        let transcription = Transcription(
            segments: [segment], summary: TranscriptionSummary(duration: 0, language: "en"))
        #expect(TranscriptionFormat.vtt.text(of: transcription) == "WEBVTT\n\n00:00.000 --> 00:01.000\na -> b\n\n")
        let empty = Transcription(summary: TranscriptionSummary(duration: 0, language: "en"))
        #expect(TranscriptionFormat.srt.text(of: empty) == "")
        #expect(TranscriptionFormat.vtt.text(of: empty) == "WEBVTT\n\n")
    }
}
