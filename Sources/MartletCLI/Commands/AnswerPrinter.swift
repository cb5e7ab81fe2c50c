import Martlet
import MartletChat
import MartletEngine

/// Prints an answer while it is made; in a conversation Ctrl-C stops it.
struct AnswerPrinter {
    let console: Console
    /// nil: Ctrl-C ends the program.
    var interrupt: Interrupt?
    /// Tells reasoning from the answer.
    var parser: OutputParser?

    /// Prints the text of a stream and gives it back; reasoning is for the eye only, on the standard error.
    func print(_ stream: GenerationStream) async throws -> String {
        interrupt?.stops(stream.cancel)
        defer { interrupt?.stops(nil) }
        var parser = parser
        var text = ""
        var isReasoning = false
        var last: GenerationEvent?
        var numTokens = 0
        for try await event in stream {
            for piece in Self.pieces(of: event, &parser) {
                if case .reasoning(let thought) = piece {
                    console.err(console.dim(thought))
                    isReasoning = true
                } else if case .content(let content) = piece {
                    if isReasoning { console.err("\n") }
                    isReasoning = false
                    console.out(content)
                    text += content
                }
            }
            numTokens += event.tokenIDs.count
            last = event
        }
        if console.outputIsTerminal || !text.hasSuffix("\n") { console.out("\n") }
        if console.errorIsTerminal, let last {
            console.err(console.dim(Self.summary(last, numTokens: numTokens)) + "\n")
        }
        return text
    }

    private static func pieces(of event: GenerationEvent, _ parser: inout OutputParser?) -> [OutputEvent] {
        guard var reader = parser else { return [.content(event.text)] }
        var pieces = reader.append(event.text)
        if event.finishReason != nil { pieces += reader.finish() }
        parser = reader
        return pieces
    }

    /// `23 prompt tokens, 12 cached, 450.0 tok/s | 128 tokens, 85.2 tok/s`.
    static func summary(_ last: GenerationEvent, numTokens: Int) -> String {
        var prompt = "\(last.numPromptTokens) prompt tokens"
        if last.numCachedTokens > 0 { prompt += ", \(last.numCachedTokens) cached" }
        var output = "\(numTokens) tokens"
        if let statistics = last.statistics, let speeds = RequestSpeeds(statistics, cached: last.numCachedTokens) {
            if let prefill = speeds.prefill { prompt += ", \(fixed(prefill, decimals: 1)) tok/s" }
            if let decode = speeds.decode { output += ", \(fixed(decode, decimals: 1)) tok/s" }
        }
        if last.finishReason == .length { output += ", stopped by the token limit" }
        if last.finishReason == nil { output += ", stopped" }
        return "\(prompt) | \(output)"
    }
}
