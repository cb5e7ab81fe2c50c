import Martlet

/// Loads a model (the built-in one without an argument) and streams an answer.
@main
struct Embed {
    static func main() async throws {
        let llm = try await LLM.load(LLMConfiguration(model: CommandLine.arguments.dropFirst().first))
        var sampling = SamplingOverrides()
        sampling.maxTokens = 64
        sampling.seed = 1
        for try await text in try await llm.chat("Tell me a story about an owl.", sampling: sampling) {
            print(text, terminator: "")
        }
        print()
        await llm.shutDown()
    }
}
