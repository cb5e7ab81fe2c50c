/// A place in the source of a grammar, counted from 1; columns count scalars.
struct SourcePlace: Hashable, Sendable, CustomStringConvertible {
    var line: Int
    var column: Int

    var description: String { "line \(line), column \(column)" }
}

/// What part of a rule matches, in the terms all grammar languages share.
indirect enum SyntaxExpression: Hashable, Sendable {
    /// Any text of a regular language.
    case regular(Regex)
    /// A symbol of the rule table that the text goes into: never empty, never leading back into these rules.
    case symbol(Symbol)
    /// This text, or a special token that spells it or parts of it. Not empty.
    case mark(String)
    /// The rule of this number.
    case rule(Int)
    case sequence([SyntaxExpression])
    case choice([SyntaxExpression])
    /// `atMost` nil: no bound.
    case repeated(SyntaxExpression, atLeast: Int, atMost: Int?)

    /// The language of an expression without rules and marks, nil for any other.
    var regex: Regex? {
        switch self {
        case .regular(let regex): return regex
        case .symbol, .mark, .rule: return nil
        case .sequence(let parts):
            let regexes = parts.compactMap(\.regex)
            return regexes.count == parts.count ? .sequence(regexes) : nil
        case .choice(let parts):
            let regexes = parts.compactMap(\.regex)
            return regexes.count == parts.count ? .union(regexes) : nil
        case .repeated(let part, let atLeast, let atMost):
            return part.regex.map { .repeated($0, atLeast: atLeast, atMost: atMost) }
        }
    }

    static let empty = SyntaxExpression.regular(.empty)

    static func optional(_ expression: SyntaxExpression) -> SyntaxExpression {
        .repeated(expression, atLeast: 0, atMost: 1)
    }

    static func star(_ expression: SyntaxExpression) -> SyntaxExpression {
        .repeated(expression, atLeast: 0, atMost: nil)
    }
}

/// Rules as a grammar language writes them: they may recur in any way, on the left too, and need not lead anywhere.
/// `RuleGrammar.init(_:in:)` makes them ready to run.
struct SyntaxGrammar: Sendable {
    struct Rule: Sendable {
        /// As the grammar spells it, for messages.
        var name: String
        var expression: SyntaxExpression
    }

    var rules: [Rule] = []
    var root: SyntaxExpression = .empty

    /// Adds a rule and gives its number.
    mutating func add(_ name: String, _ expression: SyntaxExpression) -> Int {
        rules.append(Rule(name: name, expression: expression))
        return rules.count - 1
    }
}
