/// Arrays without equal items: whether enough different values are left.
extension ArrayFrames {
    /// A run of places that are alike: how many items must come from a set.
    private struct Demand {
        /// The values that are left where they are fewer than the places to fill; nil for enough.
        var values: [ConstantValue]?
        var count: Int
    }

    /// What must still come for the smallest number of items, beside what `seen` has.
    private func demands(_ shape: ArrayShape, _ state: ArrayState) throws(GrammarError) -> [Demand] {
        let needed = shape.minCount - state.index
        guard needed > 0 else { return [] }
        var demands: [Demand] = []
        var index = state.index
        while index < shape.minCount {
            let count = index < shape.prefix.count ? 1 : shape.minCount - index
            let limit = needed - 1 + state.seen.count
            let all = try algebra.values(of: shape.item(at: index), atMost: limit)
            let left = all?.filter { !state.seen.contains($0) }
            demands.append(Demand(values: left.flatMap { $0.count < needed ? $0 : nil }, count: count))
            index += count
        }
        return demands
    }

    func hasDistinctItems(
        _ id: ShapeID, _ shape: ArrayShape, _ state: ArrayState
    ) throws(GrammarError) -> Bool {
        if !shape.contains.isEmpty || !shape.excluded.isEmpty { try requireAmple(shape, state) }
        var places: [[ConstantValue]] = []
        for demand in try demands(shape, state) {
            guard let values = demand.values else { continue }
            if values.count < demand.count { return false }
            for _ in 0..<demand.count { places.append(values) }
        }
        return try canAssign(places)
    }

    /// Whether each place can have a value of its own (bipartite matching by augmenting paths).
    private func canAssign(_ places: [[ConstantValue]]) throws(GrammarError) -> Bool {
        var place: [ConstantValue: Int] = [:]
        for start in places.indices {
            var cameFrom: [ConstantValue: (value: ConstantValue?, place: Int)] = [:]
            var queue: [(place: Int, via: ConstantValue?)] = [(start, nil)]
            var next = 0
            var free: ConstantValue?
            while next < queue.count, free == nil {
                let (current, via) = queue[next]
                next += 1
                try algebra.terms.budget.spend()
                for value in places[current] where cameFrom[value] == nil {
                    cameFrom[value] = (via, current)
                    guard let holder = place[value] else {
                        free = value
                        break
                    }
                    queue.append((holder, value))
                }
            }
            guard var value = free else { return false }
            while let step = cameFrom[value] {
                place[value] = step.place
                guard let before = step.value else { break }
                value = before
            }
        }
        return true
    }

    /// The values that must not come next, because too few would be left for what must come after.
    func unfinishable(
        _ id: ShapeID, _ shape: ArrayShape, _ state: ArrayState, _ next: ArrayState
    ) throws(GrammarError) -> Set<ConstantValue> {
        var after = next
        after.seen = state.seen
        var unfinishable: Set<ConstantValue> = []
        for demand in try demands(shape, after) {
            for value in demand.values ?? [] where !state.seen.contains(value) && !unfinishable.contains(value) {
                var taken = after
                taken.seen.insert(value)
                if try !canFinish(id, taken) { unfinishable.insert(value) }
            }
        }
        return unfinishable
    }

    /// Counting and telling values apart at once is done only where values never run short.
    private func requireAmple(_ shape: ArrayShape, _ state: ArrayState) throws(GrammarError) {
        let items = shape.contains.reduce(shape.minCount) { $0 + $1.minCount + $1.from } + state.seen.count
        var sets = shape.prefix + [shape.items]
        for rule in shape.contains {
            for item in shape.prefix + [shape.items] {
                sets.append(try algebra.intersection(item, rule.schema))
                if rule.maxCount != nil { sets.append(try algebra.intersection(item, rule.others)) }
            }
        }
        for set in sets {
            if let few = try algebra.values(of: set, atMost: items), !few.isEmpty {
                throw GrammarError(
                    .unsupported, pointer: algebra.pointer, keyword: "uniqueItems",
                    "uniqueItems together with contains where an item has only a few possible values")
            }
        }
    }
}
