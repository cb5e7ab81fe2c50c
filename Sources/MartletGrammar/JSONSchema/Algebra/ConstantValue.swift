import MartletJSON

/// A JSON value as JSON Schema compares them: numbers by value, whatever their spelling, objects in any order.
indirect enum ConstantValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case number(Decimal)
    case string(PropertyName)
    case array([ConstantValue])
    /// Members in the order of their names.
    case object([Member])

    struct Member: Hashable, Sendable {
        var name: PropertyName
        var value: ConstantValue
    }

    /// The value of a parsed JSON text.
    init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .boolean(value)
        case .string(let text): self = .string(PropertyName(text))
        case .array(let items): self = .array(items.map { ConstantValue($0) })
        case .object(let object):
            self = .object(members: object.map { Member(name: PropertyName($0.key), value: ConstantValue($0.value)) })
        default: self = Decimal(value).map { .number($0) } ?? .null
        }
    }

    /// An object of these members, in any order.
    static func object(members: [Member]) -> ConstantValue { .object(members.sorted { $0.name < $1.name }) }

    /// The member called `name`, if this is an object that has one.
    func member(_ name: PropertyName) -> ConstantValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// Members or items; zero for scalars.
    var count: Int {
        switch self {
        case .array(let items): items.count
        case .object(let members): members.count
        default: 0
        }
    }
}
