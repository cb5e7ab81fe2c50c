extension SchemaRules {
    /// The rule of the rest of an array, from its state on.
    func rule(array shape: ShapeID, _ state: ArrayState) -> Nonterminal {
        let key = ArrayKey(shape: shape, state: state)
        if let known = arrayRules[key] { return known }
        let place = algebra.place
        let rule = table.nonterminal { [self] () throws(GrammarError) in
            algebra.place = place
            return try productions(array: shape, state)
        }
        arrayRules[key] = rule
        return rule
    }

    private func productions(array id: ShapeID, _ state: ArrayState) throws(GrammarError) -> [[Symbol]] {
        let frames = algebra.arrays
        var productions: [[Symbol]] = []
        if frames.canClose(algebra.array(id), state) { productions.append([lexemes.closeArray]) }
        for move in try frames.moves(id, state) {
            var production = state.index == 0 ? [] : [lexemes.comma]
            production.append(.nonterminal(value(of: move.value)))
            let next = move.state
            switch move.kind {
            case .plain: production.append(.nonterminal(rule(array: id, next)))
            case .unseen, .firstOfTwo:
                let isUnseen = move.kind == .unseen
                // Whatever the item is, the array may end or not; only what else may follow depends on it.
                let standIn = table.nonterminal { [self] () throws(GrammarError) in
                    let more: [Symbol] = [.checkpoint, .nonterminal(rule(array: id, next))]
                    return frames.canClose(algebra.array(id), next) ? [[lexemes.closeArray], more] : [more]
                }
                production.append(
                    table.capture(standIn: isUnseen ? standIn : nil) { [self] (text) throws(GrammarError) in
                        guard let value = CapturedValue.last(of: text) else { throw SchemaRules.unreadable }
                        var next = next
                        if isUnseen { next.seen.insert(value) } else { next.repetition = .first(value) }
                        return rule(array: id, next)
                    })
            }
            productions.append(production)
        }
        return productions
    }
}
