/// How the arrays of a shape are written item by item so that they can always be finished.
final class ArrayFrames {
    unowned let algebra: SchemaAlgebra
    private var finishable: [Question: Bool] = [:]

    private struct Question: Hashable {
        var shape: ShapeID
        var state: ArrayState
    }

    init(algebra: SchemaAlgebra) { self.algebra = algebra }

    /// An array without items.
    func start(_ shape: ArrayShape) -> ArrayState {
        var state = ArrayState()
        state.counts = shape.contains.map { _ in 0 }
        state.similar = shape.excluded.count >= 64 ? .max : (1 << UInt64(shape.excluded.count)) - 1
        return state
    }

    func isInhabited(_ id: ShapeID) throws(GrammarError) -> Bool {
        let shape = algebra.array(id)
        if let maximum = shape.maxCount, maximum < shape.minCount { return false }
        if shape.minCount == 0, shape.excluded.isEmpty, !shape.hasRepeat,
            shape.contains.allSatisfy({ $0.minCount == 0 })
        {
            return true
        }
        return try canFinish(id, start(shape))
    }

    /// The count after which all items are alike.
    private func indexLimit(_ shape: ArrayShape) -> Int {
        if let maximum = shape.maxCount { return maximum }
        return max(
            1, shape.prefix.count, shape.minCount, shape.contains.map { $0.from }.max() ?? 0,
            shape.excluded.map { $0.count + 1 }.max() ?? 0)
    }

    // MARK: Finishing

    /// Whether the array may end here.
    func canClose(_ shape: ArrayShape, _ state: ArrayState) -> Bool {
        if state.index < shape.minCount || shape.hasRepeat && state.repetition != .both { return false }
        for (rule, count) in zip(shape.contains, state.counts) where count < rule.minCount { return false }
        if state.similar != 0 {
            for (bit, constant) in shape.excluded.enumerated()
            where state.similar >> UInt64(bit) & 1 != 0 && constant.count == state.index { return false }
        }
        return true
    }

    /// Whether there is a way to finish the array from here.
    func canFinish(_ id: ShapeID, _ state: ArrayState) throws(GrammarError) -> Bool {
        let question = Question(shape: id, state: state)
        if let known = finishable[question] { return known }
        try algebra.terms.budget.spend()
        let shape = algebra.array(id)
        if shape.excluded.count > 64 || shape.contains.count > 8 {
            throw GrammarError(
                .tooComplex, pointer: algebra.pointer, keyword: "contains",
                "arrays with more than 8 contains or more than 64 values excluded")
        }
        let answer: Bool
        if try !hasItems(shape, from: state.index, to: shape.minCount) {
            answer = false
        } else if shape.isUnique, state.index < shape.minCount || !shape.contains.isEmpty {
            let isDistinct = try hasDistinctItems(id, shape, state)
            answer = isDistinct && shape.contains.isEmpty ? true : isDistinct ? try search(id, shape, state) : false
        } else if canClose(shape, state) {
            answer = true
        } else if shape.isPlain || shape.isUnique && shape.contains.isEmpty && shape.excluded.isEmpty {
            answer = true
        } else if shape.hasRepeat {
            answer = try canRepeat(shape, state)
        } else {
            answer = try search(id, shape, state)
        }
        if answer || !algebra.provisional.isRunning { finishable[question] = answer }
        return answer
    }

    private func hasItems(_ shape: ArrayShape, from: Int, to: Int) throws(GrammarError) -> Bool {
        guard from < to else { return true }
        if to > shape.prefix.count, try !algebra.isInhabited(shape.items) { return false }
        for index in min(from, shape.prefix.count)..<min(to, shape.prefix.count) {
            if try !algebra.isInhabited(shape.prefix[index]) { return false }
        }
        return true
    }

    /// Looks for a way to the end, depth first, what counts first.
    private func search(_ id: ShapeID, _ shape: ArrayShape, _ start: ArrayState) throws(GrammarError) -> Bool {
        var start = start
        start.seen = []
        var visited: Set<ArrayState> = [start]
        var stack = [start]
        while let state = stack.popLast() {
            try algebra.terms.budget.spend()
            if canClose(shape, state) { return true }
            if visited.count > 20_000 {
                throw GrammarError(
                    .tooComplex, pointer: algebra.pointer, keyword: "contains",
                    "too many ways to count the items of an array")
            }
            let next = try outcomes(shape, state).map { $0.state }
            for state in next.sorted(by: { $0.counts.reduce(0, +) < $1.counts.reduce(0, +) })
            where visited.insert(state).inserted { stack.append(state) }
        }
        return false
    }

    /// Whether two equal items are still possible: the only thing asked beside the number of items.
    private func canRepeat(_ shape: ArrayShape, _ state: ArrayState) throws(GrammarError) -> Bool {
        guard shape.contains.isEmpty, shape.excluded.isEmpty else {
            throw GrammarError(
                .unsupported, pointer: algebra.pointer, keyword: "uniqueItems",
                "the complement of uniqueItems together with contains or excluded arrays")
        }
        switch state.repetition {
        case .both: return true
        case .first(let value):
            for position in positions(shape, from: state.index) {
                if try algebra.contains(shape.item(at: position), value) { return true }
                if try !algebra.isInhabited(shape.item(at: position)) { return false }
            }
            return false
        case .none:
            for position in positions(shape, from: state.index) {
                if try !algebra.isInhabited(shape.item(at: position)) { return false }
                if try !firstOfTwo(shape, at: position).isEmpty { return true }
            }
            return false
        }
    }

