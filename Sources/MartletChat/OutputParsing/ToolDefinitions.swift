import MartletJSON

/// The tools of a request by name.
struct ToolDefinitions: Sendable {
    private var parametersByName: [String: JSONValue] = [:]

    /// Reads definitions as the chat API has them, `{"type": "function", "function": {"name", "parameters"}}`, or bare
    /// functions; others have no name to be called by.
    init(_ tools: [JSONValue]) {
        for tool in tools {
            let function = tool["function"] ?? tool
            guard let name = function["name"]?.stringValue else { continue }
            parametersByName[name] = function["parameters"] ?? .null
        }
    }

    var isEmpty: Bool { parametersByName.isEmpty }

    func contains(_ name: String) -> Bool { parametersByName[name] != nil }

    /// The JSON Schema of a tool's arguments; nil without such a tool or schema.
    func parameters(of name: String) -> JSONValue? {
        parametersByName[name].flatMap { $0.isNull ? nil : $0 }
    }
}
