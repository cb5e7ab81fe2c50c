import MartletJSON

@testable import MartletGrammar

/// Random formulas over a small world of values.
struct RandomFormulas {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func number(below limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % limit
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[number(below: choices.count)] }

    private static let names = ["a", "b", "c"]

    /// Values that the assertions of the formulas tell apart.
    static func world() -> [ConstantValue] {
        let scalars: [ConstantValue] =
            [.null, .boolean(true), .boolean(false)]
            + [-1, 0, 1, 2, 3].map { .number(Decimal($0)) }
            + ["", "a", "ab", "b", "ba"].map { .string(PropertyName($0)) }
        let some: [ConstantValue] = [
            .null, .boolean(true), .number(Decimal(1)), .number(Decimal(2)), .string(PropertyName("a")),
        ]
        var world = scalars + [.array([]), .object([])]
        for first in some {
            world.append(.array([first]))
            world.append(.object(members: [.init(name: PropertyName("a"), value: first)]))
            world.append(.object(members: [.init(name: PropertyName("d"), value: first)]))
            for second in some {
                world.append(.array([first, second]))
                world.append(
                    .object(members: [
                        .init(name: PropertyName("a"), value: first), .init(name: PropertyName("b"), value: second),
                    ]))
                for third in some.prefix(3) { world.append(.array([first, second, third])) }
            }
        }
        for second in some {
            world.append(
                .object(members: [
                    .init(name: PropertyName("b"), value: second), .init(name: PropertyName("c"), value: .null),
                    .init(name: PropertyName("ab"), value: .number(Decimal(1))),
                ]))
            world.append(.object(members: [.init(name: PropertyName("a"), value: .array([second]))]))
            world.append(
                .object(members: [
                    .init(
                        name: PropertyName("c"),
                        value: .object(members: [.init(name: PropertyName("a"), value: second)]))
                ]))
        }
        return world
    }

    mutating func regex() -> Regex {
        pick([
            .literal("a"), .union([.literal("a"), .literal("ab")]), .sequence([.literal("a"), .anything]),
            .complement(.union([.literal("a"), .literal("b")])), .sequence([.anything, .literal("b"), .anything]),
            .complement(.union([.literal("c"), .sequence([.literal("a"), .anything])])),
        ])
    }

    mutating func constant() -> JSONValue {
        var object = JSONObject()
        object["a"] = 1
        return pick([
            .null, true, false, 0, 1, 2, "a", "ab", .array([]), .array([1]), .array([.null, true]),
            .object(JSONObject()),
            .object(object),
        ])
    }

    mutating func formula(levels: Int, references: Int) -> Formula {
        guard levels > 0, number(below: 7) > 0 else {
            return .assertion(assertion(levels: levels, references: references))
        }
        switch number(below: 8) {
        case 0, 1: return .all(operands(levels, references))
        case 2, 3: return .any(operands(levels, references))
        case 4: return .exactlyOne(operands(levels, references))
        case 5: return .not(formula(levels: levels - 1, references: references))
        default: return .assertion(assertion(levels: levels, references: references))
        }
    }

    private mutating func operands(_ levels: Int, _ references: Int) -> [Formula] {
        (0..<2 + number(below: 2)).map { _ in formula(levels: levels - 1, references: references) }
    }

    /// Inside arrays and objects formulas may recur.
    private mutating func inner(_ levels: Int, _ references: Int) -> Formula {
        if references > 0, number(below: 4) == 0 {
            return .reference(SchemaID(index: Int32(number(below: references))))
        }
        return pick([.always, .never, formula(levels: max(0, levels - 1), references: references)])
    }

    private mutating func assertion(levels: Int, references: Int) -> Assertion {
        switch number(below: levels > 0 ? 19 : 10) {
        case 0, 1: return .type(JSONTypes(rawValue: UInt8(1 + number(below: 63))))
        case 2: return .constant(constant())
        case 3: return .atLeast(Decimal(number(below: 3)), exclusive: number(below: 2) == 0)
        case 4: return .atMost(Decimal(number(below: 3)), exclusive: number(below: 2) == 0)
        case 5: return .multipleOf(Decimal(1 + number(below: 2)))
        case 6: return .matches(regex())
        case 7: return .length(atLeast: number(below: 2), atMost: pick([nil, 1, 2]))
        case 8: return .uniqueItems
        case 9: return .required(pick(Self.names))
        case 10: return .item(index: number(below: 2), inner(levels, references))
        case 11: return .items(from: number(below: 2), inner(levels, references))
        case 12: return .contains(inner(levels, references), atLeast: number(below: 3), atMost: pick([nil, 0, 1, 2]))
        case 13: return .itemCount(atLeast: number(below: 3), atMost: pick([nil, 1, 2]))
        case 14, 15: return .property(pick(Self.names), inner(levels, references))
        case 16: return .properties(named: regex(), inner(levels, references))
        case 17: return .propertyNames(formula(levels: 0, references: 0))
        default: return .propertyCount(atLeast: number(below: 3), atMost: pick([nil, 1, 2]))
        }
    }
}
