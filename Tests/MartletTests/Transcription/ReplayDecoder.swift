import Synchronization
import Testing

@testable import Martlet

/// Plays back the decodings of a script in their order, and checks what they are asked with.
final class ReplayDecoder: WindowDecoding {
    struct Call: Decodable {
        struct Attempt: Decodable {
            var tokens: [Int32]
            var sum_logprob: Double
        }

        var temperature: Float
        var prompt: [Int32]
        var attempts: [Attempt]
        var no_speech_prob: Double
    }

    let vocabulary = WhisperTokens.multilingual
    let context = 448
    private let calls: [Call]
    private let tokenBytes: @Sendable (Int32) -> [UInt8]
    private let prompts: [String: [Int32]]
    private let position = Mutex(0)

    init(_ calls: [Call], prompts: [String: [Int32]], bytes: @escaping @Sendable (Int32) -> [UInt8]) {
        self.calls = calls
        self.prompts = prompts
        tokenBytes = bytes
    }

    var numCalls: Int { position.withLock { $0 } }

    func tokens(of text: String) -> [Int32] { prompts[text] ?? [] }

    func bytes(of id: Int32) -> [UInt8] { tokenBytes(id) }

    func input(of samples: [Float]) -> Int { samples.count }

    func attempts(
        at input: Int, prompt: DecoderPrompt, rules: WhisperTokenRules, sampling: WindowSampling
    ) async throws(LLMError) -> WindowAttempts {
        let index = position.withLock { position in
            defer { position += 1 }
            return position
        }
        guard index < calls.count else { throw .engine("more decodings than in the script") }
        let call = calls[index]
        #expect(sampling.temperature == call.temperature)
        #expect(sampling.numSamples == call.attempts.count)
        #expect(Array(prompt.previous.dropFirst()) == call.prompt)
        return WindowAttempts(
            attempts: call.attempts.map { WindowAttempt(tokens: $0.tokens, sumLogprob: $0.sum_logprob) },
            noSpeechProb: call.no_speech_prob, numGeneratedTokens: 0)
    }

    func languageProbabilities(of input: Int) async throws(LLMError) -> [Double] { [1, 0, 0] }

    func alignment(
        of text: [Int32], startSequence: [Int32], at input: Int, numFrames: Int
    ) async throws(LLMError) -> TextAlignment {
        throw .engine("the script has no alignments")
    }
}
