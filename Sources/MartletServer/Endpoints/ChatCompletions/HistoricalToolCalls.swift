import MartletJSON

/// Checks the calls of earlier assistant messages.
enum HistoricalToolCalls {
    /// The calls, each with arguments.
    static func read(_ calls: [JSONValue], at path: String) throws(APIError) -> [JSONValue] {
        var read: [JSONValue] = []
        for (index, call) in calls.enumerated() { read.append(try Self.read(call, at: "\(path)[\(index)]")) }
        return read
    }

    private static func read(_ call: JSONValue, at path: String) throws(APIError) -> JSONValue {
        guard case .object(var object) = call else {
            throw .badRequest("`\(path)` must be an object", param: path, code: "invalid_type")
        }
        var reader = FieldReader(object, path: path)
        if let type = try reader.string("type"), type != "function" {
            throw .notSupported("\(path).type", accepted: "\"function\"")
        }
        guard var function = try reader.object("function") else {
            throw .badRequest(
                "`\(path).function` is required", param: "\(path).function", code: "missing_required_parameter")
        }
        var functionReader = FieldReader(function, path: "\(path).function")
        guard let name = try functionReader.string("name"), !name.isEmpty else {
            throw .badRequest(
                "`\(path).function.name` is required", param: "\(path).function.name",
                code: "missing_required_parameter")
        }
        function["arguments"] = try arguments(function["arguments"], at: "\(path).function.arguments")
        object["function"] = .object(function)
        return .object(object)
    }

    private static func arguments(_ value: JSONValue?, at path: String) throws(APIError) -> JSONValue {
        switch value {
        case nil, .null?, .string("")?: return "{}"
        case .object?: return value ?? .null
        case .string(let text)?:
            let parsed: JSONValue
            do {
                parsed = try JSONReader.parse(text)
            } catch {
                throw .badRequest("`\(path)` must be the text of a JSON object; it is \(error)", param: path)
            }
            guard case .object = parsed else {
                throw .badRequest(
                    "`\(path)` must be the text of a JSON object, not of \(parsed.kindName)", param: path,
                    code: "invalid_value")
            }
            return .string(text)
        case let other?:
            throw .badRequest(
                "`\(path)` must be a string; this is of type \(other.kindName)", param: path, code: "invalid_type")
        }
    }
}
