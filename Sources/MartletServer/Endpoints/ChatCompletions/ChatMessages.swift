import MartletJSON

/// Checks OpenAI's `messages`; contents may only be text, which is all this server's models read.
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
        for name in JSONObject.reasoningNames { _ = try reader.string(name) }
        _ = try reader.string("tool_call_id")
        if let calls = try reader.array("tool_calls") {
            let calls = try HistoricalToolCalls.read(calls, at: "\(path).tool_calls")
            // Templates take any list for calls that were made.
            object["tool_calls"] = calls.isEmpty ? nil : .array(calls)
        }
        return .object(object)
    }

    /// The text of a message that was read.
    static func text(of message: JSONValue?) -> String {
        let content = message?["content"]
        let parts = content?.arrayValue ?? []
        return content?.stringValue ?? parts.compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
    }

    private static func content(_ content: JSONValue?, at path: String) throws(APIError) -> JSONValue {
        switch content {
        case nil, .null?: return .null
        case .string?: return content ?? .null
        case .array(let parts)?:
            var texts: [JSONValue] = []
            for (index, part) in parts.enumerated() {
                texts.append(["type": "text", "text": .string(try text(of: part, at: "\(path)[\(index)]"))])
            }
            return .array(texts)
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
}
