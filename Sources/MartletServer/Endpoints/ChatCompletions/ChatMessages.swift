import MartletJSON

/// Checks OpenAI's `messages` and reduces contents to text, which is all this server's models read.
enum ChatMessages {
    /// The messages as chat templates expect them.
    static func read(_ reader: inout FieldReader, limit: Int) throws(APIError) -> [JSONValue] {
        guard let messages = try reader.array("messages") else {
            throw .badRequest("`messages` is required", param: "messages", code: "missing_required_parameter")
        }
        guard !messages.isEmpty, messages.count <= limit else {
            throw .badRequest(
                "`messages` must hold 1 to \(limit) messages, not \(messages.count)", param: "messages",
                code: "invalid_value")
        }
        var plain: [JSONValue] = []
        for (index, message) in messages.enumerated() { plain.append(try read(message, at: "messages[\(index)]")) }
        return plain
    }

    private static func read(_ message: JSONValue, at path: String) throws(APIError) -> JSONValue {
        guard case .object(var object) = message else {
            throw .badRequest("`\(path)` must be an object", param: path, code: "invalid_type")
        }
        var reader = FieldReader(object, path: path)
        guard let role = try reader.string("role"), !role.isEmpty else {
            throw .badRequest("`\(path).role` is required", param: "\(path).role", code: "missing_required_parameter")
        }
        try reader.refuse("audio")
        object["content"] = try content(object["content"], at: "\(path).content")
        if let calls = object["tool_calls"] { object["tool_calls"] = withParsedArguments(calls) }
        return .object(object)
    }

    private static func content(_ content: JSONValue?, at path: String) throws(APIError) -> JSONValue {
        switch content {
        case nil, .null?: return .null
        case .string?: return content ?? .null
        case .array(let parts)?:
            var texts: [String] = []
            for (index, part) in parts.enumerated() { texts.append(try text(of: part, at: "\(path)[\(index)]")) }
            // vLLM joins the parts of a text-only message by line ends.
            return .string(texts.joined(separator: "\n"))
        case let other?:
            throw .badRequest(
                "`\(path)` must be a string or an array of text parts; this is of type \(other.kindName)", param: path,
                code: "invalid_type")
        }
    }

    private static func text(of part: JSONValue, at path: String) throws(APIError) -> String {
        if let text = part.stringValue { return text }
        let type = part["type"]?.stringValue
        guard type == "text" || type == "input_text" || type == "output_text" else {
            throw .notSupported("\(path).type", accepted: "\"text\"")
        }
        guard let text = part["text"]?.stringValue else {
            throw .badRequest("`\(path).text` must be a string", param: "\(path).text", code: "invalid_type")
        }
        return text
    }

    /// Templates print the arguments of earlier tool calls as objects; OpenAI sends them as JSON text.
    private static func withParsedArguments(_ calls: JSONValue) -> JSONValue {
        guard case .array(let calls) = calls else { return calls }
        return .array(
            calls.map { call in
                guard case .object(var object) = call, case .object(var function)? = object["function"],
                    let text = function["arguments"]?.stringValue, let arguments = try? JSONReader.parse(text),
                    case .object = arguments
                else { return call }
                function["arguments"] = arguments
                object["function"] = .object(function)
                return .object(object)
            })
    }
}