    /// The places from `index` on, all those after the prefix as one.
    private func positions(_ shape: ArrayShape, from index: Int) -> Range<Int> {
        let end = min(max(shape.prefix.count, index) + 1, shape.maxCount ?? .max)
        return index < end ? index..<end : 0..<0
    }

    /// The values that can come at a place and once more later.
    private func firstOfTwo(_ shape: ArrayShape, at index: Int) throws(GrammarError) -> [SetID] {
        var values: [SetID] = []
        for position in positions(shape, from: index + 1) {
            guard try algebra.isInhabited(shape.item(at: position)) else { break }
            let both = try algebra.intersection(shape.item(at: index), shape.item(at: position))
            if try algebra.isInhabited(both), !values.contains(both) { values.append(both) }
        }
        return values
    }

    // MARK: Going on

    /// The items that may come next, each such that the array can be finished after any value of it.
    func moves(_ id: ShapeID, _ state: ArrayState) throws(GrammarError) -> [ArrayMove] {
        let shape = algebra.array(id)
        if let maximum = shape.maxCount, state.index >= maximum { return [] }
        if shape.hasRepeat, state.repetition != .both { return try repeatingMoves(id, shape, state) }
        var moves: [ArrayMove] = []
        for var move in try outcomes(shape, state) {
            if shape.isUnique {
                let taken = try state.seen.union(unfinishable(id, shape, state, move.state))
                move.value = try algebra.subtract(Self.sorted(taken), from: move.value)
                move.state.seen = state.seen
                move.kind = .unseen
                if try algebra.isInhabited(move.value) { moves.append(move) }
            } else if try canFinish(id, move.state) {
                moves.append(move)
            }
        }
        return moves
    }

    /// In an order that does not depend on hashes.
    static func sorted(_ values: Set<ConstantValue>) -> [ConstantValue] {
        values.map { ($0, String(describing: $0)) }.sorted { $0.1 < $1.1 }.map { $0.0 }
    }

    /// The items that may come next, told apart by what they count for.
    private func outcomes(_ shape: ArrayShape, _ state: ArrayState) throws(GrammarError) -> [ArrayMove] {
        if let maximum = shape.maxCount, state.index >= maximum { return [] }
        let item = shape.item(at: state.index)
        var next = state
        next.index = min(state.index + 1, indexLimit(shape))
        var moves: [ArrayMove] = []
        next.similar = 0
        var values: [(ConstantValue, UInt64)] = []
        for (bit, constant) in shape.excluded.enumerated() where state.similar >> UInt64(bit) & 1 != 0 {
            guard case .array(let items) = constant, state.index < items.count else { continue }
            if let known = values.firstIndex(where: { $0.0 == items[state.index] }) {
                values[known].1 |= 1 << UInt64(bit)
            } else {
                values.append((items[state.index], 1 << UInt64(bit)))
            }
        }
        moves.append(ArrayMove(value: try algebra.subtract(values.map { $0.0 }, from: item), state: next))
        for (value, similar) in values {
            var next = next
            next.similar = similar
            moves.append(ArrayMove(value: try algebra.intersection(item, try algebra.set(of: value)), state: next))
        }
        for (index, rule) in shape.contains.enumerated() where state.index >= rule.from {
            moves = try count(rule, index, moves)
        }
        var inhabited: [ArrayMove] = []
        for move in moves where try algebra.isInhabited(move.value) { inhabited.append(move) }
        return inhabited
    }

    private func count(
        _ rule: ArrayShape.Contains, _ index: Int, _ moves: [ArrayMove]
    ) throws(GrammarError) -> [ArrayMove] {
        var counted: [ArrayMove] = []
        for move in moves {
            let count = move.state.counts[index]
            if rule.maxCount == nil, count >= rule.minCount {
                counted.append(move)
                continue
            }
            if count < rule.maxCount ?? .max {
                var hit = move
                hit.value = try algebra.intersection(move.value, rule.schema)
                hit.state.counts[index] += 1
                if try algebra.isInhabited(hit.value) { counted.append(hit) }
            }
            var miss = move
            // Without a maximum it does no harm to leave one that counts uncounted.
            if rule.maxCount != nil { miss.value = try algebra.intersection(move.value, rule.others) }
            if try algebra.isInhabited(miss.value) { counted.append(miss) }
        }
        return counted
    }

    private func repeatingMoves(
        _ id: ShapeID, _ shape: ArrayShape, _ state: ArrayState
    ) throws(GrammarError) -> [ArrayMove] {
        let item = shape.item(at: state.index)
        guard try algebra.isInhabited(item) else { return [] }
        var next = state
        next.index = min(state.index + 1, indexLimit(shape))
        var moves: [ArrayMove] = []
        if try canFinish(id, next) { moves.append(ArrayMove(value: item, state: next)) }
        if case .first(let value) = state.repetition {
            if try algebra.contains(item, value) {
                next.repetition = .both
                if try canFinish(id, next) {
                    moves.append(ArrayMove(value: try algebra.set(of: value), state: next))
                }
            }
        } else if try hasItems(shape, from: next.index, to: shape.minCount) {
            for value in try firstOfTwo(shape, at: state.index) {
                moves.append(ArrayMove(value: value, state: next, kind: .firstOfTwo))
            }
        }
        return moves
    }
}
