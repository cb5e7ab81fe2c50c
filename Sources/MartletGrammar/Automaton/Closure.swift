/// Work space of `Automaton.beginning`, kept between calls.
struct ClosureScratch: ~Copyable {
    /// Per nonterminal: the closure in which it was last met, whether its productions are being looked at, whether it may
    /// be empty, and the stack sets that wait behind it.
    struct Visit: BitwiseCopyable {
        var round: Int32 = 0
        var isOpen = false
        var isNullable = false
        var behind: Int32 = 0
    }

    var round: Int32 = 0
    var visits = GrowableBuffer<Visit>()
    /// Nonterminals in the order in which they were finished: each after those it may begin with.
    var finished = GrowableBuffer<Int32>()
    /// Stack sets whose entries are the roots.
    var roots = GrowableBuffer<Int32>()
    var heads: [Pair] = []
    /// Captures met, and what they were resolved to.
    var resolved: [Int32: Int32] = [:]
    var conditions: Transition.Conditions = []
}

/// Closure: from what the stacks say to the lexemes that it can begin with.
///
/// Works in two passes, so that a nonterminal that is reached in many ways is expanded once, with the stacks of all ways
/// united: first the nonterminals are ordered by "may begin with" (there is no left recursion, so that is an order) and
/// those that may be empty are marked, then the stacks are handed down in that order. A nonterminal that may be empty is
/// skipped where it stands, so nothing is handed up.
extension Automaton {
    /// The configuration at the beginning of what `stack` says. With `text` captures are resolved with it; without,
    /// their stand-ins are taken.
    func beginning(of stack: Int32, after text: ArraySlice<UInt8>? = nil) throws(GrammarError) -> Transition {
        if let known = beginnings.find(stack, 0) {
            let transition = Transition(rawValue: known)
            if text == nil || transition.conditions.isEmpty { return transition }
        }
        closureScratch.round += 1
        closureScratch.finished.removeAll()
        closureScratch.roots.removeAll()
        closureScratch.heads.removeAll(keepingCapacity: true)
        closureScratch.resolved.removeAll(keepingCapacity: true)
        closureScratch.conditions = []
        closureScratch.roots.append(stack)
        try order(after: text)
        var transition = Transition(0, closureScratch.conditions)
        if !closureScratch.conditions.contains(.unknown) {
            try handDown(after: text)
            transition = Transition(try configuration(of: &closureScratch.heads), closureScratch.conditions)
        }
        if text == nil { beginnings.insert(stack, 0, transition.rawValue) }
        return transition
    }

    // MARK: First pass

    /// Visits everything that the roots may begin with; stack sets below entries that may be empty become roots too.
    private func order(after text: ArraySlice<UInt8>?) throws(GrammarError) {
        var next = 0
        while next < closureScratch.roots.count {
            let stack = closureScratch.roots[next]
            next += 1
            for index in 0..<stacks.size(stack) {
                let entry = stacks.entry(stack, index)
                let mayBeEmpty = entry.key == 0 ? false : try visit(entry.key, after: text)
                if closureScratch.conditions.contains(.unknown) { return }
                if mayBeEmpty { try addRoot(entry.value) }
            }
        }
    }

    private func addRoot(_ stack: Int32) throws(GrammarError) {
        for index in 0..<closureScratch.roots.count where closureScratch.roots[index] == stack { return }
        try budget.spend()
        closureScratch.roots.append(stack)
    }

