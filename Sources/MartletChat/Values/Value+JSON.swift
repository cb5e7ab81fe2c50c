import MartletJSON

extension Value {
    /// The value that Python's `json.loads` would give.
    init(_ json: JSONValue) {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(Int(value))
        case .longInteger(let digits): self = BigInteger(digits, radix: 10).map { .bigInteger($0) } ?? .none
        case .double(let value): self = .float(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .list(ListValue(elements.map { Value($0) }))
        case .object(let object): self = .dict(DictValue(unique: object.map { (.string($0.key), Value($0.value)) }))
        }
    }

    init(_ literal: Literal) {
        switch literal {
        case .none: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .bigInteger(let value): self = .bigInteger(value)
        case .float(let value): self = .float(value)
        case .string(let value): self = .string(value)
        }
    }
}
