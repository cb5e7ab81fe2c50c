import MartletJSON

/// A tool definition with the members that reach the prompt.
///
/// **Source** mistral_common `Tool.from_openai`.
struct MistralTool {
    var name: String
    var description: String
    var parameters: JSONValue

    /// The tools of a request.
    static func parse(_ tools: [JSONValue]?) throws(MistralChatError) -> [MistralTool] {
        var parsed: [MistralTool] = []
        for (index, json) in (tools ?? []).enumerated() { parsed.append(try MistralTool(json, "tools[\(index)]")) }
        return parsed
    }

    private init(_ json: JSONValue, _ field: String) throws(MistralChatError) {
        guard case .object = json else { throw MistralChatError(field, "expected an object, not \(json.kindName)") }
        if let type = json["type"], type != "function" {
            throw MistralChatError("\(field).type", "expected \"function\"")
        }
        guard let function = json["function"], case .object = function else {
            throw MistralChatError("\(field).function", "expected an object with name and parameters")
        }
        guard let name = function["name"]?.stringValue else {
            throw MistralChatError("\(field).function.name", "expected a string")
        }
        guard MistralValidation.isFunctionName(name) else {
            throw MistralChatError("\(field).function.name", MistralValidation.functionNameRule)
        }
        self.name = name
        switch function["description"] ?? .null {
        case .null: description = ""
        case .string(let text): description = text
        default: throw MistralChatError("\(field).function.description", "expected a string")
        }
        switch function["parameters"] ?? .null {
        case .null: parameters = .object(JSONObject())
        case .object(let members): parameters = .object(members)
        default: throw MistralChatError("\(field).function.parameters", "expected an object")
        }
        if let problem = JSONSchemaDraft7.problem(in: parameters) {
            throw MistralChatError("\(field).function.parameters\(problem.path)", problem.reason)
        }
    }

    /// As the prompt has it.
    var json: PythonJSON {
        .object([
            ("type", .string("function")),
            (
                "function",
                .object([
                    ("name", .string(name)), ("description", .string(description)),
                    ("parameters", PythonJSON(parameters)),
                ])
            ),
        ])
    }
}
