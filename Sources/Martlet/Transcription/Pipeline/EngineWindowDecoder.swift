import MartletAudio
import MartletEngine
import MartletModelIR
import MartletTokenizers

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

extension WhisperTokenRules: TokenRules {}

/// Decodes windows by requests to the engine.
struct EngineWindowDecoder: WindowDecoding {
    let client: EngineClient
    let tokenizer: Tokenizer
    let vocabulary: WhisperTokens
    let context: Int
    let spectrogram: LogMelSpectrogram

    func tokens(of text: String) -> [Int32] {
        tokenizer.encode(text, addSpecialTokens: false, parseSpecial: false)
    }

    func bytes(of id: Int32) -> [UInt8] { tokenizer.tokenBytes(id) }

    func input(of samples: [Float]) -> EncoderInput {
        EncoderInput(
            numRows: LogMelSpectrogram.framesPerWindow, width: spectrogram.numMelBins,
            elements: spectrogram.features(of: samples))
    }

    func attempts(
        at input: EncoderInput, prompt: DecoderPrompt, rules: WhisperTokenRules, sampling: WindowSampling
    ) async throws(LLMError) -> WindowAttempts {
        let params = params(sampling)
        var request = EngineRequest(id: 0, promptTokenIDs: prompt.tokenIDs, params: params)
        request.encoderInput = input
        request.tokenRules = rules
        request.probe = vocabulary.noSpeech.map { TokenProbe(position: prompt.startPosition, tokenID: $0) }
        let samples = (0..<sampling.numSamples).map { index in
            var sample = params
            sample.seed = params.seed.map { $0 &+ UInt64(index) }
            return sample
        }
        let outputs = try await outputs(of: request, params: samples)
        let attempts = outputs.map { output in
            WindowAttempt(
                tokens: output.tokenIDs.filter { $0 != vocabulary.endOfText },
                sumLogprob: output.logprobs.reduce(0) { $0 + Double($1.chosen.logprob) })
        }
        return WindowAttempts(
            attempts: attempts, noSpeechProb: outputs.first?.probeLogprob.map { exp(Double($0)) },
            numGeneratedTokens: outputs.reduce(0) { $0 + $1.tokenIDs.count })
    }

    func languageProbabilities(of input: EncoderInput) async throws(LLMError) -> [Double] {
        var params = SamplingParams()
        params.temperature = 0
        params.maxTokens = 1
        params.numLogprobs = vocabulary.languages.count
        var request = EngineRequest(id: 0, promptTokenIDs: [vocabulary.startOfTranscript], params: params)
        request.encoderInput = input
        request.tokenRules = LanguageTokenRules(languages: vocabulary.languages.map(\.id))
        let output = try await outputs(of: request, params: [params])[0]
        var logprobs: [Int32: Double] = [:]
        for token in output.logprobs.first?.top ?? [] { logprobs[token.tokenID] = Double(token.logprob) }
        return vocabulary.languages.map { logprobs[$0.id].map { exp($0) } ?? 0 }
    }

    func alignment(
        of text: [Int32], startSequence: [Int32], at input: EncoderInput, numFrames: Int
    ) async throws(LLMError) -> TextAlignment {
        var params = SamplingParams()
        params.temperature = 0
        params.maxTokens = 1
        params.numPromptLogprobs = 0
        let prompt = startSequence + [vocabulary.noTimestamps] + text + [vocabulary.endOfText]
        var request = EngineRequest(id: 0, promptTokenIDs: prompt, params: params)
        request.encoderInput = input
        request.wantsCrossWeights = true
        request.promptLogprobLimit = vocabulary.endOfText
        let output = try await outputs(of: request, params: [params])[0]
        let first = startSequence.count + 1
        guard let weights = output.crossWeights, let logprobs = output.promptLogprobs,
            logprobs.count >= first + text.count
        else { throw .engine("the engine gave no cross attention weights") }
        let matrix = AlignmentMatrix(
            weights: weights.elements, numHeads: weights.numHeads, numTokens: weights.numTokens,
            numPositions: weights.numPositions, numFrames: numFrames / WhisperTokens.framesPerTimestamp)
        let probabilities = logprobs[first..<first + text.count].map { exp(Double($0?.chosen.logprob ?? 0)) }
        return TextAlignment(matrix: matrix, probabilities: probabilities)
    }

    /// Runs requests to their ends; one event each.
    private func outputs(
        of request: EngineRequest, params: [SamplingParams]
    ) async throws(LLMError) -> [GenerationEvent] {
        let stream = try await client.start(request, params: params) { index in
            SequenceAssembler(index: index, options: .init(), detokenizer: nil)
        }
        let outputs = try await stream.collect()
        // Fewer, or without an end, when the reading task was cancelled.
        guard outputs.count == params.count,
            outputs.allSatisfy({ $0.finishReason == .stop || $0.finishReason == .length })
        else { throw .shuttingDown }
        return outputs
    }

    private func params(_ sampling: WindowSampling) -> SamplingParams {
        var params = SamplingParams()
        params.temperature = sampling.temperature
        params.topP = sampling.topP
        params.topK = sampling.topK
        params.minP = sampling.minP
        params.repetitionPenalty = sampling.repetitionPenalty
        params.presencePenalty = sampling.presencePenalty
        params.frequencyPenalty = sampling.frequencyPenalty
        params.seed = sampling.seed
        params.maxTokens = sampling.maxTokens
        params.eosTokenIDs = [vocabulary.endOfText]
        params.numLogprobs = 0
        return params
    }
}

/// One of the languages and nothing else.
struct LanguageTokenRules: TokenRules {
    let languages: [Int32]

    var preferredTokensFrom: Int32? { nil }

    func restrict(_ mask: UnsafeMutableBufferPointer<UInt32>, after generated: ArraySlice<Int32>) {
        mask.update(repeating: 0)
        for id in languages where id >= 0 && Int(id) / 32 < mask.count { mask[Int(id) / 32] |= 1 << UInt32(id % 32) }
    }
}
