import MartletChat
import MartletJSON

/// Checks OpenAI's `tools` and `tool_choice`.
enum ChatTools {
    /// The tool definitions, as they were sent.
    static func read(_ reader: inout FieldReader) throws(APIError) -> [JSONValue] {
        guard let tools = try reader.array("tools") else { return [] }
        guard !tools.isEmpty else {
            throw .badRequest(
                "`tools` must not be an empty array; send a tool or leave the field out", param: "tools",
                code: "invalid_value")
        }
        for (index, tool) in tools.enumerated() { try check(tool, at: "tools[\(index)]") }
        return tools
    }

    /// `tool_choice`; without tools there is nothing to choose.
    static func choice(_ reader: inout FieldReader, tools: [JSONValue]) throws(APIError) -> ToolChoice {
        guard let value = reader.value("tool_choice") else { return .auto }
        if value == "none" { return .none }
        let choice: ToolChoice
        switch value {
        case "auto": choice = .auto
        case "required": choice = .required
        case .object(let object): choice = .named(try name(of: object))
        default:
            throw .notSupported("tool_choice", accepted: "\"none\", \"auto\", \"required\" and a named function")
        }
        guard !tools.isEmpty else {
            throw .badRequest(
                "When using `tool_choice`, `tools` must be set.", param: "tool_choice", code: "invalid_value")
        }
        if case .named(let name) = choice, !tools.contains(where: { $0["function"]?["name"] == .string(name) }) {
            throw .badRequest(
                "The tool specified in `tool_choice` does not match any of the specified `tools`",
                param: "tool_choice", code: "invalid_value")
        }
        return choice
    }

    private static func name(of choice: JSONObject) throws(APIError) -> String {
        var reader = FieldReader(choice, path: "tool_choice")
        if let type = try reader.string("type"), type != "function" {
            throw .notSupported("tool_choice.type", accepted: "\"function\"")
        }
        let field = "tool_choice.function"
        guard let function = try reader.object("function") else {
            throw .badRequest("`\(field)` is required", param: field, code: "missing_required_parameter")
        }
        var members = FieldReader(function, path: field)
        guard let name = try members.string("name"), !name.isEmpty else {
            throw .badRequest("`\(field).name` is required", param: "\(field).name", code: "missing_required_parameter")
        }
        return name
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
        _ = try functionReader.bool("strict")
    }
}
