public import MartletJSON

/// Calls that a model has to make, written as JSON whatever its own format is.
///
/// **Source** vLLM `tool_parsers/utils.py`, `get_json_schema_from_tools`.
public enum ForcedCalls {
    /// The JSON Schema of an output that makes the calls of `choice`; nil where nothing has to be called.
    ///
    /// Required calls are an array of `{"name", "parameters"}`, a named one is its parameters alone. **Throws** where the
    /// tools' definitions contradict each other.
    public static func schema(
        _ choice: ToolChoice, tools: [JSONValue], allowsParallelCalls: Bool
    ) throws(ForcedCallsError) -> JSONValue? {
        switch choice {
        case .auto, .none: return nil
        case .named(let name):
            guard let tool = tools.first(where: { $0.functionName == name }) else {
                throw ForcedCallsError(message: "tool '\(name)' is not among the tools")
            }
            return tool.functionParameters
        case .required: return try requiredSchema(tools, allowsParallelCalls: allowsParallelCalls)
        }
    }

    private static func requiredSchema(
        _ tools: [JSONValue], allowsParallelCalls: Bool
    ) throws(ForcedCallsError) -> JSONValue {
        var definitions = JSONObject()
        var calls: [JSONValue] = []
        for tool in tools {
            guard let name = tool.functionName else { continue }
            var parameters = tool.functionParameters
            if case .object(var object) = parameters, let own = object["$defs"] {
                // References stay what they are: definitions move to the root, which `#` now is.
                try merge(own, of: name, into: &definitions)
                object["$defs"] = nil
                parameters = .object(object)
            }
            calls.append([
                "type": "object",
                "properties": ["name": ["type": "string", "enum": [.string(name)]], "parameters": parameters],
                "required": ["name", "parameters"], "additionalProperties": false,
            ])
        }
        var schema = JSONObject()
        schema["type"] = "array"
        schema["minItems"] = 1
        if !allowsParallelCalls { schema["maxItems"] = 1 }
        schema["items"] = ["anyOf": .array(calls)]
        if !definitions.isEmpty { schema["$defs"] = .object(definitions) }
        return .object(schema)
    }

    private static func merge(
        _ own: JSONValue, of tool: String, into definitions: inout JSONObject
    ) throws(ForcedCallsError) {
        guard case .object(let own) = own else {
            throw ForcedCallsError(message: "`$defs` in the parameters of tool '\(tool)' must be an object")
        }
        for (name, definition) in own {
            guard definitions[name] == nil || definitions[name] == definition else {
                throw ForcedCallsError(
                    message: "Tool definition '\(name)' has multiple schemas, which is not supported.")
            }
            definitions[name] = definition
        }
    }
}

/// Why tools cannot be forced.
public struct ForcedCallsError: Error, Hashable, Sendable {
    /// What is wrong with the tools.
    public var message: String
}

extension JSONValue {
    /// The name of a tool of the chat API.
    var functionName: String? { self["function"]?["name"]?.stringValue }

    /// The schema of its arguments: without one, any object.
    var functionParameters: JSONValue {
        switch self["function"]?["parameters"] {
        case .object(var object)? where !object.isEmpty:
            // Arguments are an object, whether the schema says so or not.
            if object["type"] == nil { object["type"] = "object" }
            return .object(object)
        default: return ["type": "object"]
        }
    }

    /// Whether calls of a tool of the chat API have to keep to its schema.
    public var isStrictFunction: Bool { self["function"]?["strict"] == true }
}

extension ToolCallFormat {
    /// How calls are read that a grammar forces the model to write as JSON; nil for a choice that forces none.
    ///
    /// Since the grammar holds, the arguments are given out as they come.
    public static func forced(_ choice: ToolChoice) -> ToolCallFormat? {
        switch choice {
        case .auto, .none: nil
        case .required: ToolCallFormat("required", markers: []) { _ in RequiredCallScanner() }
        case .named(let name): ToolCallFormat("named", markers: []) { _ in NamedCallScanner(name: name) }
        }
    }
}
