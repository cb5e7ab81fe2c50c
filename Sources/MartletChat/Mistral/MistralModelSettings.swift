import MartletJSON

/// What a v15 model is told in `[MODEL_SETTINGS]`.
///
/// **Source** mistral_common `ModelSettingsBuilder`.
struct MistralModelSettings {
    /// The settings in the order of their names; nil where there is nothing to tell.
    private(set) var json: PythonJSON?

    /// The settings of a request for a model whose tekken.json has `builder`.
    init(
        _ request: MistralChatRequest, version: MistralVersion, builder: JSONValue?
    ) throws(MistralChatError) {
        let schema = try Self.schema(request.responseFormat ?? .null)
        if let effort = request.reasoningEffort, !Self.efforts.contains(where: { $0.utf8.elementsEqual(effort.utf8) }) {
            throw MistralChatError("reasoning_effort", "expected one of \(Self.efforts.joined(separator: ", "))")
        }
        guard version >= .v15 else {
            guard request.reasoningEffort == nil else {
                throw MistralChatError("reasoning_effort", "is not supported for this model")
            }
            return
        }
        guard case .object? = builder else {
            throw MistralChatError("model_settings_builder", "a v15 tekken.json must have one, an object")
        }
        var members: [(key: String, value: PythonJSON)] = []
        if let field = builder?["json_schema"], !field.isNull, let schema {
            members.append(("json_schema", PythonJSON(schema)))
        }
        if let field = builder?["reasoning_effort"], !field.isNull {
            members.append(("reasoning_effort", .string(try Self.effort(request.reasoningEffort, field))))
        }
        if !members.isEmpty { json = .object(members) }
    }

    private static let efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]

    private static func effort(_ asked: String?, _ builder: JSONValue) throws(MistralChatError) -> String {
        guard let values = builder["values"]?.arrayValue, let standard = builder["default"]?.stringValue,
            values.contains(.string(standard))
        else {
            throw MistralChatError(
                "model_settings_builder.reasoning_effort", "needs values and a default that is one of them")
        }
        guard let asked else { return standard }
        guard values.contains(.string(asked)) else {
            let allowed = values.compactMap(\.stringValue).joined(separator: ", ")
            throw MistralChatError("reasoning_effort", "this model takes \(allowed)")
        }
        return asked
    }

    /// The schema of a response format; nil for plain text.
    private static func schema(_ format: JSONValue) throws(MistralChatError) -> JSONValue? {
        if format.isNull { return nil }
        guard case .object = format else { throw MistralChatError("response_format", "expected an object") }
        let named = try namedSchema(format["json_schema"] ?? .null)
        switch format["type"] ?? "text" {
        case "text": return nil
        case "json_object": return ["anyOf": [["type": "object"], ["type": "array"]]]
        case "json_schema":
            guard let named else { throw MistralChatError("response_format.json_schema", "missing") }
            return named
        default: throw MistralChatError("response_format.type", "expected text, json_object or json_schema")
        }
    }

    private static func namedSchema(_ json: JSONValue) throws(MistralChatError) -> JSONValue? {
        if json.isNull { return nil }
        guard let schema = json["schema"], case .object = schema, json["name"]?.stringValue != nil else {
            throw MistralChatError("response_format.json_schema", "expected an object with name and schema")
        }
        if let problem = JSONSchemaDraft7.problem(in: schema) {
            throw MistralChatError("response_format.json_schema.schema\(problem.path)", problem.reason)
        }
        return schema
    }
}
