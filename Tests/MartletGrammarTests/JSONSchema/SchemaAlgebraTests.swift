import MartletJSON
import Testing

@testable import MartletGrammar

struct SchemaAlgebraTests {
    /// A few formulas that may refer to each other.
    private func formulas(seed: UInt64) -> FormulaTable {
        var random = RandomFormulas(seed: seed)
        return FormulaTable((0..<3).map { _ in random.formula(levels: 3, references: 3) })
    }

    @Test(arguments: 0..<40) func setsHoldWhatFormulasSay(block: Int) throws {
        let world = RandomFormulas.world()
        for seed in block * 25..<block * 25 + 25 {
            let table = formulas(seed: UInt64(seed + 1))
            let terms = TermArena(budget: GrammarBudget())
            let evaluation = FormulaEvaluation(table: table, terms: terms)
            let algebra = try SchemaAlgebra(table: table, terms: terms)
            for index in table.formulas.indices {
                let schema = SchemaID(index: Int32(index))
                for negated in [false, true] {
                    let set = algebra.set(of: schema, negated: negated)
                    guard let isInhabited = try unlessRefused({ try algebra.isInhabited(set) }) else { continue }
                    for value in world {
                        let holds = try evaluation.holds(table.formulas[index], value) != negated
                        let isMember = try algebra.contains(set, value)
                        #expect(isMember == holds, "\(seed) \(table.formulas[index]) negated: \(negated) of \(value)")
                        if holds, !isInhabited {
                            Issue.record("\(seed) \(table.formulas[index]) negated: \(negated) has \(value)")
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: 0..<20) func rulesAcceptExactlyTheValidTexts(block: Int) throws {
        let world = RandomFormulas.world()
        for seed in block * 20..<block * 20 + 20 {
            let table = formulas(seed: UInt64(seed + 5001))
            let terms = TermArena(budget: GrammarBudget())
            let evaluation = FormulaEvaluation(table: table, terms: terms)
            var options = GrammarOptions()
            options.anyPropertyOrder = true
            let rules = RuleTable(terms: terms)
            guard
                let start = try unlessRefused({
                    try SchemaRules(table, options: options, in: rules).grammar(of: SchemaID(index: 0))
                })
            else { continue }
            for value in world {
                guard let isAccepted = try unlessRefused({ try RuleWalker.accepts(value.text, rules, from: start) })
                else { break }
                let holds = try evaluation.holds(table.formulas[0], value)
                #expect(isAccepted == holds, "\(seed) \(table.formulas[0]) of \(value.text)")
            }
        }
    }

    /// Nil where it is said to be beyond what is done exactly, or where there are no values.
    private func unlessRefused<Result>(_ body: () throws -> Result) throws -> Result? {
        do { return try body() } catch {
            guard let refusal = error as? GrammarError, refusal.reason != .invalid else { throw error }
            return nil
        }
    }

    /// Whatever has been written, there is a way to finish, and what is finished is valid.
    @Test(arguments: 0..<20) func randomWalksEndInValidTexts(block: Int) throws {
        for seed in block * 15..<block * 15 + 15 {
            let table = formulas(seed: UInt64(seed + 9001))
            let terms = TermArena(budget: GrammarBudget())
            let evaluation = FormulaEvaluation(table: table, terms: terms)
            var random = RandomFormulas(seed: UInt64(seed))
            let rules = RuleTable(terms: terms)
            let start = try unlessRefused {
                try SchemaRules(table, options: GrammarOptions(), in: rules).grammar(of: SchemaID(index: 0))
            }
            guard let start else { continue }
            for _ in 0..<6 {
                terms.budget.restart()
                guard let text = try unlessRefused({ try walk(rules, from: start, &random) }), let text else {
                    continue
                }
                let value = try #require(CapturedValue.last(of: Array(text.utf8)[...]))
                #expect(try evaluation.holds(table.formulas[0], value), "\(seed) \(table.formulas[0]) wrote \(text)")
            }
        }
    }

    /// A text written by random choices; nil where it does not come to an end in time.
    private func walk(
        _ rules: RuleTable, from start: Nonterminal, _ random: inout RandomFormulas
    ) throws -> String? {
        var text = ""
        var stack: [Symbol] = [.nonterminal(start)]
        var steps = 0
        while let top = stack.popLast() {
            steps += 1
            if steps > 400 { return nil }
            switch top {
            case .lexeme(let term), .tag(let term):
                let choices = try rules.terms.texts(of: term, atMost: 40)
                if let choices { try #require(!choices.isEmpty, "an empty lexeme after \(text)") }
                let example = try #require(try rules.terms.example(of: term), "an empty lexeme after \(text)")
                text += choices.map { random.pick($0) } ?? example
            case .nonterminal(let nonterminal):
                let productions = try rules.productions(of: nonterminal)
                try #require(!productions.isEmpty, "a dead end after \(text)")
                // Later, the shortest way out.
                let production = steps > 150 ? productions.min { $0.count < $1.count } : random.pick(productions)
                stack += (production ?? []).reversed()
            case .capture(let capture):
                stack.append(.nonterminal(try rules.resolve(capture, after: Array(text.utf8)[...])))
            }
        }
        return text
    }
}

extension ConstantValue {
    /// As JSON spells it.
    fileprivate var text: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .number(let number): number.description
        case .string(let text): JSONWriter.string(.string(text.text))
        case .array(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { JSONWriter.string(.string($0.name.text)) + ":" + $0.value.text }.joined(separator: ",")
                + "}"
        }
    }
}
