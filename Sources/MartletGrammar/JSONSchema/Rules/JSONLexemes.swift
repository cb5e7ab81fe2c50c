/// The lexemes of JSON texts. White space is part of the lexeme after it, so that each lexeme but a number says itself
/// where it ends.
struct JSONLexemes {
    private let terms: TermArena
    private let space: Term
    private let separator: Term
    private let colon: Term
    /// White space and a colon.
    let afterName: Symbol
    let comma: Symbol
    let openArray: Symbol
    let closeArray: Symbol
    let openObject: Symbol
    let closeObject: Symbol
    let openArrayAtStart: Symbol
    let openObjectAtStart: Symbol

    init(terms: TermArena, whitespace: Regex) throws(GrammarError) {
        func spaced(_ text: String) throws(GrammarError) -> Term {
            try terms.intern(.sequence([whitespace, .literal(text)]))
        }
        self.terms = terms
        space = try terms.intern(whitespace)
        separator = try terms.intern(.sequence([whitespace, .literal(","), whitespace]))
        colon = try spaced(":")
        afterName = .lexeme(colon)
        comma = .lexeme(try spaced(","))
        openArray = .lexeme(try spaced("["))
        closeArray = .lexeme(try spaced("]"))
        openObject = .lexeme(try spaced("{"))
        closeObject = .lexeme(try spaced("}"))
        openArrayAtStart = .lexeme(try terms.intern(.literal("[")))
        openObjectAtStart = .lexeme(try terms.intern(.literal("{")))
    }

    /// A term of a value, at the start of the text or after white space.
    func value(_ term: Term, isStart: Bool) throws(GrammarError) -> Symbol {
        .lexeme(isStart ? term : try terms.sequence([space, term]))
    }

    /// A member's name and the colon, with the comma before it if it is not the first.
    func name(_ name: PropertyName, isFirst: Bool) throws(GrammarError) -> Symbol {
        let string = try terms.jsonString(try terms.intern(.literal(name.text)))
        return .lexeme(try terms.sequence([isFirst ? space : separator, string, colon]))
    }

    /// A name of the language, with the comma before it if it is not the first, without the colon.
    func name(of names: Term, isFirst: Bool) throws(GrammarError) -> Symbol {
        .lexeme(try terms.sequence([isFirst ? space : separator, try terms.jsonString(names)]))
    }
}
