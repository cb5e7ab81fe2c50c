import MartletJSON

/// Leaves the final message of a conversation open, so that the model goes on with it.
///
/// Templates have no notion of it, so the end of the message is marked, rendered, and the text cut at the mark.
/// **Source** transformers 5 `render_jinja_template`.
struct FinalMessageContinuation {
    private static let mark = "CONTINUE_FINAL_MESSAGE_TAG "

    /// The conversation with the mark.
    let messages: [JSONValue]
    /// The text to go on with.
    private let text: String

    /// Marks the end of `field` of the final message.
    ///
    /// **Throws** `value` if there is no text to go on with, or the template never reads the field.
    init(_ messages: [JSONValue], field: String, template: String) throws(ChatTemplateError) {
        guard case .object(var last)? = messages.last else {
            throw Self.error("continue_final_message is set but the conversation is empty")
        }
        guard let value = last[field], !value.isNull else {
            throw Self.error("continue_final_message is set but the final message has no '\(field)' to continue")
        }
        var fields = [field]
        if ChatRenderRequest.reasoningFields.contains(field) {
            fields = ChatRenderRequest.reasoningFields.filter { last[$0] == value }
        }
        guard fields.contains(where: template.has) else {
            throw Self.error("continue_final_message is set to '\(field)', which the chat template does not read")
        }
        switch value {
        case .array(var blocks):
            text = try Self.markLast(of: &blocks)
            last[field] = .array(blocks)
        case .string(let content):
            text = content
            for field in fields { last[field] = .string(content + Self.mark) }
        default:
            throw Self.error("continue_final_message needs text, but '\(field)' is of type \(value.kindName)")
        }
        self.messages = messages.dropLast() + [.object(last)]
    }

    /// Marks the last text among content parts, and tells what it was.
    private static func markLast(of blocks: inout [JSONValue]) throws(ChatTemplateError) -> String {
        for index in blocks.indices.reversed() {
            guard case .object(var block) = blocks[index] else {
                throw error("continue_final_message needs content parts that are objects")
            }
            guard let value = block["text"] else { continue }
            guard case .string(let text) = value else {
                throw error("continue_final_message needs text, but a part's is of type \(value.kindName)")
            }
            block["text"] = .string(text + mark)
            blocks[index] = .object(block)
            return text
        }
        throw error("continue_final_message is set but there is no text to continue in the final message")
    }

    /// The prompt up to the end of the final message.
    ///
    /// **Throws** `value` where the template left the message out or changed it.
    func cut(_ rendered: String) throws(ChatTemplateError) -> String {
        let mark = Self.mark.stripped(nil)
        guard rendered.has(text.stripped(nil)), let start = rendered.occurrencesFromRight(of: mark, limit: 1).first
        else {
            throw Self.error(
                "continue_final_message is set but the final message does not appear in the rendered conversation: "
                    + "the chat template changes it or leaves it out")
        }
        let prompt = rendered.bytes(0..<start)
        let rest = rendered.bytes(start..<rendered.utf8.count)
        // A template that trims contents took the mark's blank away; it would have trimmed the message's own too.
        return rest.starts(with: Self.mark) ? prompt : prompt.stripped(nil, left: false)
    }

    private static func error(_ message: String) -> ChatTemplateError { ChatTemplateError(.value, message) }
}
