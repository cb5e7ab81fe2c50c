import Martlet
import MartletChat
import MartletEngine
import MartletGrammar
import MartletJSON
import MartletServer

/// An engine whose answer is the last message of the conversation, for testing how answers are told apart.
///
/// `chat_template_kwargs` name the formats, `tool_call_parser` and `reasoning_parser`, and may hold `cut`, the number of
/// characters of the first of two pieces; else the request's `seed` says how many come at a time, zero all of them.
struct ReplayEngine: ServingEngine {
    let servedModel = ServedModel(name: "replay", root: "replay", maxModelLen: 1 << 20)

    var load: EngineStatistics { EngineStatistics() }

    func encode(_ text: String, addSpecialTokens: Bool) throws(LLMError) -> [Int32] { text.utf8.map { Int32($0) } }

    func decode(_ tokenIDs: [Int32], skipSpecialTokens: Bool) throws(LLMError) -> String {
        String(decoding: tokenIDs.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }

    func bytes(ofToken tokenID: Int32) -> [UInt8] { [UInt8(truncatingIfNeeded: tokenID)] }

    func vocabularyEntry(_ tokenID: Int32) -> String { "\(tokenID)" }

    func samplingParameters(of request: GenerationRequest) throws(LLMError) -> [SamplingParameter] { [] }

    func prepare(_ chat: ChatPrompt) throws(LLMError) -> PreparedChat {
        let toolCalls = chat.templateVariables["tool_call_parser"]?.stringValue.flatMap(ToolCallFormat.named)
        let reasoning = chat.templateVariables["reasoning_parser"]?.stringValue.flatMap(ReasoningFormat.named)
            .flatMap { $0.isEnabled(by: chat.templateVariables) ? $0 : nil }
        let output = chat.messages.last?["content"]?.stringValue ?? ""
        let cut = chat.templateVariables["cut"]?.intValue
        return PreparedChat(
            // The first of two pieces is a prompt of its own kind, so that `events` sees where the cut is.
            prompt: cut.map { .tokenIDs([Int32($0)] + output.utf8.map { Int32($0) }) } ?? .text(output),
            parser: OutputParser(
                toolCalls: chat.parsesToolCalls ? toolCalls : nil, reasoning: reasoning, tools: chat.tools))
    }

    func grammar(for output: StructuredOutput) async throws(LLMError) -> CompiledGrammar {
        throw .unsupported("the replay server holds answers to nothing")
    }

    func events(
        for request: GenerationRequest
    ) async throws(LLMError) -> any AsyncSequence<GenerationEvent, LLMError> & Sendable {
        switch request.prompt {
        case .text(let output):
            return ReplayedEvents(pieces: Self.pieces(of: output, length: Int(request.sampling.seed ?? 0)))
        case .tokenIDs(let ids):
            let output = String(decoding: ids.dropFirst().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
            let scalars = output.unicodeScalars
            let cut = scalars.index(scalars.startIndex, offsetBy: Int(ids[0]), limitedBy: scalars.endIndex)
            return ReplayedEvents(
                pieces: [String(output[..<(cut ?? output.endIndex)]), String(output[(cut ?? output.endIndex)...])])
        }
    }

    func shutDown(drainTimeout: Duration?) async {}

    private static func pieces(of text: String, length: Int) -> [String] {
        guard length > 0 else { return [text] }
        // Scalars and not characters: models cut between any two.
        let scalars = Array(text.unicodeScalars)
        return stride(from: 0, to: scalars.count, by: length).map { start in
            String(String.UnicodeScalarView(scalars[start..<min(start + length, scalars.count)]))
        }
    }
}

/// One event a piece; the last one ends the output.
private struct ReplayedEvents: AsyncSequence, Sendable {
    let pieces: [String]

    struct AsyncIterator: AsyncIteratorProtocol {
        let pieces: [String]
        var position = 0

        mutating func next(isolation actor: isolated (any Actor)?) async throws(LLMError) -> GenerationEvent? {
            guard position == 0 || position < pieces.count else { return nil }
            var event = GenerationEvent(index: 0)
            event.text = position < pieces.count ? pieces[position] : ""
            event.tokenIDs = event.text.utf8.map { Int32($0) }
            event.numPromptTokens = 1
            position += 1
            if position >= pieces.count { event.finishReason = .stop }
            return event
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pieces: pieces) }
}
