import MartletAudio
import MartletEngine

extension TranscriptionModel {
    /// Decodes windows of noise at once, greedily and past every end, on the path of requests; for benchmarks.
    ///
    /// Gives the times at which each window's tokens came, `numTokens` of them. **Throws** `invalidRequest` for more tokens
    /// than the decoder has positions for.
    public func decodeNoise(
        numWindows: Int, numTokens: Int
    ) async throws(LLMError) -> [[ContinuousClock.Instant]] {
        let vocabulary = decoder.vocabulary
        let prompt = DecoderPrompt(
            vocabulary, language: vocabulary.languages.first?.code, task: .transcribe, hasTimestamps: false,
            context: decoder.context)
        var params = SamplingParams()
        params.temperature = 0
        params.ignoreEOS = true
        params.maxTokens = numTokens
        var streams: [GenerationStream] = []
        for window in 0..<numWindows {
            var request = EngineRequest(id: 0, promptTokenIDs: prompt.tokenIDs, params: params)
            request.encoderInput = decoder.input(of: Self.noise(seed: UInt64(window)))
            streams.append(
                try await decoder.client.start(request, params: [params]) { index in
                    SequenceAssembler(index: index, options: .init(), detokenizer: nil)
                })
        }
        do {
            return try await withThrowingTaskGroup(of: (Int, [ContinuousClock.Instant]).self) { group in
                for (window, stream) in streams.enumerated() {
                    group.addTask {
                        var arrivals: [ContinuousClock.Instant] = []
                        for try await event in stream { arrivals += event.tokenIDs.map { _ in ContinuousClock.now } }
                        return (window, arrivals)
                    }
                }
                var arrivals = [[ContinuousClock.Instant]](repeating: [], count: numWindows)
                for try await (window, times) in group { arrivals[window] = times }
                return arrivals
            }
        } catch let error as LLMError {
            throw error
        } catch {
            throw .shuttingDown
        }
    }

    private static func noise(seed: UInt64) -> [Float] {
        var state = seed
        return (0..<LogMelSpectrogram.samplesPerWindow).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(1 << 34)
        }
    }
}
