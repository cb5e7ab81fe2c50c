import MartletJSON

/// Finds a value of a schema in the plain cases; `examples` help out in others.
struct SchemaSample {
    let definitions: JSONObject
    /// Values of definitions.
    let samples: [String: JSONValue]
    let attempt: ProbeAttempt
    private static let maxDepth = 16

    /// A value; nil: none was found.
    func value(of schema: JSONValue, depth: Int = 0) -> JSONValue? {
        guard depth < Self.maxDepth, case .object(let object) = schema else { return schema == true ? .null : nil }
        if let given = object["examples"]?[0] ?? object["default"] ?? object["const"] ?? object["enum"]?[0] {
            return given
        }
        if let name = SchemaDerivation.definedName(schema) {
            return samples[name] ?? definitions[name].flatMap { value(of: $0, depth: depth + 1) }
        }
        if let branches = (object["anyOf"] ?? object["oneOf"])?.arrayValue {
            var siblings = object
            siblings["anyOf"] = nil
            siblings["oneOf"] = nil
            return branches.lazy.compactMap { value(of: $0.adding(.object(siblings)), depth: depth + 1) }.first
        }
        if let parts = object["allOf"]?.arrayValue {
            var joined = object
            joined["allOf"] = nil
            return value(of: parts.reduce(.object(joined)) { $0.adding($1) }, depth: depth + 1)
        }
        switch (object["type"]?[0] ?? object["type"])?.stringValue {
        case "null": return .null
        case "boolean": return .bool(attempt.flag)
        case "string": return text(object)
        case "integer": return number(object, isInteger: true)
        case "number": return number(object, isInteger: false)
        case "array": return array(object, depth)
        case "object": return members(object, depth)
        default: return nil
        }
    }

    private func text(_ schema: JSONObject) -> JSONValue? {
        guard schema["pattern"] == nil else { return nil }
        switch schema["format"]?.stringValue {
        case nil:
            let most = schema["maxLength"]?.intValue ?? .max
            let text = String(attempt.text.prefix(max(most, 0)))
            let missing = (schema["minLength"]?.intValue ?? 0) - text.count
            return .string(text + String(repeating: "a", count: min(max(missing, 0), 1 << 16)))
        case "date": return "2000-01-01"
        case "time": return "00:00:00Z"
        case "date-time": return "2000-01-01T00:00:00Z"
        case "email": return "a@example.com"
        case "uri": return "https://example.com/"
        case "uuid": return "00000000-0000-4000-8000-000000000000"
        default: return nil
        }
    }

    /// The attempt's number, moved into the bounds.
    private func number(_ schema: JSONObject, isInteger: Bool) -> JSONValue? {
        var value = Double(attempt.nextNumber())
        if let least = schema["minimum"]?.doubleValue { value = max(value, least) }
        if let below = schema["exclusiveMinimum"]?.doubleValue, value <= below { value = below + 1 }
        if let most = schema["maximum"]?.doubleValue { value = min(value, most) }
        if let above = schema["exclusiveMaximum"]?.doubleValue, value >= above { value = above - 1 }
        if let step = schema["multipleOf"]?.doubleValue, step > 0 { value = (value / step).rounded(.up) * step }
        guard isInteger else { return .double(value) }
        return Int64(exactly: value.rounded(.up)).map { .integer($0) }
    }

    private func array(_ schema: JSONObject, _ depth: Int) -> JSONValue? {
        let first = schema["prefixItems"]?.arrayValue ?? []
        let least = max(schema["minItems"]?.intValue ?? first.count, 0)
        guard least <= first.count + 1024 else { return nil }
        var elements: [JSONValue] = []
        for index in 0..<least {
            let element = first.indices.contains(index) ? first[index] : schema["items"] ?? true
            guard let value = value(of: element, depth: depth + 1) else { return nil }
            elements.append(value)
        }
        return .array(elements)
    }

    private func members(_ schema: JSONObject, _ depth: Int) -> JSONValue? {
        var object = JSONObject()
        for name in schema["required"]?.arrayValue ?? [] {
            guard let name = name.stringValue else { return nil }
            guard let value = value(of: schema["properties"]?[name] ?? true, depth: depth + 1) else { return nil }
            object[name] = value
        }
        return .object(object)
    }
}
