/// The right sides of rules as linked lists of symbols, each list kept once: list 0 is empty, every other is a symbol and
/// the list after it. What is left of a production is itself a list, so positions in rules need no extra name.
struct ProductionTable: ~Copyable {
    /// What a symbol is.
    enum Kind: Int32 {
        case lexeme, tag, nonterminal, capture
    }

    /// A symbol in one integer: its kind and its number in the rule table.
    struct Code: BitwiseCopyable, Equatable {
        var rawValue: Int32

        @inline(__always) var kind: Kind { Kind(rawValue: rawValue & 3) ?? .lexeme }
        /// The index of the term, nonterminal or capture.
        @inline(__always) var index: Int { Int(rawValue >> 2) }
    }

    private var symbols = GrowableBuffer<Code>()
    private var rests = GrowableBuffer<Int32>()
    private var known = IntegerMap()
    /// The lists of the productions of each nonterminal: where in `lists` they start and end; -1 before they are asked for.
    private var spans = GrowableBuffer<Pair>()
    private var lists = GrowableBuffer<Int32>()

    init() {
        symbols.append(Code(rawValue: -1))
        rests.append(0)
    }

    /// Number of lists.
    var count: Int { symbols.count }

    /// Bytes of memory held.
    var byteCount: Int {
        symbols.byteCount + rests.byteCount + known.byteCount + spans.byteCount + lists.byteCount
    }

    /// The first symbol of a list that is not empty.
    @inline(__always) func first(_ list: Int32) -> Code { symbols[Int(list)] }

    /// The list after its first symbol.
    @inline(__always) func rest(_ list: Int32) -> Int32 { rests[Int(list)] }

    /// The list of a production.
    mutating func list(_ production: [Symbol]) -> Int32 {
        var list: Int32 = 0
        for symbol in production.reversed() {
            let code =
                switch symbol {
                case .lexeme(let term): Code(rawValue: term.index << 2 | Kind.lexeme.rawValue)
                case .tag(let term): Code(rawValue: term.index << 2 | Kind.tag.rawValue)
                case .nonterminal(let nonterminal): Code(rawValue: nonterminal.index << 2 | Kind.nonterminal.rawValue)
                case .capture(let capture): Code(rawValue: capture.index << 2 | Kind.capture.rawValue)
                }
            if let same = known.find(code.rawValue, list) {
                list = same
            } else {
                symbols.append(code)
                rests.append(list)
                known.insert(code.rawValue, list, Int32(symbols.count - 1))
                list = Int32(symbols.count - 1)
            }
        }
        return list
    }

    /// Where the lists of the nonterminal's productions are in `production(at:)`.
    mutating func productions(of nonterminal: Int, rules: RuleTable) throws(GrammarError) -> Range<Int> {
        if nonterminal < spans.count, spans[nonterminal].key >= 0 { return known(nonterminal) }
        let productions = try rules.productions(of: Nonterminal(index: Int32(nonterminal)))
        try rules.terms.budget.spend(1 + productions.count)
        spans.extend(to: nonterminal + 1, with: Pair(key: -1, value: -1))
        let start = Int32(lists.count)
        for production in productions {
            let list = list(production)
            lists.append(list)
        }
        spans[nonterminal] = Pair(key: start, value: Int32(lists.count))
        return known(nonterminal)
    }

    /// As `productions(of:rules:)` for a nonterminal that has been asked for.
    @inline(__always)
    func known(_ nonterminal: Int) -> Range<Int> {
        let span = spans[nonterminal]
        return Int(span.key)..<Int(span.value)
    }

    @inline(__always) func production(at index: Int) -> Int32 { lists[index] }
}
