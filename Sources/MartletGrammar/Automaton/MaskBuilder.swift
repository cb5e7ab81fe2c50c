/// Finds the tokens that are allowed in the configurations of one automaton, for one vocabulary.
///
/// Most heads are narrow: few bytes go on from them, and the vocabulary is walked with all of them at once. Heads inside
/// strings allow most of the vocabulary; for them a mask of the lexeme alone is shared by all grammars, and only what
/// goes on behind the lexeme is walked here.
final class MaskBuilder {
    private let automaton: Automaton
    private let table: TokenTable
    private let store: LexemeMaskStore
    /// By lexeme state.
    private var lexemeMasks: [Int32: LexemeMask] = [:]
    private var levels: [Transition]
    private var mask = ConfigurationMask()

    init(_ automaton: Automaton, table: TokenTable, store: LexemeMaskStore) {
        self.automaton = automaton
        self.table = table
        self.store = store
        levels = Array(
            repeating: .dead, count: max(table.trie.maxDepth, table.special.maxDepth) + 1)
    }

    /// The tokens that are allowed in a configuration.
    func mask(of configuration: Int32) throws(GrammarError) -> ConfigurationMask {
        mask = ConfigurationMask()
        mask.accepts = automaton.accepts(configuration)
        var narrow: [Pair] = []
        var hasTags = false
        for index in 0..<automaton.configurations.size(configuration) {
            let head = automaton.configurations.element(configuration, index)
            guard head.key != Automaton.endHead else { continue }
            hasTags = hasTags || Automaton.isTag(head.key)
            let state = Automaton.lexemeState(head.key)
            if try automaton.lexemes.isWide(state), automaton.isPrefixFree(state) {
                try addWide(state, behind: head.value)
            } else {
                narrow.append(head)
            }
        }
        if !narrow.isEmpty {
            try walk(table.trie, from: Transition(try automaton.configuration(of: &narrow), []))
        }
        if hasTags, table.special.nodeCount > 0 { try walkTags(from: configuration) }
        finish()
        return mask
    }

    /// The tokens that a lexeme's own mask allows, and those that go on behind it.
    private func addWide(_ state: Int32, behind stack: Int32) throws(GrammarError) {
        let lexeme = try lexemeMask(state)
        if lexeme.inside.words.isEmpty {
            mask.tokens.append(contentsOf: lexeme.inside.tokens)
        } else {
            mask.shared.append(lexeme.inside.words)
        }
        guard lexeme.exits.nodeCount > 0 else { return }
        try walk(lexeme.exits, from: try automaton.beginning(of: stack))
    }

    private func lexemeMask(_ state: Int32) throws(GrammarError) -> LexemeMask {
        if let known = lexemeMasks[state] { return known }
        let fingerprint = automaton.lexemes.fingerprint(state)
        if let shared = store.find(fingerprint) {
            lexemeMasks[state] = shared
            return shared
        }
        let made = try LexemeMask(state, lexemes: automaton.lexemes, table: table)
        store.insert(made, for: fingerprint)
        lexemeMasks[state] = made
        return made
    }

    /// Adds the tokens of `trie` that are allowed from `start`.
    private func walk(_ trie: borrowing FlatTrie, from start: Transition) throws(GrammarError) {
        if start.conditions.contains(.unknown) {
            mask.uncertain.append(contentsOf: trie.tokens)
            return
        }
        levels[0] = start
        var node = 0
        let count = trie.nodeCount
        while node < count {
            let depth = Int(trie.depths[node])
            let above = levels[depth - 1]
            var next = try automaton.transition(above.configuration, trie.bytes[node])
            if next == .dead {
                node = Int(trie.ends[node])
                continue
            }
            if next.conditions.contains(.unknown) {
                mask.uncertain.append(contentsOf: trie.tokens[trie.subtreeTokens(node)])
                node = Int(trie.ends[node])
                continue
            }
            if above.conditions.contains(.checkpoint) { next.insert(.checkpoint) }
            levels[depth] = next
            let own = trie.ownTokens(node)
            if !own.isEmpty {
                if next.conditions.contains(.checkpoint) {
                    mask.uncertain.append(contentsOf: trie.tokens[own])
                } else {
                    mask.tokens.append(contentsOf: trie.tokens[own])
                }
            }
            node += 1
        }
    }

    /// Adds the special tokens that tags spell.
    private func walkTags(from configuration: Int32) throws(GrammarError) {
        let trie = table.special
        levels[0] = Transition(try automaton.tags(of: configuration), [])
        var node = 0
        while node < trie.nodeCount {
            let depth = Int(trie.depths[node])
            let above = levels[depth - 1]
            let next = try automaton.transition(above.configuration, trie.bytes[node])
            let isUnknown = next.conditions.contains(.unknown)
            guard !isUnknown else {
                mask.uncertain.append(contentsOf: trie.tokens[trie.subtreeTokens(node)])
                node = Int(trie.ends[node])
                continue
            }
            guard next != .dead else {
                node = Int(trie.ends[node])
                continue
            }
            // What has been read so far is spelled by tags, also where other lexemes begin here.
            let own = trie.ownTokens(node)
            let isUncertain = next.conditions.isUncertain || above.conditions.isUncertain
            if isUncertain {
                mask.uncertain.append(contentsOf: trie.tokens[own])
            } else {
                mask.tokens.append(contentsOf: trie.tokens[own])
            }
            var tags = Transition(try automaton.tags(of: next.configuration), [])
            guard tags.configuration != 0 else {
                node = Int(trie.ends[node])
                continue
            }
            if isUncertain { tags.insert(.checkpoint) }
            levels[depth] = tags
            node += 1
        }
    }

    /// Brings the lists into their final form: many tokens become bits.
    private func finish() {
        if mask.tokens.count > (table.count + 31) / 32 / 4 {
            let set = TokenSet(mask.tokens, outOf: table.count)
            if !set.words.isEmpty {
                mask.shared.append(set.words)
                mask.tokens = []
            }
        }
        if mask.shared.count > 1 {
            var united = mask.shared[0]
            for part in mask.shared.dropFirst() {
                for index in 0..<united.count { united[index] |= part[index] }
            }
            mask.shared = [united]
        }
        guard !mask.uncertain.isEmpty else { return }
        let allowed = TokenBitmask(count: table.count)
        var words = allowed.words
        words.withUnsafeMutableBufferPointer { mask.fill($0, endOfSequence: []) }
        mask.uncertain = mask.uncertain.filter { words[Int($0) >> 5] >> UInt32($0 & 31) & 1 == 0 }
    }
}
