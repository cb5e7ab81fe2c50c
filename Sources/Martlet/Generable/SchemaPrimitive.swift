import MartletJSON

/// A type that decodes one JSON value as it is.
protocol SchemaPrimitive: Decodable {
    /// The schema of the values it decodes.
    static var primitiveSchema: JSONValue { get }
    /// A value to probe with.
    static func sample(_ attempt: ProbeAttempt) -> JSONValue
    /// The value, if it is one of the type.
    init?(primitive value: JSONValue)
}

extension Bool: SchemaPrimitive {
    static var primitiveSchema: JSONValue { ["type": "boolean"] }
    static func sample(_ attempt: ProbeAttempt) -> JSONValue { .bool(attempt.flag) }
    init?(primitive value: JSONValue) {
        guard let flag = value.boolValue else { return nil }
        self = flag
    }
}

extension String: SchemaPrimitive {
    static var primitiveSchema: JSONValue { ["type": "string"] }
    static func sample(_ attempt: ProbeAttempt) -> JSONValue { .string(attempt.text) }
    init?(primitive value: JSONValue) {
        guard let text = value.stringValue else { return nil }
        self = text
    }
}

extension SchemaPrimitive where Self: FixedWidthInteger {
    static var primitiveSchema: JSONValue { ["type": "integer", "minimum": json(.min), "maximum": json(.max)] }
    static func sample(_ attempt: ProbeAttempt) -> JSONValue { .integer(attempt.nextNumber()) }
    init?(primitive value: JSONValue) {
        switch value {
        case .integer(let value): self.init(exactly: value)
        case .longInteger(let digits): self.init(digits)
        case .double(let value): self.init(exactly: value)
        default: return nil
        }
    }

    static func json(_ value: Self) -> JSONValue {
        Int64(exactly: value).map { .integer($0) } ?? .longInteger(value.description)
    }
}

extension Int: SchemaPrimitive {}
extension Int8: SchemaPrimitive {}
extension Int16: SchemaPrimitive {}
extension Int32: SchemaPrimitive {}
extension Int64: SchemaPrimitive {}
extension Int128: SchemaPrimitive {}
extension UInt: SchemaPrimitive {}
extension UInt8: SchemaPrimitive {}
extension UInt16: SchemaPrimitive {}
extension UInt32: SchemaPrimitive {}
extension UInt64: SchemaPrimitive {}
extension UInt128: SchemaPrimitive {}

extension SchemaPrimitive where Self: BinaryFloatingPoint & LosslessStringConvertible {
    /// Bounded, because a number beyond could not be decoded.
    static var primitiveSchema: JSONValue {
        let limit = Double(Self.greatestFiniteMagnitude)
        return ["type": "number", "minimum": .double(-limit), "maximum": .double(limit)]
    }
    static func sample(_ attempt: ProbeAttempt) -> JSONValue { .integer(attempt.nextNumber()) }
    init?(primitive value: JSONValue) {
        let number: Self? =
            switch value {
            case .integer(let value): Self(value)
            case .longInteger(let digits): Self(digits)
            case .double(let value): Self(value)
            default: nil
            }
        guard let number, number.isFinite else { return nil }
        self = number
    }
}

extension Double: SchemaPrimitive {}
extension Float: SchemaPrimitive {}
