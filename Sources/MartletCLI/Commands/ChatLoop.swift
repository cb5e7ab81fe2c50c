import Glibc
import Martlet

/// Reads messages from the terminal and prints answers until the user leaves.
struct ChatLoop {
    let console: Console
    private let interrupt = Interrupt()

    init(console: Console) { self.console = console }

    /// Runs until Ctrl-D or `/exit`.
    func run(_ conversation: inout Conversation) async throws {
        console.err(console.dim("Ctrl-C stops an answer, /reset starts over, /exit leaves.") + "\n")
        while true {
            console.err(console.bold("> "))
            guard let line = readLine() else {
                console.err("\n")
                return
            }
            let message = line.drop(while: \.isWhitespace)
            switch message {
            case "": continue
            case "/exit", "/quit": return
            case "/reset":
                conversation.reset()
                console.err(console.dim("The conversation starts over.") + "\n")
            case "/help":
                console.err("/reset starts over, /exit leaves; everything else is said to the model\n")
            default:
                try await answer(line, &conversation)
            }
        }
    }

    private func answer(_ message: String, _ conversation: inout Conversation) async throws {
        do {
            _ = try await conversation.answer(message, console: console, interrupt: interrupt)
        } catch LLMError.contextLengthExceeded(_, let maxModelLen, _) {
            console.err("martlet: the conversation no longer fits \(maxModelLen) tokens; /reset starts over\n")
        } catch LLMError.invalidRequest(let param, let message) {
            console.err("martlet: error: \(param.map { "\($0): " } ?? "")\(message)\n")
        }
    }
}
