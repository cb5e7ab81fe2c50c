import ArgumentParser
import Martlet

/// `martlet inspect`: what a model is, what it needs, and where its settings come from.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a model is and what it needs.",
        discussion: """
            Reads headers and settings only: no weight is loaded. Every sampling default is shown with the \
            place it comes from.

              martlet inspect ./model.gguf
              martlet inspect Qwen/Qwen3-0.6B --max-model-len 8K --json
            """)

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup(title: "Defaults")
    var defaults: GenerationDefaultOptions

    @OptionGroup(title: "Chat template")
    var template: ChatTemplateOptions

    @OptionGroup(title: "Engine")
    var engine: EngineOptions

    mutating func run() async throws {
        let console = Console.standard
        var configuration = LLMConfiguration()
        model.apply(to: &configuration)
        engine.apply(to: &configuration)
        defaults.apply(to: &configuration)
        try template.apply(to: &configuration)
        model.announce(on: console)
        let line = ProgressLine(console: console)
        let report = try await ModelReport.make(configuration) { line.show($0) }
        line.clear()
        console.out(json ? InspectReport(report).json : InspectReport(report).text)
    }
}
