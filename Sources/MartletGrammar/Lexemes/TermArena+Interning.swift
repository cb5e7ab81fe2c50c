extension TermArena {
    private enum Step {
        case visit(Regex)
        case made(Term)
        case sequence(Int)
        case union(Int)
        case intersection(Int)
        case complement
        case repeated(Int, Int?)
        case jsonString
    }

    /// The term of a language. In a loop over what is left to do: the stack does not grow with the nesting of the regex.
    func intern(_ regex: Regex) throws(GrammarError) -> Term {
        var steps = [Step.visit(regex)]
        var made: [Term] = []
        while let step = steps.popLast() {
            switch step {
            case .visit(let regex):
                if let leaf = try internLeaf(regex) { made.append(leaf) } else { try expand(regex, &steps) }
            case .made(let term): made.append(term)
            case .sequence(let count): made.append(try sequence(take(count, &made)))
            case .union(let count): made.append(try union(take(count, &made)))
            case .intersection(let count): made.append(try intersection(take(count, &made)))
            case .complement: made.append(try complement(take(1, &made)[0]))
            case .repeated(let atLeast, let atMost):
                made.append(try repeated(take(1, &made)[0], atLeast: atLeast, atMost: atMost))
            case .jsonString: made.append(try jsonString(take(1, &made)[0]))
            }
        }
        return made[0]
    }

    /// The term repeated; counts are kept symbolic.
    func repeated(_ term: Term, atLeast: Int, atMost: Int?) throws(GrammarError) -> Term {
        let least = max(atLeast, 0)
        if least >= Int(Int32.max) {
            throw GrammarError(.tooComplex, "a repetition of at least \(atLeast) times")
        }
        if let atMost, atMost < least { return Term(index: Self.nothing) }
        // No text has as many parts as 31 bits count.
        let most = atMost.flatMap { $0 < Int(Int32.max) ? Int32($0) : nil } ?? Self.unbounded
        return Term(index: try repeated(term.index, Int32(least), most))
    }

    private func take(_ count: Int, _ made: inout [Term]) -> [Term] {
        let taken = Array(made.suffix(count))
        made.removeLast(count)
        return taken
    }

    private func internLeaf(_ regex: Regex) throws(GrammarError) -> Term? {
        switch regex {
        case .nothing: return Term(index: Self.nothing)
        case .empty: return Term(index: Self.empty)
        case .scalars(let set):
            if let scalar = set.onlyScalar { return Term(index: try self.scalar(scalar)) }
            return Term(index: set.isEmpty ? Self.nothing : try make(.scalars, sets.index(of: set)))
        case .digits(let prefix, let modulus): return Term(index: try digits(prefix: prefix, modulus: modulus))
        case .decimals(let modulus, let places):
            return Term(index: try decimals(modulus: modulus, places: places))
        case .automaton(let automaton, let state):
            return Term(index: try self.automaton(try index(of: automaton), state))
        default: return nil
        }
    }

    private func expand(_ regex: Regex, _ steps: inout [Step]) throws(GrammarError) {
        switch regex {
        case .nothing, .empty, .scalars, .digits, .decimals, .automaton: break
        case .sequence(let parts):
            steps.append(.sequence(parts.count))
            for part in parts.reversed() { steps.append(.visit(part)) }
        case .union(let parts):
            var texts: [[UInt32]] = []
            var others = parts
            if parts.count > 1 {
                others.removeAll { part in
                    guard let text = part.onlyText else { return false }
                    texts.append(text)
                    return true
                }
            }
            steps.append(.union(others.count + 1))
            steps.append(.made(Term(index: try trie(of: texts))))
            for part in others.reversed() { steps.append(.visit(part)) }
        case .intersection(let parts):
            steps.append(.intersection(parts.count))
            for part in parts.reversed() { steps.append(.visit(part)) }
        case .complement(let part):
            steps.append(.complement)
            steps.append(.visit(part))
        case .repeated(let part, let atLeast, let atMost):
            steps.append(.repeated(atLeast, atMost))
            steps.append(.visit(part))
        case .jsonString(let part):
            steps.append(.jsonString)
            steps.append(.visit(part))
        }
    }
}
