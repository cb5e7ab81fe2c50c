import Martlet
import MartletChat
import MartletJSON

/// A conversation with a model: its messages so far, and how answers are sampled.
struct Conversation {
    private let llm: LLM
    private let sampling: SamplingOptions
    private let system: String?
    private var messages: [JSONValue] = []

    /// A conversation without messages but the system's.
    init(llm: LLM, system: String?, sampling: SamplingOptions) {
        self.llm = llm
        self.sampling = sampling
        self.system = system
        reset()
    }

    /// Forgets everything said.
    mutating func reset() {
        messages = system.map { [["role": "system", "content": .string($0)]] } ?? []
    }

    /// Streams an answer to the standard output and keeps both messages; a stopped answer is kept as far as it came.
    mutating func answer(
        _ text: String, console: Console, interrupt: Interrupt? = nil
    ) async throws -> String {
        messages.append(["role": "user", "content": .string(text)])
        do {
            let prepared = try llm.prepareChat(ChatRenderRequest(messages: messages, now: .now()))
            var request = prepared.request(sampling: sampling.overrides)
            request.stop = sampling.stop
            let answer = try await AnswerPrinter(console: console, interrupt: interrupt, parser: prepared.parser)
                .print(try await llm.generate(request))
            messages.append(["role": "assistant", "content": .string(answer)])
            return answer
        } catch {
            messages.removeLast()
            throw error
        }
    }
}
