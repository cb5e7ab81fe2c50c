import MartletAudio
import Synchronization

@testable import Martlet

/// Hears numbered words: half a second of the word's number, the last tenth silent. Words cut at either end of a window are
/// not heard.
final class ScriptedDecoder: WindowDecoding {
    /// The samples of a window; told from others by identity.
    final class Input: Sendable {
        let samples: [Float]

        init(_ samples: [Float]) { self.samples = samples }
    }

    static let wordLength = 8000
    private static let soundLength = 6400
    private static let step = 200

    let vocabulary = WhisperTokens.multilingual
    let context: Int
    /// Words of one decoding at most, as tokens are bounded.
    let mostWords: Int
    /// Replaces what is decoded: the tokens, their sum of log-probabilities and the probability of no speech.
    let override: (@Sendable (Input, WindowSampling) async -> WindowAttempts?)?

    struct Seen {
        var inputs: [ObjectIdentifier] = []
        var decoded: [(input: ObjectIdentifier, temperature: Float, prompt: DecoderPrompt)] = []
        var detected: [ObjectIdentifier] = []
        /// So that identities stay different.
        var kept: [Input] = []
    }

    let seen = Mutex(Seen())

    init(
        mostWords: Int = .max, context: Int = 448,
        override: (@Sendable (Input, WindowSampling) async -> WindowAttempts?)? = nil
    ) {
        self.mostWords = mostWords
        self.context = context
        self.override = override
    }

    /// The audio of some words, 0 for silence as long.
    static func audio(_ words: [Int]) -> [Float] {
        words.flatMap { word in
            [Float](repeating: Float(word), count: soundLength)
                + [Float](repeating: 0, count: wordLength - soundLength)
        }
    }

    static func text(_ words: some Sequence<Int>) -> String { words.filter { $0 > 0 }.map { " \($0)" }.joined() }

    func tokens(of text: String) -> [Int32] { text.split(separator: " ").compactMap { Int32($0) } }

    func bytes(of id: Int32) -> [UInt8] { Array(" \(id)".utf8) }

    func input(of samples: [Float]) -> Input {
        let input = Input(samples)
        seen.withLock {
            $0.inputs.append(ObjectIdentifier(input))
            $0.kept.append(input)
        }
        return input
    }

    func languageProbabilities(of input: Input) async throws(LLMError) -> [Double] {
        seen.withLock { $0.detected.append(ObjectIdentifier(input)) }
        return [0.25, 0.125, 0.625]
    }

    func attempts(
        at input: Input, prompt: DecoderPrompt, rules: WhisperTokenRules, sampling: WindowSampling
    ) async throws(LLMError) -> WindowAttempts {
        seen.withLock { $0.decoded.append((ObjectIdentifier(input), sampling.temperature, prompt)) }
        if let attempts = await override?(input, sampling) { return attempts }
        let all = prompt.hasTimestamps ? timedTokens(input.samples) : words(input.samples).map { Int32($0.word) }
        let tokens = all.prefix(sampling.maxTokens)
        return WindowAttempts(
            attempts: [WindowAttempt(tokens: Array(tokens), sumLogprob: -0.1 * Double(tokens.count + 1))],
            noSpeechProb: 0.01,
            numGeneratedTokens: tokens.count + 1)
    }

    private func words(_ samples: [Float]) -> [(word: Int, start: Int)] {
        var words: [(Int, Int)] = []
        var start = 0
        while start < samples.count {
            // Sounds and pauses are longer than a step.
            var end = start
            while end + Self.step < samples.count, samples[end + Self.step] == samples[start] { end += Self.step }
            while end < samples.count, samples[end] == samples[start] { end += 1 }
            if samples[start] > 0, end - start == Self.soundLength { words.append((Int(samples[start]), start)) }
            start = end
        }
        return words
    }

    /// Segments of three words; what is heard of a cut word makes the end uncertain, as a pair of timestamps.
    private func timedTokens(_ samples: [Float]) -> [Int32] {
        func timestamp(_ sample: Int) -> Int32 { vocabulary.timestampBegin + Int32(sample / 320) }
        let all = words(samples)
        let words = all.prefix(mostWords)
        guard let last = words.last else { return [timestamp(0)] }
        var tokens: [Int32] = []
        for (index, word) in words.enumerated() {
            if index % 3 == 0 { tokens.append(timestamp(word.start)) }
            tokens.append(Int32(word.word))
            if index % 3 == 2 || index == words.count - 1 {
                tokens.append(timestamp(word.start + Self.soundLength))
            }
        }
        let end = last.start + Self.soundLength
        let hearsMore =
            stride(from: end, to: samples.count, by: Self.step).contains { samples[$0] > 0 }
            || samples[samples.count - 1] > 0
        return hearsMore ? tokens + [timestamp(end)] : tokens
    }

    func alignment(
        of text: [Int32], startSequence: [Int32], at input: Input, numFrames: Int
    ) async throws(LLMError) -> TextAlignment {
        // Every token looks at the frames of its word.
        let numFrames = numFrames / 2
        let starts = words(input.samples).map { $0.start / 320 }
        let numTokens = startSequence.count + text.count + 2
        var weights = [Float](repeating: 1e-4, count: numTokens * numFrames)
        for token in text.indices {
            for frame in starts[token]..<min(starts[token] + 20, numFrames) {
                weights[(startSequence.count + token) * numFrames + frame] = 1
            }
        }
        // What comes after the text: the next word, or the end.
        let next = starts.count > text.count ? starts[text.count] : max(numFrames - 2, 0)
        for frame in next..<min(next + 20, numFrames) {
            weights[(startSequence.count + text.count) * numFrames + frame] = 1
        }
        return TextAlignment(
            matrix: AlignmentMatrix(
                weights: weights, numHeads: 1, numTokens: numTokens, numPositions: numFrames, numFrames: numFrames),
            probabilities: text.map { _ in 0.5 })
    }
}

/// Takes every sound for speech.
struct SoundDetector: VoiceActivityDetector {
    let frameLength = 512

    mutating func speechProbability(of frame: UnsafeBufferPointer<Float>) -> Float {
        // Sounds are longer than a frame.
        frame[0] != 0 || frame[frame.count - 1] != 0 ? 1 : 0
    }

    mutating func reset() {}
}
