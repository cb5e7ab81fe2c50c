import MartletJSON

@testable import MartletGrammar

/// The slow, obviously right judge: what a formula says of a value.
struct SchemaValidator {
    let table: any SchemaTable

    func isValid(_ value: JSONValue, _ schema: SchemaID) throws -> Bool {
        try holds(table.formula(of: schema), value)
    }

    func holds(_ formula: Formula, _ value: JSONValue) throws -> Bool {
        switch formula {
        case .always: true
        case .never: false
        case .all(let parts): try parts.allSatisfy { try holds($0, value) }
        case .any(let parts): try parts.contains { try holds($0, value) }
        case .exactlyOne(let parts): try parts.filter { try holds($0, value) }.count == 1
        case .not(let part): try !holds(part, value)
        case .reference(let schema): try isValid(value, schema)
        case .assertion(let assertion): try holds(assertion, value)
        }
    }

    private func holds(_ assertion: Assertion, _ value: JSONValue) throws -> Bool {
        switch (assertion, value) {
        case (.type(let types), _): return types.contains(Self.type(of: value))
        case (.constant(let other), _): return Self.areEqual(value, other)
        case (.atLeast, _), (.atMost, _), (.multipleOf, _), (.writtenAsInteger, _):
            guard let number = Decimal(value) else { return true }
            return holds(assertion, number, value)
        case (.matches(let regex), .string(let text)): return PlainRegexMatcher.contains(regex, text)
        case (.length(let least, let most), .string(let text)):
            return (least...(most ?? .max)).contains(text.unicodeScalars.count)
        case (.item(let index, let item), .array(let items)):
            return try index >= items.count || holds(item, items[index])
        case (.items(let from, let item), .array(let items)):
            return try items.dropFirst(from).allSatisfy { try holds(item, $0) }
        case (.contains(let item, let least, let most), .array(let items)):
            let count = try items.filter { try holds(item, $0) }.count
            return count >= least && count <= most ?? .max
        case (.itemCount(let least, let most), .array(let items)):
            return items.count >= least && items.count <= most ?? .max
        case (.uniqueItems, .array(let items)):
            return items.indices.allSatisfy { last in !items[..<last].contains { Self.areEqual($0, items[last]) } }
        case (.required(let name), .object(let members)): return members[name] != nil
        case (.property(let name, let property), .object(let members)):
            return try members[name].map { try holds(property, $0) } ?? true
        case (.properties(let names, let property), .object(let members)):
            return try members.allSatisfy {
                try !PlainRegexMatcher.contains(names, $0.key) || holds(property, $0.value)
            }
        case (.propertyNames(let name), .object(let members)):
            return try members.keys.allSatisfy { try holds(name, .string($0)) }
        case (.propertyCount(let least, let most), .object(let members)):
            return members.count >= least && members.count <= most ?? .max
        default: return true
        }
    }

    private func holds(_ assertion: Assertion, _ number: Decimal, _ value: JSONValue) -> Bool {
        switch assertion {
        case .atLeast(let bound, let isExclusive):
            let order = Self.order(number, bound)
            return isExclusive ? order > 0 : order >= 0
        case .atMost(let bound, let isExclusive):
            let order = Self.order(number, bound)
            return isExclusive ? order < 0 : order <= 0
        case .multipleOf(let divisor): return Self.isMultiple(number, of: divisor)
        case .writtenAsInteger:
            if case .double = value { return false }
            return true
        default: return true
        }
    }

    static func type(of value: JSONValue) -> JSONTypes {
        switch value {
        case .null: .null
        case .bool: .boolean
        case .integer, .longInteger, .double: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    static func areEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.allSatisfy { key, value in right[key].map { areEqual(value, $0) } ?? false }
        default:
            if let left = Decimal(left), let right = Decimal(right) { return left == right }
            return left == right
        }
    }

    /// Schoolbook comparison: both as whole numbers of the smaller unit.
    static func order(_ left: Decimal, _ right: Decimal) -> Int {
        if left.isNegative != right.isNegative { return left.isNegative ? -1 : 1 }
        let unit = min(left.exponent, right.exponent)
        let (a, b) = (wholeDigits(left, unit), wholeDigits(right, unit))
        let order: Int
        if a.count != b.count {
            order = a.count < b.count ? -1 : 1
        } else {
            order = a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
        }
        return left.isNegative ? -order : order
    }

    /// Long division.
    static func isMultiple(_ number: Decimal, of divisor: Decimal) -> Bool {
        let unit = min(number.exponent, divisor.exponent)
        let digits = wholeDigits(number, unit)
        let divisor = wholeDigits(divisor, unit)
        var rest: [UInt8] = []
        for digit in digits {
            if !rest.isEmpty || digit != 0 { rest.append(digit) }
            while let less = subtract(rest, divisor) { rest = less }
        }
        return rest.isEmpty
    }

    /// `left - right` without leading zeros; nil where it is negative.
    private static func subtract(_ left: [UInt8], _ right: [UInt8]) -> [UInt8]? {
        if left.count < right.count || (left.count == right.count && left.lexicographicallyPrecedes(right)) {
            return nil
        }
        var result = left
        var borrow: UInt8 = 0
        for place in 0..<left.count {
            let index = left.count - 1 - place
            let taken = (place < right.count ? right[right.count - 1 - place] : 0) + borrow
            borrow = result[index] < taken ? 1 : 0
            result[index] = result[index] + 10 * borrow - taken
        }
        return Array(result.drop { $0 == 0 })
    }

    private static func wholeDigits(_ number: Decimal, _ unit: Int) -> [UInt8] {
        number.digits.isEmpty ? [] : number.digits + Array(repeating: 0, count: number.exponent - unit)
    }
}
