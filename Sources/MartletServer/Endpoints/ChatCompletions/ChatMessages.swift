import MartletJSON

/// Checks OpenAI's `messages`; contents may only be text and thoughts, which is all this server's models read.
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
            for (index, part) in parts.enumerated() { texts.append(try self.part(part, at: "\(path)[\(index)]")) }
            return .array(texts)
        case let other?:
            throw .badRequest(
                "`\(path)` must be a string or an array of parts; this is of type \(other.kindName)", param: path,
                code: "invalid_type")
        }
    }

    private static func part(_ part: JSONValue, at path: String) throws(APIError) -> JSONValue {
        if part.stringValue != nil { return ["type": "text", "text": part] }
        let member: String
        switch part["type"]?.stringValue {
        case "text", "input_text", "output_text": member = "text"
        case "refusal": member = "refusal"
        case "thinking": member = "thinking"
        default: throw .notSupported("\(path).type", accepted: "\"text\", \"refusal\" and \"thinking\"")
        }
        guard let text = part[member], text.stringValue != nil else {
            throw .badRequest("`\(path).\(member)` must be a string", param: "\(path).\(member)", code: "invalid_type")
        }
        // Templates read thoughts apart from text.
        return member == "thinking" ? part : ["type": "text", "text": text]
    }
}
