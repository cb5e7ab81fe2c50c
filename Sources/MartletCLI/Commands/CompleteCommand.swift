import ArgumentParser
import Martlet

/// `martlet complete`: continues a text as it stands, without a chat template.
struct CompleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete",
        abstract: "Continue a text.",
        discussion: """
            The text is given to the model as it stands, without a chat template.

              martlet complete --prompt "Once upon a time"
              martlet complete ./model.gguf "def fibonacci(n):" --temperature 0 --max-tokens 100
              cat story.txt | martlet complete ./model.gguf
            """)

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Argument(help: "The text to continue.")
    var text: String?

    @Option(help: "The text to continue, for use without a model argument.")
    var prompt: String?

    @Flag(help: "Print the text before its continuation.")
    var echo = false

    @OptionGroup(title: "Sampling")
    var sampling: SamplingOptions

    @OptionGroup(title: "Defaults")
    var defaults: GenerationDefaultOptions

    @OptionGroup(title: "Engine")
    var engine: EngineOptions

    mutating func validate() throws {
        guard text == nil || prompt == nil else {
            throw ValidationError("give the text once, as argument or with --prompt")
        }
    }

    mutating func run() async throws {
        let console = Console.standard
        guard let text = text ?? prompt ?? (console.inputIsTerminal ? nil : console.readAll()) else {
            throw ValidationError("no text to continue; give it with --prompt or on the standard input")
        }
        let llm = try await ModelLoading.forOneUser(model, engine, defaults, console: console)
        var request = GenerationRequest(prompt: .text(text), sampling: sampling.overrides)
        request.stop = sampling.stop
        let stream = try await llm.generate(request)
        if echo { console.out(text) }
        _ = try await AnswerPrinter(console: console).print(stream)
        await llm.shutDown()
    }
}
