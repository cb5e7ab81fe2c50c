import ArgumentParser
import Martlet

/// `martlet`: serves, talks to, listens with, measures and inspects models.
@main
struct MartletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Run and serve language models.",
        discussion: """
            MODEL is a folder with a Hugging Face checkpoint, a .gguf file, or a hub name such as \
            Qwen/Qwen3-0.6B (found in the local hub cache, else downloaded). Without a model the small \
            demo model inside this program is used.

              martlet chat --prompt "Tell me a story about an owl."
              martlet chat HuggingFaceTB/SmolLM2-135M-Instruct
              martlet serve ./model.gguf --port 8000
              martlet transcribe openai/whisper-base talk.mp3
              martlet inspect ./model.gguf
            """,
        version: version,
        subcommands: [
            ServeCommand.self, ChatCommand.self, CompleteCommand.self, TranscribeCommand.self, InspectCommand.self,
            BenchCommand.self, LogitsCommand.self, TokenizeCommand.self, DetokenizeCommand.self, RenderCommand.self,
            ParseCommand.self,
            GrammarCommand.self,
        ])

    static let version = "0.1.0"

    /// Parses, runs and turns every error into one line and an exit status: 1 for failures, 2 for wrong usage.
    static func main() async {
        do {
            let command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                var synchronous = command
                try synchronous.run()
            }
        } catch {
            report(error)
        }
    }

    private static func report(_ error: any Error) -> Never {
        let status = exitCode(for: error)
        if status == .success {
            // --help and --version come as errors.
            Console.standard.out(fullMessage(for: error) + "\n")
            exit(withError: ExitCode.success)
        }
        if let error = error as? ExitCode { exit(withError: error) }
        if status == .validationFailure {
            Console.standard.err(fullMessage(for: error) + "\n")
            exit(withError: ExitCode(2))
        }
        let message = (error as? CLIError)?.message ?? "\(error)"
        Console.standard.err("martlet: error: \(message)\n")
        exit(withError: ExitCode(1))
    }
}

/// A failure the user can do something about.
struct CLIError: Error {
    /// What is wrong and what would help, in one sentence.
    var message: String

    init(_ message: String) { self.message = message }
}
