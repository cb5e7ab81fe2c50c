import Martlet

/// Loads models for commands, with a progress line.
enum ModelLoading {
    /// For one person at a time: a small cache, and another seed every time.
    static func forOneUser(
        _ model: ModelOptions, _ engine: EngineOptions, _ defaults: GenerationDefaultOptions,
        _ template: ChatTemplateOptions? = nil, console: Console
    ) async throws -> LLM {
        var configuration = LLMConfiguration()
        configuration.maxNumSeqs = 1
        configuration.seed = UInt64.random(in: .min ... .max)
        model.apply(to: &configuration)
        engine.apply(to: &configuration)
        defaults.apply(to: &configuration)
        try template?.apply(to: &configuration)
        model.announce(on: console)
        return try await load(configuration, console: console)
    }

    /// Loads what a configuration names.
    static func load(_ configuration: LLMConfiguration, console: Console) async throws -> LLM {
        let line = ProgressLine(console: console)
        defer { line.clear() }
        do {
            return try await LLM.load(configuration) { line.show($0) }
        } catch {
            guard case .modelNotFound(let message) = error, configuration.model?.contains(" ") == true else {
                throw error
            }
            throw CLIError("\(message) (text for the demo model goes after --prompt)")
        }
    }
}
