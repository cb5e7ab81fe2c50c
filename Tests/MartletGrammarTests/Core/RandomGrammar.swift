@testable import MartletGrammar

/// A small random grammar that keeps what `RuleTable` asks for: productive, no left recursion.
struct RandomGrammar: Sendable {
    enum Piece: Sendable {
        case lexeme(Regex)
        case tag(Regex)
        case rule(Int)
        /// A word of a and b that is not in the text yet.
        case newWord(standIn: Bool)
        /// The first rule after an even number of bytes, else the second.
        case parity(Int, Int)
    }

    private(set) var rules: [[[Piece]]] = []

    static let letters: [Unicode.Scalar] = ["a", "b", "c", "\"", "\\", ",", "é", "€", "😀"]

    init(_ random: inout SeededGenerator) {
        let count = 2 + random.below(5)
        for rule in 0..<count {
            var productions: [[Piece]] = []
            for index in 0...random.below(3) {
                productions.append(Self.production(of: rule, outOf: count, isLast: index == 0, &random))
            }
            if random.chance(20) { productions.append([]) }
            rules.append(productions)
        }
    }

    private static func production(
        of rule: Int, outOf count: Int, isLast: Bool, _ random: inout SeededGenerator
    ) -> [Piece] {
        var pieces: [Piece] = []
        var mayRecur = false
        for _ in 0...random.below(3) {
            let choice = random.below(100)
            let lowest = mayRecur && !isLast ? 0 : rule + 1
            if choice < 40, lowest < count {
                pieces.append(.rule(lowest + random.below(count - lowest)))
            } else if choice < 46, lowest < count {
                pieces.append(.parity(lowest + random.below(count - lowest), lowest + random.below(count - lowest)))
            } else if choice < 56 {
                pieces.append(.newWord(standIn: random.chance(70)))
                mayRecur = true
            } else if choice < 64 {
                pieces.append(.tag(literal(&random)))
                mayRecur = true
            } else if choice < 80 {
                pieces.append(.lexeme(literal(&random)))
                mayRecur = true
            } else {
                pieces.append(.lexeme(regex(2, &random)))
            }
        }
        return pieces
    }

    private static func literal(_ random: inout SeededGenerator) -> Regex {
        var text = ""
        for _ in 0...random.below(3) { text.unicodeScalars.append(random.pick(letters)) }
        return .literal(text)
    }

    static func regex(_ depth: Int, _ random: inout SeededGenerator) -> Regex {
        if depth == 0 || random.chance(25) {
            return switch random.below(4) {
            case 0: .anyScalar
            case 1: .scalars(ScalarSet(random.pick(letters)).complement)
            default: .scalars(ScalarSet(random.pick(letters)).union(ScalarSet(random.pick(letters))))
            }
        }
        let atLeast = random.below(3)
        return switch random.below(9) {
        case 0: .union([regex(depth - 1, &random), regex(depth - 1, &random)])
        case 1: .intersection([regex(depth - 1, &random), regex(depth - 1, &random)])
        case 2: .complement(regex(depth - 1, &random))
        case 3, 4: .repeated(regex(depth - 1, &random), atLeast: atLeast, atMost: nil)
        case 5: .repeated(regex(depth - 1, &random), atLeast: atLeast, atMost: atLeast + random.below(4))
        case 6: .jsonString(.repeated(regex(depth - 1, &random), atLeast: atLeast, atMost: nil))
        default: .sequence([regex(depth - 1, &random), regex(depth - 1, &random)])
        }
    }

    /// The rules in an arena. A lexeme that allows no text becomes `a`.
    func ruleGrammar(_ budget: GrammarBudget) throws(GrammarError) -> RuleGrammar {
        let table = RuleTable(terms: TermArena(budget: budget))
        let terms = table.terms
        let nonterminals = rules.map { _ in table.declare() }
        for (rule, productions) in rules.enumerated() {
            var made: [[Symbol]] = []
            for production in productions {
                var symbols: [Symbol] = []
                for piece in production {
                    switch piece {
                    case .lexeme(let regex):
                        var term = try terms.intern(regex)
                        if try terms.isEmpty(term) { term = try terms.intern(.literal("a")) }
                        symbols.append(.lexeme(term))
                    case .tag(let regex): symbols.append(.tag(try terms.intern(regex)))
                    case .rule(let index): symbols.append(.nonterminal(nonterminals[index]))
                    case .newWord(let standIn): symbols.append(try Self.newWord(table, standIn: standIn))
                    case .parity(let even, let odd):
                        symbols.append(
                            table.capture { (text) throws(GrammarError) in
                                nonterminals[text.count % 2 == 0 ? even : odd]
                            })
                    }
                }
                made.append(symbols)
            }
            table.define(nonterminals[rule], made)
        }
        return RuleGrammar(rules: table, start: nonterminals[0])
    }

    private static func newWord(_ table: RuleTable, standIn: Bool) throws(GrammarError) -> Symbol {
        let terms = table.terms
        let letter = Regex.scalars(ScalarSet(anyOf: "ab"))
        let word = Regex.sequence([letter, .repeated(letter, atLeast: 0, atMost: nil)])
        let stop = Symbol.lexeme(try terms.intern(.literal(",")))
        let any = table.declare()
        table.define(any, [[.lexeme(try terms.intern(word)), .checkpoint, stop]])
        return table.capture(standIn: standIn ? any : nil) { (text) throws(GrammarError) in
            let words = text.split { $0 != UInt8(ascii: "a") && $0 != UInt8(ascii: "b") }
            let seen = words.map { Regex.literal(String(decoding: $0, as: UTF8.self)) }
            let fresh = table.declare()
            let lexeme = try terms.intern(.intersection([word, .complement(.union(seen))]))
            table.define(fresh, [[.lexeme(lexeme), stop]])
            return fresh
        }
    }
}