    /// Visits the nonterminals that `list` may begin with, depth first and without recursion. Whether the list may be
    /// empty.
    private func visit(_ list: Int32, after text: ArraySlice<UInt8>?) throws(GrammarError) -> Bool {
        struct Frame {
            var nonterminal: Int
            var productions: Range<Int>
            var list: Int32
        }
        var frames: [Frame] = []
        var list = list
        while true {
            // Go along the list until a symbol that is not empty, or a nonterminal that has not been visited.
            var descends = false
            scan: while list != 0 {
                guard let nonterminal = try nonterminal(first: list, after: text) else {
                    if closureScratch.conditions.contains(.unknown) { return false }
                    guard try isEmptySymbol(list) else { break scan }
                    list = productions.rest(list)
                    continue
                }
                closureScratch.visits.extend(to: nonterminal + 1, with: ClosureScratch.Visit())
                let visit = closureScratch.visits[nonterminal]
                if visit.round == closureScratch.round {
                    if visit.isOpen { throw GrammarError(.tooComplex, "is left recursive") }
                    guard visit.isNullable else { break scan }
                    list = productions.rest(list)
                    continue
                }
                try budget.spend()
                let range = try productions.productions(of: nonterminal, rules: rules)
                closureScratch.visits[nonterminal] = ClosureScratch.Visit(round: closureScratch.round, isOpen: true)
                frames.append(Frame(nonterminal: nonterminal, productions: range, list: list))
                descends = true
                break scan
            }
            if !descends {
                guard let frame = frames.last else { return list == 0 }
                if list == 0 { closureScratch.visits[frame.nonterminal].isNullable = true }
            }
            // The next production of the innermost nonterminal; back to the list it stands in after the last one.
            guard let frame = frames.last else { continue }
            if frame.productions.isEmpty {
                closureScratch.visits[frame.nonterminal].isOpen = false
                closureScratch.finished.append(Int32(frame.nonterminal))
                list = frame.list
                frames.removeLast()
            } else {
                list = productions.production(at: frame.productions.lowerBound)
                frames[frames.count - 1].productions.removeFirst()
            }
        }
    }

    /// The nonterminal that the first symbol of a list is or stands for; nil for lexemes and empty symbols.
    private func nonterminal(first list: Int32, after text: ArraySlice<UInt8>?) throws(GrammarError) -> Int? {
        let code = productions.first(list)
        switch code.kind {
        case .lexeme, .tag: return nil
        case .nonterminal: return code.index
        case .capture:
            let capture = Capture(index: Int32(code.index))
            if capture == .checkpoint { return nil }
            if let known = closureScratch.resolved[capture.index] { return known < 0 ? nil : Int(known) }
            var nonterminal: Nonterminal?
            if let text {
                nonterminal = try rules.resolve(capture, after: text)
            } else {
                nonterminal = rules.standIn(of: capture)
                closureScratch.conditions.insert(nonterminal == nil ? .unknown : .standIn)
            }
            closureScratch.resolved[capture.index] = nonterminal?.index ?? -1
            return nonterminal.map { Int($0.index) }
        }
    }

    /// Whether the first symbol of a list, which is no nonterminal, may be empty.
    private func isEmptySymbol(_ list: Int32) throws(GrammarError) -> Bool {
        let code = productions.first(list)
        guard code.kind != .capture else {
            if Capture(index: Int32(code.index)) == .checkpoint { closureScratch.conditions.insert(.checkpoint) }
            return true
        }
        return lexemes.isAccepting(try lexemes.start(Term(index: Int32(code.index))))
    }

    // MARK: Second pass

    private func handDown(after text: ArraySlice<UInt8>?) throws(GrammarError) {
        for root in 0..<closureScratch.roots.count {
            let stack = closureScratch.roots[root]
            for index in 0..<stacks.size(stack) {
                let entry = stacks.entry(stack, index)
                if entry.key == 0 {
                    closureScratch.heads.append(Pair(key: Self.endHead, value: 0))
                } else {
                    try expand(entry.key, over: entry.value, after: text)
                }
            }
        }
        for position in (0..<closureScratch.finished.count).reversed() {
            let nonterminal = Int(closureScratch.finished[position])
            let behind = closureScratch.visits[nonterminal].behind
            for production in productions.known(nonterminal) {
                try expand(productions.production(at: production), over: behind, after: text)
            }
        }
    }

    /// Hands `stack` to what `list` may begin with.
    private func expand(_ list: Int32, over stack: Int32, after text: ArraySlice<UInt8>?) throws(GrammarError) {
        var list = list
        while list != 0 {
            let rest = productions.rest(list)
            if let nonterminal = try nonterminal(first: list, after: text) {
                let behind = stacks.push(rest, onto: stack)
                let visit = closureScratch.visits[nonterminal]
                closureScratch.visits[nonterminal].behind = try stacks.union(visit.behind, behind)
                guard visit.isNullable else { return }
            } else if productions.first(list).kind != .capture {
                let code = productions.first(list)
                let state = try lexemes.start(Term(index: Int32(code.index)))
                let head = state << 1 | (code.kind == .tag ? 1 : 0)
                closureScratch.heads.append(Pair(key: head, value: stacks.push(rest, onto: stack)))
                guard lexemes.isAccepting(state) else { return }
            }
            list = rest
        }
    }
}
