import Martlet
import MartletEngine

/// The built-in model as the tests load it: small, and the same for every run.
enum DemoModel {
    static func load(_ edit: (inout LLMConfiguration) -> Void = { _ in }) async throws -> LLM {
        var configuration = LLMConfiguration()
        configuration.maxNumSeqs = 8
        configuration.numThreads = 1
        edit(&configuration)
        return try await LLM.load(configuration)
    }

    /// A request with a seed, so that it says the same every time.
    static func request(_ prompt: String, maxTokens: Int, seed: Int = 7) -> GenerationRequest {
        var sampling = SamplingOverrides()
        sampling.maxTokens = maxTokens
        sampling.seed = seed
        return GenerationRequest(prompt: .text(prompt), sampling: sampling)
    }
}

extension LLM {
    /// The only output of a request.
    func output(_ request: GenerationRequest) async throws -> GenerationEvent {
        try await generate(request).collect()[0]
    }

    /// True once no request holds blocks or waits; the engine is asked between its steps, never by the clock.
    func isIdle() async -> Bool {
        await checkIntegrity()
        let statistics = statistics
        return statistics.numRunning == 0 && statistics.numWaiting == 0
    }
}
