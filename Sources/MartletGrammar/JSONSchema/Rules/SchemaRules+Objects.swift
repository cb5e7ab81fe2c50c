extension SchemaRules {
    /// The rule of the rest of an object, from its state on.
    func rule(object shape: ShapeID, _ state: ObjectState) -> Nonterminal {
        let key = ObjectKey(shape: shape, state: state)
        if let known = objectRules[key] { return known }
        let place = algebra.place
        let rule = table.nonterminal { [self] () throws(GrammarError) in
            algebra.place = place
            return try productions(object: shape, state)
        }
        objectRules[key] = rule
        return rule
    }

    private func productions(object id: ShapeID, _ state: ObjectState) throws(GrammarError) -> [[Symbol]] {
        let frames = algebra.objects
        let frame = try frames.frame(id)
        let isFirst = state.count == 0
        var productions: [[Symbol]] = []
        if frames.canClose(frame, state) { productions.append([lexemes.closeObject]) }
        for move in try frames.moves(id, frame, state) {
            switch move.key {
            case .property(let index):
                let name = try lexemes.name(frame.shape.properties[index].name, isFirst: isFirst)
                for (value, next) in move.outcomes {
                    productions.append([
                        name, .nonterminal(self.value(of: value)), .nonterminal(rule(object: id, next)),
                    ])
                }
            case .rest(let index):
                let names = try frames.names(frame, state, rest: index)
                let outcomes = move.outcomes
                // Whatever the name is, colon and value follow; only what comes after them depends on it.
                let standIn = table.nonterminal { [self] () throws(GrammarError) in
                    outcomes.map { value, state in
                        [
                            lexemes.afterName, .nonterminal(self.value(of: value)), .checkpoint,
                            .nonterminal(rule(object: id, state)),
                        ]
                    }
                }
                var named: [PropertyName: Nonterminal] = [:]
                let capture = table.capture(standIn: standIn) { [self] (text) throws(GrammarError) in
                    guard let name = CapturedValue.lastString(of: text) else { throw SchemaRules.unreadable }
                    if let known = named[name] { return known }
                    let members = members(id, outcomes, named: name)
                    named[name] = members
                    return members
                }
                productions.append([try lexemes.name(of: names, isFirst: isFirst), capture])
            }
        }
        return productions
    }

    /// The rest of an object from after a name on that is not one of the listed ones.
    private func members(
        _ id: ShapeID, _ outcomes: [(value: SetID, state: ObjectState)], named name: PropertyName
    ) -> Nonterminal {
        table.nonterminal { [self] () throws(GrammarError) in
            outcomes.map { value, state in
                var next = state
                next.names.append(name)
                next.names.sort()
                return [lexemes.afterName, .nonterminal(self.value(of: value)), .nonterminal(rule(object: id, next))]
            }
        }
    }

    /// The automaton has read something else than the rules say.
    static let unreadable = GrammarError(.invalid, "the text does not end with a JSON value")
}
