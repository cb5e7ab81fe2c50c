import MartletJSON

/// The metaschema of JSON Schema draft 7: whether an object is a schema at all.
///
/// **Source** json-schema.org/draft-07/schema, without the check that `pattern` is a regular expression.
enum JSONSchemaDraft7 {
    /// Where in the schema, and what is wrong there.
    struct Problem {
        var path: String
        var reason: String
    }

    /// The first thing wrong with a schema, or nil.
    static func problem(in schema: JSONValue) -> Problem? {
        switch schema {
        case .bool: return nil
        case .object(let members):
            for (keyword, value) in members {
                if var found = problem(keyword, value) {
                    found.path = ".\(keyword)" + found.path
                    return found
                }
            }
            return nil
        default: return Problem(path: "", reason: "expected a schema: an object, true or false")
        }
    }

    private static func problem(_ keyword: String, _ value: JSONValue) -> Problem? {
        switch keyword {
        case "$id", "$schema", "$ref", "$comment", "title", "description", "pattern", "format", "contentMediaType",
            "contentEncoding":
            return value.stringValue == nil ? Problem(path: "", reason: "expected a string") : nil
        case "readOnly", "uniqueItems":
            return value.boolValue == nil ? Problem(path: "", reason: "expected true or false") : nil
        case "examples", "enum":
            return value.arrayValue == nil ? Problem(path: "", reason: "expected an array") : nil
        case "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum":
            return value.doubleValue == nil ? Problem(path: "", reason: "expected a number") : nil
        case "multipleOf":
            return value.doubleValue.map { $0 > 0 } == true
                ? nil : Problem(path: "", reason: "expected a number greater than 0")
        case "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties":
            let isCount = value.doubleValue.map { $0 >= 0 && $0 == $0.rounded() } ?? false
            return isCount ? nil : Problem(path: "", reason: "expected an integer of at least 0")
        case "additionalItems", "contains", "additionalProperties", "propertyNames", "if", "then", "else", "not":
            return problem(in: value)
        case "items": return value.arrayValue == nil ? problem(in: value) : problem(inList: value)
        case "allOf", "anyOf", "oneOf": return problem(inList: value)
        case "definitions", "properties", "patternProperties": return problem(inMembers: value) { problem(in: $0) }
        case "dependencies":
            return problem(inMembers: value) { $0.arrayValue == nil ? problem(in: $0) : problem(inNames: $0) }
        case "required": return problem(inNames: value)
        case "type": return problem(inType: value)
        default: return nil
        }
    }

    private static func problem(inList value: JSONValue) -> Problem? {
        guard let schemas = value.arrayValue, !schemas.isEmpty else {
            return Problem(path: "", reason: "expected an array of at least one schema")
        }
        for (index, schema) in schemas.enumerated() {
            if let found = problem(in: schema) { return Problem(path: "[\(index)]" + found.path, reason: found.reason) }
        }
        return nil
    }

    private static func problem(inMembers value: JSONValue, _ check: (JSONValue) -> Problem?) -> Problem? {
        guard let members = value.objectValue else { return Problem(path: "", reason: "expected an object") }
        for (name, member) in members {
            if let found = check(member) { return Problem(path: ".\(name)" + found.path, reason: found.reason) }
        }
        return nil
    }

    private static func problem(inNames value: JSONValue) -> Problem? {
        guard let names = value.arrayValue, names.allSatisfy({ $0.stringValue != nil }), Set(names).count == names.count
        else { return Problem(path: "", reason: "expected an array of different strings") }
        return nil
    }

    private static let types: Set<JSONValue> = ["array", "boolean", "integer", "null", "number", "object", "string"]

    private static func problem(inType value: JSONValue) -> Problem? {
        if types.contains(value) { return nil }
        guard let names = value.arrayValue, !names.isEmpty, names.allSatisfy(types.contains),
            Set(names).count == names.count
        else {
            let spelled = "array, boolean, integer, null, number, object, string"
            return Problem(path: "", reason: "expected one of \(spelled), or an array of different ones")
        }
        return nil
    }
}
