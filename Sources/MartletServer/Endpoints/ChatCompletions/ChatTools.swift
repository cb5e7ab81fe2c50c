import MartletJSON

/// Checks OpenAI's `tools` and `tool_choice`.
enum ChatTools {
    /// Who decides whether tools are called.
    enum Choice {
        case auto, none
    }

    /// The tool definitions, as they were sent.
    static func read(_ reader: inout FieldReader) throws(APIError) -> [JSONValue] {
        let tools = try reader.array("tools") ?? []
        for (index, tool) in tools.enumerated() { try check(tool, at: "tools[\(index)]") }
        return tools
    }

    /// `tool_choice`; without tools there is nothing to choose.
    static func choice(_ reader: inout FieldReader, tools: [JSONValue]) throws(APIError) -> Choice {
        guard let value = reader.value("tool_choice") else { return .auto }
        switch value {
        case "none": return .none
        case "auto": break
        default: throw .notSupported("tool_choice", accepted: "\"auto\" and \"none\"")
        }
        return .auto
    }

    private static func check(_ tool: JSONValue, at path: String) throws(APIError) {
        guard case .object(let object) = tool else {
            throw .badRequest("`\(path)` must be an object", param: path, code: "invalid_type")
        }
        guard object["type"] == "function" else { throw .notSupported("\(path).type", accepted: "\"function\"") }
        var reader = FieldReader(object, path: path)
        guard let function = try reader.object("function") else {
            throw .badRequest(
                "`\(path).function` is required", param: "\(path).function", code: "missing_required_parameter")
        }
        var functionReader = FieldReader(function, path: "\(path).function")
        guard let name = try functionReader.string("name"), !name.isEmpty else {
            throw .badRequest(
                "`\(path).function.name` is required", param: "\(path).function.name",
                code: "missing_required_parameter")
        }
        _ = try functionReader.string("description")
        _ = try functionReader.object("parameters")
    }
}
