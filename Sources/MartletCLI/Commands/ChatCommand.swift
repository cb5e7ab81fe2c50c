import ArgumentParser
import Martlet

/// `martlet chat`: a conversation on the terminal, or one answer.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk to a model.",
        discussion: """
            On a terminal this is a conversation: Ctrl-C stops an answer, /reset starts over, Ctrl-D or \
            /exit leaves. With a prompt, or with text piped in, it prints one answer.

              martlet chat ./model.gguf
              martlet chat ./model.gguf "Why is the sky blue?" --temperature 0
              git diff | martlet chat ./model.gguf --system "Write a commit message for this diff."
            """)

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Argument(help: ArgumentHelp("A message to answer; without one the conversation is read from the terminal."))
    var message: String?

    @Option(help: "A message to answer, for use without a model argument.")
    var prompt: String?

    @Option(help: ArgumentHelp("Instructions that stand before the conversation.", valueName: "text"))
    var system: String?

    @OptionGroup(title: "Sampling")
    var sampling: SamplingOptions

    @OptionGroup(title: "Defaults")
    var defaults: GenerationDefaultOptions

    @OptionGroup(title: "Chat template")
    var template: ChatTemplateOptions

    @OptionGroup(title: "Engine")
    var engine: EngineOptions

    mutating func validate() throws {
        guard message == nil || prompt == nil else {
            throw ValidationError("give the message once, as argument or with --prompt")
        }
    }

    mutating func run() async throws {
        let console = Console.standard
        let oneShot = message ?? prompt ?? (console.inputIsTerminal ? nil : console.readAll())
        let llm = try await ModelLoading.forOneUser(model, engine, defaults, template, console: console)
        guard llm.acceptsChats else {
            throw CLIError(
                "\(llm.info.name) has no chat template; give one with --chat-template, or use martlet complete")
        }
        var conversation = Conversation(llm: llm, system: system, sampling: sampling)
        if let oneShot {
            _ = try await conversation.answer(oneShot, console: console)
        } else {
            try await ChatLoop(console: console).run(&conversation)
        }
        await llm.shutDown()
    }
}
