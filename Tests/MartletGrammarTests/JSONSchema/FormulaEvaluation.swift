@testable import MartletGrammar

/// Formulas kept in a list.
final class FormulaTable: SchemaTable {
    var formulas: [Formula]

    init(_ formulas: [Formula]) { self.formulas = formulas }

    func formula(of schema: SchemaID) throws(GrammarError) -> Formula { formulas[Int(schema.index)] }

    func pointer(of schema: SchemaID) -> String { "/\(schema.index)" }
}

/// Decides formulas by looking at the value: what the algebra must agree with.
struct FormulaEvaluation {
    let table: FormulaTable
    let terms: TermArena

    func holds(_ formula: Formula, _ value: ConstantValue) throws(GrammarError) -> Bool {
        switch formula {
        case .always: return true
        case .never: return false
        case .not(let operand): return try !holds(operand, value)
        case .reference(let schema): return try holds(table.formula(of: schema), value)
        case .assertion(let assertion): return try holds(assertion, value)
        case .all(let operands): return try count(operands, value) == operands.count
        case .any(let operands): return try count(operands, value) > 0
        case .exactlyOne(let operands): return try count(operands, value) == 1
        }
    }

    private func count(_ operands: [Formula], _ value: ConstantValue) throws(GrammarError) -> Int {
        var count = 0
        for operand in operands where try holds(operand, value) { count += 1 }
        return count
    }

    private func type(of value: ConstantValue) -> JSONTypes {
        switch value {
        case .null: .null
        case .boolean: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    private func holds(_ assertion: Assertion, _ value: ConstantValue) throws(GrammarError) -> Bool {
        switch (assertion, value) {
        case (.type(let types), _): return types.contains(type(of: value))
        case (.constant(let constant), _): return ConstantValue(constant) == value
        case (.atLeast(let bound, let exclusive), .number(let number)):
            return number > bound || !exclusive && number == bound
        case (.atMost(let bound, let exclusive), .number(let number)):
            return number < bound || !exclusive && number == bound
        case (.multipleOf(let divisor), .number(let number)): return number.isMultiple(of: divisor)
        case (.matches(let regex), .string(let text)): return try terms.contains(terms.intern(regex), text.text)
        case (.length(let atLeast, let atMost), .string(let text)):
            let count = text.text.unicodeScalars.count
            return count >= atLeast && count <= atMost ?? .max
        case (.item(let index, let formula), .array(let items)):
            return try index >= items.count ? true : holds(formula, items[index])
        case (.items(let from, let formula), .array(let items)):
            for item in items.dropFirst(from) where try !holds(formula, item) { return false }
            return true
        case (.contains(let formula, let atLeast, let atMost), .array(let items)):
            var count = 0
            for item in items where try holds(formula, item) { count += 1 }
            return count >= atLeast && count <= atMost ?? .max
        case (.itemCount(let atLeast, let atMost), .array(let items)):
            return items.count >= atLeast && items.count <= atMost ?? .max
        case (.uniqueItems, .array(let items)): return Set(items).count == items.count
        case (.required(let name), .object): return value.member(PropertyName(name)) != nil
        case (.property(let name, let formula), .object):
            guard let member = value.member(PropertyName(name)) else { return true }
            return try holds(formula, member)
        case (.properties(let names, let formula), .object(let members)):
            for member in members where try terms.contains(terms.intern(names), member.name.text) {
                if try !holds(formula, member.value) { return false }
            }
            return true
        case (.propertyNames(let formula), .object(let members)):
            for member in members where try !holds(formula, .string(member.name)) { return false }
            return true
        case (.propertyCount(let atLeast, let atMost), .object(let members)):
            return members.count >= atLeast && members.count <= atMost ?? .max
        default: return true
        }
    }
}
