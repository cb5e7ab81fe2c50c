/// Builds the syntax tree of a template by recursive descent.
///
/// **Source** jinja2 3.1 `parser.py`, with the loop control and generation tags of transformers.
struct Parser {
    private var tokens: [(token: Token, line: Int)]
    private var index = 0
    private var depth = 0
    /// The names of all variables; a `NameID` is an index here.
    private(set) var names: [String] = []
    private var idOfName: [String: NameID] = [:]
    /// How often variables are mentioned.
    private(set) var useCount = 0
    /// How many parts of the template have variables of their own; 0 is the whole.
    private(set) var frameCount = 1
    /// What the `autoescape` blocks around the current place say.
    var escaping = Escaping.off

    /// Expressions and blocks within each other.
    private static let maxDepth = 250
    /// Operators in one tag, which may all nest in the tree.
    private static let maxOperators = 1000
    private var operators = 0

    init(_ source: String) throws(ChatTemplateError) { tokens = try Lexer.tokenize(source) }

    /// The statements of the whole template.
    mutating func parse() throws(ChatTemplateError) -> [Statement] {
        let body = try statements(until: [])
        guard current == .end else { throw error("unexpected \(current.description)") }
        return body
    }

    var current: Token { tokens[index].token }
    var line: Int { tokens[index].line }
    var following: Token { tokens[min(index + 1, tokens.count - 1)].token }

    func error(_ message: String) -> ChatTemplateError { ChatTemplateError(.syntax, message, line: line) }

    mutating func advance() { index = min(index + 1, tokens.count - 1) }

    mutating func id(of name: String) -> NameID {
        if let id = idOfName[name] { return id }
        names.append(name)
        idOfName[name] = names.count - 1
        return names.count - 1
    }

    /// A new mention of a variable.
    mutating func use(_ name: NameID) -> NameUse {
        useCount += 1
        return NameUse(name: name, use: useCount - 1)
    }

    mutating func use(of name: String) -> NameUse { use(id(of: name)) }

    mutating func newFrame() -> FrameID {
        frameCount += 1
        return frameCount - 1
    }

    mutating func skip(_ symbol: Token.Symbol) -> Bool {
        guard current == .symbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard current == .name(name) else { return false }
        advance()
        return true
    }

    mutating func expect(_ token: Token) throws(ChatTemplateError) {
        guard current == token else { throw error("expected \(token.description), got \(current.description)") }
        advance()
    }

    mutating func expectName() throws(ChatTemplateError) -> String {
        guard case .name(let name) = current else { throw error("expected a name, got \(current.description)") }
        advance()
        return name
    }

    /// Runs `body` one level deeper.
    mutating func nested<R>(
        _ body: (inout Parser) throws(ChatTemplateError) -> R
    ) throws(ChatTemplateError) -> R {
        depth += 1
        guard depth <= Self.maxDepth else {
            throw ChatTemplateError(.limit, "nested deeper than \(Self.maxDepth) levels", line: line)
        }
        let result = try body(&self)
        depth -= 1
        return result
    }

    /// Counts an operator of the current tag.
    mutating func countOperator() throws(ChatTemplateError) {
        operators += 1
        guard operators <= Self.maxOperators else {
            throw ChatTemplateError(.limit, "more than \(Self.maxOperators) operators in one tag", line: line)
        }
    }

    /// Begins to count operators anew.
    mutating func beginTag() { operators = 0 }
}
