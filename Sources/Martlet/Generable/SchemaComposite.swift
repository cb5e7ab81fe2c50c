import MartletJSON

/// A type made of values of another.
protocol SchemaComposite: Decodable {
    /// How it is decoded, given how the type within is.
    static func derived(_ attempt: ProbeAttempt, _ part: SchemaDerivation.Part) throws(GenerableError)
        -> SchemaDerivation.Derived
}

extension Optional: SchemaComposite where Wrapped: Decodable {
    static func derived(
        _ attempt: ProbeAttempt, _ part: SchemaDerivation.Part
    ) throws(GenerableError) -> SchemaDerivation.Derived {
        let wrapped = try part(Wrapped.self)
        return .init(schema: wrapped.schema.orNull, sample: attempt.hasOptionals ? wrapped.sample ?? .null : .null)
    }
}

extension SchemaComposite where Self: Collection, Element: Decodable {
    /// With a single element, or none where there is no value of it yet.
    static func derived(
        _ attempt: ProbeAttempt, _ part: SchemaDerivation.Part
    ) throws(GenerableError) -> SchemaDerivation.Derived {
        let element = try part(Element.self)
        return .init(
            schema: ["type": "array", "items": element.schema], sample: .array(element.sample.map { [$0] } ?? []))
    }
}

extension Array: SchemaComposite where Element: Decodable {}
extension ContiguousArray: SchemaComposite where Element: Decodable {}

extension Set: SchemaComposite where Element: Decodable {
    static func derived(
        _ attempt: ProbeAttempt, _ part: SchemaDerivation.Part
    ) throws(GenerableError) -> SchemaDerivation.Derived {
        let array = try [Element].derived(attempt, part)
        return .init(schema: array.schema.adding(["uniqueItems": true]), sample: array.sample)
    }
}

extension Dictionary: SchemaComposite where Key: Decodable, Value: Decodable {
    static func derived(
        _ attempt: ProbeAttempt, _ part: SchemaDerivation.Part
    ) throws(GenerableError) -> SchemaDerivation.Derived {
        guard Key.self == String.self else {
            throw .underivable(Self.self, [], "keys of JSON objects are texts; use [String: \(Value.self)]")
        }
        let value = try part(Value.self)
        var sample = JSONObject()
        sample["a"] = value.sample
        return .init(schema: ["type": "object", "additionalProperties": value.schema], sample: .object(sample))
    }
}

extension JSONValue {
    /// The schema that takes null as well.
    var orNull: JSONValue { ["anyOf": [self, ["type": "null"]]] }

    /// The schema with more keywords; they take the place of equal ones.
    func adding(_ keywords: JSONValue?) -> JSONValue {
        guard case .object(var object) = self, case .object(let keywords)? = keywords else { return self }
        for (key, value) in keywords { object[key] = value }
        return .object(object)
    }
}
