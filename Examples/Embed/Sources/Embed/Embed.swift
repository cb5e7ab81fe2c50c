import Martlet

/// What the model is asked for as a value.
struct Weather: Generable {
    enum Sky: String, CaseIterable, Generable { case clear, cloudy, stormy }
    var sky: Sky
    var celsius: Int8
    var isWindy: Bool
}

/// Loads a model (the built-in one without an argument), streams an answer and asks for a value.
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
        let weather = try await llm.chat("How is the weather?", as: Weather.self, sampling: sampling)
        let wind = weather.isWindy ? "windy" : "calm"
        print("The weather is \(weather.sky) and \(wind) at \(weather.celsius) degrees.")
        await llm.shutDown()
    }
}
