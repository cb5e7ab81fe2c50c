import MartletChat
import MartletJSON

/// Messages of the OpenAI API as chat templates read them.
///
/// **Source** vLLM `parse_chat_messages` and `_postprocess_messages`.
enum TemplateMessages {
    /// Contents in the given format, and the arguments of earlier tool calls as objects, which the API has as text.
    static func prepare(_ messages: [JSONValue], format: ChatTemplateContentFormat) -> [JSONValue] {
        messages.map { message in
            guard case .object(var object) = message else { return message }
            if let content = object["content"] { object["content"] = convert(content, format) }
            if case .array(let calls)? = object["tool_calls"] {
                object["tool_calls"] = .array(calls.map(withParsedArguments))
            }
            return .object(object)
        }
    }

    private static func convert(_ content: JSONValue, _ format: ChatTemplateContentFormat) -> JSONValue {
        switch (format, content) {
        case (.string, .array(let parts)):
            .string(parts.compactMap { ($0["text"] ?? $0["thinking"])?.stringValue }.joined(separator: "\n"))
        case (.openai, .string): [["type": "text", "text": content]]
        default: content
        }
    }

    private static func withParsedArguments(_ call: JSONValue) -> JSONValue {
        guard case .object(var object) = call, case .object(var function)? = object["function"],
            let text = function["arguments"]?.stringValue, let arguments = try? JSONReader.parse(text),
            case .object = arguments
        else { return call }
        function["arguments"] = arguments
        object["function"] = .object(function)
        return .object(object)
    }
}
