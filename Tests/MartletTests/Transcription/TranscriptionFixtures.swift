import Foundation

@testable import Martlet

/// Files under Tests/Fixtures/transcription.
enum TranscriptionFixtures {
    static func load<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(Fixtures.bytes("transcription/\(name).json")))
    }

    /// The bytes of tokens, from base64.
    static func bytes(_ table: [String: String]) -> @Sendable (Int32) -> [UInt8] {
        var bytes: [Int32: [UInt8]] = [:]
        for (id, text) in table {
            if let id = Int32(id), let data = Data(base64Encoded: text) { bytes[id] = Array(data) }
        }
        return { [bytes] id in bytes[id] ?? [] }
    }
}

extension WhisperTokens {
    /// openai-whisper's multilingual vocabulary of 99 languages, of which tests need three.
    static let multilingual = WhisperTokens(
        endOfText: 50257, startOfTranscript: 50258, translate: 50358, transcribe: 50359, startOfLM: 50360,
        startOfPrev: 50361, noSpeech: 50362, noTimestamps: 50363, timestampBegin: 50364, vocabSize: 51865,
        languages: [.init(code: "en", id: 50259), .init(code: "zh", id: 50260), .init(code: "de", id: 50261)],
        blank: [220])
}
