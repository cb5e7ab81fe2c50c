import Martlet
import MartletGrammar
import MartletJSON

/// OpenAI's `response_format`.
enum ResponseFormat {
    private static let field = "response_format"

    /// The constraint it means; nil for text. Adds members nobody knows to `ignored`.
    static func read(
        _ reader: inout FieldReader, _ ignored: inout [String]
    ) throws(APIError) -> StructuredOutput? {
        guard let object = try reader.object(field) else { return nil }
        var members = FieldReader(object, path: field)
        guard let type = try members.string("type") else {
            throw .badRequest(
                "`response_format.type` is required", param: "response_format.type",
                code: "missing_required_parameter")
        }
        switch type {
        case "text": return nil
        case "json_object": return StructuredOutput(.jsonObject, param: field)
        case "json_schema": return try schema(&members, &ignored)
        case "structural_tag":
            return try ConstraintKind.structuralTag.output(.object(object), param: field)
        default:
            throw .notSupported(
                "response_format.type",
                accepted: "\"text\", \"json_object\", \"json_schema\" and \"structural_tag\"")
        }
    }

    private static func schema(
        _ format: inout FieldReader, _ ignored: inout [String]
    ) throws(APIError) -> StructuredOutput {
        let path = format.name("json_schema")
        guard let object = try format.object("json_schema") else {
            throw .badRequest(
                "When response_format type is 'json_schema', the 'json_schema' field must be provided.",
                param: path, code: "missing_required_parameter")
        }
        var members = FieldReader(object, path: path)
        guard try members.string("name") != nil else {
            throw .badRequest(
                "`\(path).name` is required", param: "\(path).name", code: "missing_required_parameter")
        }
        _ = try members.string("description")
        // Schemas are kept to the letter, with and without it.
        _ = try members.bool("strict")
        let param = members.name("schema")
        guard let schema = members.value("schema") else {
            throw .badRequest("`\(param)` is required", param: param, code: "missing_required_parameter")
        }
        guard schema.stringValue == nil else {
            throw .badRequest("`\(param)` must be an object, not text", param: param, code: "invalid_type")
        }
        ignored += members.unread
        return try ConstraintKind.json.output(schema, param: param)
    }
}
