import MartletJSON

/// Enums whose cases can be listed.
enum EnumSchema {
    /// The raw values of an enum; nil for other types.
    ///
    /// **Throws** `underivable` where a raw value does not decode, because the enum has its own `init(from:)`.
    static func derived(_ type: any Decodable.Type) throws(GenerableError) -> SchemaDerivation.Derived? {
        guard let listed = type as? any (CaseIterable & RawRepresentable & Decodable).Type else { return nil }
        return try derived(cases: listed)
    }

    private static func derived<T: CaseIterable & RawRepresentable & Decodable>(
        cases type: T.Type
    ) throws(GenerableError) -> SchemaDerivation.Derived? {
        guard let first = T.allCases.first, isEnum(first) else { return nil }
        var values: [JSONValue] = []
        for each in T.allCases {
            guard let value = json(each.rawValue), (try? JSONValueDecoder.decode(T.self, from: value)) != nil else {
                throw .underivable(
                    type, [], "it does not decode the raw value of \(each); give it a jsonSchema")
            }
            values.append(value)
        }
        let kind: JSONValue = values[0].stringValue != nil ? "string" : values[0].intValue != nil ? "integer" : "number"
        return .init(schema: ["type": kind, "enum": .array(values)], sample: values[0])
    }

    /// Whether a value is of an enum that can be told from outside.
    static func isEnum(_ value: Any) -> Bool { Mirror(reflecting: value).displayStyle == .enum }

    private static func json(_ rawValue: Any) -> JSONValue? {
        switch rawValue {
        case let text as String: .string(text)
        case let text as Character: .string(String(text))
        case let number as any (FixedWidthInteger & SchemaPrimitive): integer(number)
        case let number as Double: .double(number)
        case let number as Float: .double(Double(number))
        default: nil
        }
    }

    private static func integer<I: FixedWidthInteger & SchemaPrimitive>(_ value: I) -> JSONValue { I.json(value) }
}
