/// Makes lexeme masks by walking the vocabulary with the states of a lexeme.
struct LexemeMaskBuilder: ~Copyable {
    private let lexemes: LexemeAutomaton
    private let table: TokenTable
    private var inside = GrowableBuffer<Int32>()
    private var missing: Set<Int32> = []
    private var text: [UInt8] = []
    private var exits: [FlatTrie.Entry] = []
    private var counts: [(token: Int32, count: Int32)] = []
    private var closing: [CountedContent.Closing] = []

    init(_ lexemes: LexemeAutomaton, _ table: TokenTable) {
        self.lexemes = lexemes
        self.table = table
    }

    /// The mask of `state`.
    static func mask(
        of state: Int32, _ lexemes: LexemeAutomaton, _ table: TokenTable
    ) throws(GrammarError) -> LexemeMask {
        var builder = LexemeMaskBuilder(lexemes, table)
        try builder.walk(from: state)
        return builder.mask(base: nil)
    }

    /// The tokens of a string of any number of scalars of one set, `state`, which each scalar leads back to.
    static func counted(
        _ state: Int32, _ lexemes: LexemeAutomaton, _ table: TokenTable
    ) throws(GrammarError) -> CountedContent {
        var builder = LexemeMaskBuilder(lexemes, table)
        try builder.walk(from: state, counting: true)
        let (counts, closing) = (builder.counts, builder.closing)
        return CountedContent(free: builder.mask(base: nil), inside: counts, closing: closing)
    }

    /// The mask of `state` as its difference from `base`, the mask of `other`; nil where they have little in common.
    static func difference(
        of state: Int32, from base: LexemeMask, of other: Int32, _ lexemes: LexemeAutomaton, _ table: TokenTable
    ) throws(GrammarError) -> LexemeMask? {
        var builder = LexemeMaskBuilder(lexemes, table)
        guard try builder.compare(state, other) else { return nil }
        return builder.mask(base: base)
    }

    private consuming func mask(base: LexemeMask?) -> LexemeMask {
        let tokens = Array(UnsafeBufferPointer(start: inside.base, count: inside.count))
        return LexemeMask(
            base: base, inside: TokenSet(tokens, outOf: table.count), exits: FlatTrie(text, exits), missing: missing)
    }

    private mutating func walk(from state: Int32, counting: Bool = false) throws(GrammarError) {
        let trie = table.trie
        let levels = UnsafeMutablePointer<(state: Int32, count: Int32)>.allocate(capacity: trie.maxDepth + 1)
        defer { levels.deallocate() }
        levels[0] = (state, 0)
        try trie.nodes.withUnsafeBufferPointer { nodes throws(GrammarError) in
            try trie.tokens.withUnsafeBufferPointer { tokens throws(GrammarError) in
                var index = 0
                while index < nodes.count - 1 {
                    let node = nodes[index]
                    let depth = Int(node.depth)
                    let next = try lexemes.next(levels[depth - 1].state, node.byte)
                    guard next != LexemeAutomaton.dead else {
                        index = Int(node.end)
                        continue
                    }
                    let isEnd = lexemes.isAccepting(next)
                    let count = levels[depth - 1].count
                    for position in Int(node.tokenStart)..<Int(nodes[index + 1].tokenStart) {
                        inside.append(tokens[position])
                        guard counting else { continue }
                        if isEnd {
                            closing.append(.init(token: tokens[position], count: count, isExit: false))
                        } else {
                            counts.append((tokens[position], count + 1))
                        }
                    }
                    index += 1
                    if isEnd {
                        let last = Int(nodes[Int(node.end)].tokenStart)
                        for position in Int(nodes[index].tokenStart)..<last {
                            addExit(tokens[position], after: depth)
                            if counting { closing.append(.init(token: tokens[position], count: count, isExit: true)) }
                        }
                        index = Int(node.end)
                    } else {
                        levels[depth] = (next, next == state ? count + 1 : count)
                    }
                }
            }
        }
    }

    /// Finds the tokens that two states treat differently. False where there are too many.
    private mutating func compare(_ state: Int32, _ other: Int32) throws(GrammarError) -> Bool {
        let trie = table.trie
        let levels = UnsafeMutablePointer<(state: Int32, other: Int32)>.allocate(capacity: trie.maxDepth + 1)
        defer { levels.deallocate() }
        levels[0] = (state, other)
        var budget = trie.nodeCount / 16
        return try trie.nodes.withUnsafeBufferPointer { nodes throws(GrammarError) in
            try trie.tokens.withUnsafeBufferPointer { tokens throws(GrammarError) in
                var index = 0
                while index < nodes.count - 1 {
                    let node = nodes[index]
                    let depth = Int(node.depth)
                    var next = try lexemes.next(levels[depth - 1].state, node.byte)
                    var otherNext = try lexemes.next(levels[depth - 1].other, node.byte)
                    guard next != otherNext else {
                        index = Int(node.end)
                        continue
                    }
                    budget -= 1
                    if budget < 0 { return false }
                    let own = Int(node.tokenStart)..<Int(nodes[index + 1].tokenStart)
                    let below = own.upperBound..<Int(nodes[Int(node.end)].tokenStart)
                    if next != LexemeAutomaton.dead {
                        if otherNext == LexemeAutomaton.dead { for position in own { inside.append(tokens[position]) } }
                        if lexemes.isAccepting(next) {
                            for position in below { addExit(tokens[position], after: depth) }
                            next = LexemeAutomaton.dead
                        }
                    } else {
                        for position in own { missing.insert(tokens[position]) }
                    }
                    if otherNext != LexemeAutomaton.dead, lexemes.isAccepting(otherNext) {
                        for position in below { missing.insert(tokens[position]) }
                        otherNext = LexemeAutomaton.dead
                    }
                    index += 1
                    if next == LexemeAutomaton.dead, otherNext == LexemeAutomaton.dead { index = Int(node.end) }
                    levels[depth] = (next, otherNext)
                }
                return true
            }
        }
    }

    private mutating func addExit(_ token: Int32, after depth: Int) {
        let start = Int32(text.count)
        text.append(contentsOf: table.vocabulary.tokens[Int(token)][depth...])
        exits.append(FlatTrie.Entry(start: start, end: Int32(text.count), token: token))
    }
}
