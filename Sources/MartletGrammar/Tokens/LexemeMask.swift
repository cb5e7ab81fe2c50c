/// What every token does from one state of a lexeme whose end is certain when it is reached (prefix-free). The same in all
/// grammars that have the lexeme.
final class LexemeMask: Sendable {
    /// The tokens that stay inside the lexeme or end where it ends: allowed whatever comes after it.
    let inside: TokenSet
    /// What is left of the tokens that go on after the end of the lexeme, from there on.
    let exits: FlatTrie

    init(inside: TokenSet, exits: FlatTrie) {
        self.inside = inside
        self.exits = exits
    }

    /// Bytes of memory held.
    var byteCount: Int { inside.byteCount + exits.byteCount }

    /// Walks the vocabulary from `state`.
    convenience init(
        _ state: Int32, lexemes: LexemeAutomaton, table: TokenTable
    ) throws(GrammarError) {
        let trie = table.trie
        var inside: [Int32] = []
        var text: [UInt8] = []
        var exits: [FlatTrie.Entry] = []
        var levels = Array(repeating: state, count: trie.maxDepth + 1)
        var node = 0
        while node < trie.nodeCount {
            let depth = Int(trie.depths[node])
            let next = try lexemes.next(levels[depth - 1], trie.bytes[node])
            guard next != LexemeAutomaton.dead else {
                node = Int(trie.ends[node])
                continue
            }
            inside.append(contentsOf: trie.tokens[trie.ownTokens(node)])
            levels[depth] = next
            node += 1
            guard lexemes.isAccepting(next) else { continue }
            for position in trie.ownTokens(node - 1).upperBound..<trie.subtreeTokens(node - 1).upperBound {
                let token = trie.tokens[position]
                let start = text.count
                text.append(contentsOf: table.vocabulary.tokens[Int(token)].dropFirst(depth))
                exits.append(FlatTrie.Entry(start: Int32(start), end: Int32(text.count), token: token))
            }
            node = Int(trie.ends[node - 1])
        }
        self.init(inside: TokenSet(inside, outOf: table.count), exits: FlatTrie(text, exits))
    }
}
