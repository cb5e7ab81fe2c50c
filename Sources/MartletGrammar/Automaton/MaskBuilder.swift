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
    /// The transitions to the nodes above the current one of a walk.
    private let levels: UnsafeMutablePointer<Transition>
    @exclusivity(unchecked) private var narrow: [Pair] = []
    // What has been found for the current configuration.
    private var shared: [LexemeMask] = []
    @exclusivity(unchecked) private var allowed = GrowableBuffer<Int32>(capacity: 1024)
    @exclusivity(unchecked) private var uncertain = GrowableBuffer<Int32>()

    init(_ automaton: Automaton, table: TokenTable, store: LexemeMaskStore) {
        self.automaton = automaton
        self.table = table
        self.store = store
        levels = .allocate(capacity: max(table.trie.maxDepth, table.special.maxDepth) + 1)
    }

    deinit { levels.deallocate() }

    /// The tokens that are allowed in a configuration.
    func mask(of configuration: Int32) throws(GrammarError) -> ConfigurationMask {
        shared.removeAll(keepingCapacity: true)
        narrow.removeAll(keepingCapacity: true)
        allowed.removeAll()
        uncertain.removeAll()
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
        return ConfigurationMask(
            shared: shared, allowed: UnsafeBufferPointer(start: allowed.base, count: allowed.count),
            uncertain: UnsafeBufferPointer(start: uncertain.base, count: uncertain.count),
            ranks: table.ranks, accepts: automaton.accepts(configuration), outOf: table.count)
    }

    /// The tokens that a lexeme's own mask allows, and those that go on behind it.
    private func addWide(_ state: Int32, behind stack: Int32) throws(GrammarError) {
        let lexeme = try lexemeMask(state)
        shared.append(lexeme)
        let start = try automaton.beginning(of: stack)
        if lexeme.exits.nodeCount > 0 { try walk(lexeme.exits, from: start, leavingOut: lexeme.missingExits) }
        if let base = lexeme.base, base.exits.nodeCount > 0 {
            try walk(base.exits, from: start, leavingOut: lexeme.missing)
        }
    }

    private func lexemeMask(_ state: Int32) throws(GrammarError) -> LexemeMask {
        if let known = lexemeMasks[state] { return known }
        let mask: LexemeMask
        let representative = try representative(of: state)
        if representative != state {
            mask = try lexemeMask(representative)
        } else if let known = store.find(automaton.lexemes.fingerprint(state)) {
            mask = known
        } else {
            mask = try makeLexemeMask(state)
            store.insert(mask, for: automaton.lexemes.fingerprint(state))
        }
        lexemeMasks[state] = mask
        return mask
    }

    /// A state that no token can tell from this one: lengths that no token reaches make no difference.
    private func representative(of state: Int32) throws(GrammarError) -> Int32 {
        let lexemes = automaton.lexemes
        guard !lexemes.isPartial(state) else { return state }
        let term = lexemes.term(of: state)
        if let free = try lexemes.terms.withoutMaxLength(term, reach: table.trie.maxDepth) {
            return try lexemes.start(free)
        }
        guard var string = lexemes.terms.countedString(term), !string.isFree else { return state }
        let bounds = try countedContent(string).saturated(atLeast: string.atLeast, atMost: string.atMost)
        (string.atLeast, string.atMost) = bounds
        return try lexemes.start(try lexemes.terms.term(of: string))
    }

    /// The counted tokens of the set of a string.
    private func countedContent(_ string: TermArena.CountedString) throws(GrammarError) -> CountedContent {
        let lexemes = automaton.lexemes
        var free = string
        (free.atLeast, free.atMost) = (0, TermArena.unbounded)
        let state = try lexemes.start(try lexemes.terms.term(of: free))
        let fingerprint = lexemes.fingerprint(state)
        if let known = store.findCounted(fingerprint) { return known }
        let made = try LexemeMaskBuilder.counted(state, lexemes, table)
        store.insert(made, for: fingerprint)
        if store.find(fingerprint) == nil { store.insert(made.free, for: fingerprint) }
        return made
    }

    private func makeLexemeMask(_ state: Int32) throws(GrammarError) -> LexemeMask {
        let lexemes = automaton.lexemes
        if !lexemes.isPartial(state), let string = lexemes.terms.countedString(lexemes.term(of: state)),
            !string.isFree
        {
            return try countedContent(string).mask(atLeast: string.atLeast, atMost: string.atMost)
        }
        if let difference = try difference(state) { return difference }
        return try LexemeMaskBuilder.mask(of: state, lexemes, table)
    }

    /// The mask of a state as the difference from the state that most texts lead to and stay in, if there is such.
    private func difference(_ state: Int32) throws(GrammarError) -> LexemeMask? {
        let lexemes = automaton.lexemes
        // Printable characters that are rare in what is singled out: names, patterns and formats.
        for byte in "~Z ".utf8 {
            let other = try lexemes.next(state, byte)
            guard other != state, other != LexemeAutomaton.dead, try lexemes.next(other, byte) == other,
                try lexemes.isWide(other), automaton.isPrefixFree(other)
            else { continue }
            let base = try lexemeMask(other)
            guard base.base == nil, base.missingExits.isEmpty else { continue }
            return try LexemeMaskBuilder.difference(of: state, from: base, of: other, lexemes, table)
        }
        return nil
    }

    /// Adds the tokens of `trie` that are allowed from `start`.
    private func walk(
        _ trie: FlatTrie, from start: Transition, leavingOut missing: Set<Int32> = []
    ) throws(GrammarError) {
        try trie.nodes.withUnsafeBufferPointer { nodes throws(GrammarError) in
            try trie.tokens.withUnsafeBufferPointer { tokens throws(GrammarError) in
                try walk(nodes, tokens, from: start, leavingOut: missing)
            }
        }
    }

    private func walk(
        _ nodes: UnsafeBufferPointer<FlatTrie.Node>, _ tokens: UnsafeBufferPointer<Int32>, from start: Transition,
        leavingOut missing: Set<Int32>
    ) throws(GrammarError) {
        func add(_ positions: Range<Int>, _ conditions: Transition.Conditions) {
            for position in positions where missing.isEmpty || !missing.contains(tokens[position]) {
                if conditions.isUncertain {
                    uncertain.append(tokens[position])
                } else {
                    allowed.append(tokens[position])
                }
            }
        }
        if start.conditions.contains(.unknown) { return add(0..<tokens.count, .unknown) }
        let levels = levels
        levels[0] = start
        try automaton.findBytes(of: start.configuration)
        let count = nodes.count - 1
        var index = 0
        while index < count {
            let node = nodes[index]
            let above = levels[Int(node.depth) - 1]
            guard automaton.mayFollow(above.configuration, node.byte) else {
                index = Int(node.end)
                continue
            }
            var next = try automaton.transition(above.configuration, node.byte)
            if next.conditions.contains(.unknown) {
                add(Int(node.tokenStart)..<Int(nodes[Int(node.end)].tokenStart), .unknown)
                index = Int(node.end)
                continue
            }
            if above.conditions.contains(.checkpoint) { next.insert(.checkpoint) }
            let first = Int(node.tokenStart)
            index += 1
            add(first..<Int(nodes[index].tokenStart), next.conditions)
            guard index < Int(node.end) else { continue }
            levels[Int(node.depth)] = next
            try automaton.findBytes(of: next.configuration)
        }
    }

    /// Adds the special tokens that tags spell.
    private func walkTags(from configuration: Int32) throws(GrammarError) {
        let nodes = table.special.nodes
        let tokens = table.special.tokens
        levels[0] = Transition(try automaton.tags(of: configuration), [])
        var index = 0
        while index < nodes.count - 1 {
            let node = nodes[index]
            let above = levels[Int(node.depth) - 1]
            let next = try automaton.transition(above.configuration, node.byte)
            if next.conditions.contains(.unknown) {
                let end = Int(nodes[Int(node.end)].tokenStart)
                for position in Int(node.tokenStart)..<end { uncertain.append(tokens[position]) }
                index = Int(node.end)
                continue
            }
            var tags = Transition.dead
            if next != .dead {
                let isUncertain = next.conditions.isUncertain || above.conditions.isUncertain
                for position in Int(node.tokenStart)..<Int(nodes[index + 1].tokenStart) {
                    if isUncertain { uncertain.append(tokens[position]) } else { allowed.append(tokens[position]) }
                }
                // What goes on below must be spelled by tags too, also where other lexemes begin here.
                tags = Transition(try automaton.tags(of: next.configuration), isUncertain ? .checkpoint : [])
            }
            levels[Int(node.depth)] = tags
            index = tags.configuration == 0 ? Int(node.end) : index + 1
        }
    }
}
