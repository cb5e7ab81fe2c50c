import MartletJSON

/// Leaves the last message of a rendered conversation open, for `continue_final_message`.
///
/// Templates have no notion of it, so the end of the message is marked, rendered and cut at the mark.
/// **Source** transformers 5 `render_jinja_template`.
struct ContinuedMessage {
    private static let mark = "CONTINUE_FINAL_MESSAGE_TAG "

    /// The conversation with the end of its last message marked; nil when the last message has no text.
    let messages: [JSONValue]

    init?(_ messages: [JSONValue]) {
        guard case .object(var last)? = messages.last, let content = last["content"]?.stringValue else { return nil }
        last["content"] = .string(content + Self.mark)
        self.messages = messages.dropLast() + [.object(last)]
    }

    /// The prompt up to the end of the last message; nil when the template did not render it.
    func cut(_ rendered: String) -> String? {
        let text = Array(rendered.utf8)
        let trimmedMark = Array(Self.mark.utf8.dropLast())
        guard let start = Self.lastIndex(of: trimmedMark, in: text) else { return nil }
        var prompt = text[..<start]
        let markEnd = start + trimmedMark.count
        // A template that trims contents took the mark's blank away; it would have trimmed the message's own too.
        if markEnd >= text.count || text[markEnd] != UInt8(ascii: " ") {
            while let byte = prompt.last, Self.isBlank(byte) { prompt = prompt.dropLast() }
        }
        return String(decoding: prompt, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func lastIndex(of needle: [UInt8], in text: [UInt8]) -> Int? {
        guard text.count >= needle.count else { return nil }
        return (0...(text.count - needle.count)).reversed().first {
            text[$0..<($0 + needle.count)].elementsEqual(needle)
        }
    }
}
