/// How the objects of a shape are written member by member so that they can always be finished.
final class ObjectFrames {
    unowned let algebra: SchemaAlgebra
    private var frames: [ShapeID: ObjectFrame] = [:]
    private var finishable: [Question: Bool] = [:]

    /// Properties are declared in an order only where the options say so.
    var ignoresOrder = false

    private struct Question: Hashable {
        var shape: ShapeID
        var state: ObjectState
        /// The class of a name that has just been written and is not known yet.
        var pending: Int?
    }

    init(algebra: SchemaAlgebra) { self.algebra = algebra }

    /// The shape prepared for writing.
    func frame(_ id: ShapeID) throws(GrammarError) -> ObjectFrame {
        if let known = frames[id] { return known }
        var shape = algebra.object(id)
        if shape.obligations.count > Self.maxObligations || shape.excluded.count > 64 {
            throw GrammarError(
                .tooComplex, pointer: algebra.pointer,
                "objects of more than \(Self.maxObligations) conditions of the kind 'some property', "
                    + "or with more than 64 values excluded")
        }
        // Names that matter for the excluded objects are told apart from other names.
        var listed = Set(shape.properties.map { $0.name })
        for constant in shape.excluded {
            guard case .object(let members) = constant else { continue }
            for member in members where listed.insert(member.name).inserted {
                let schema = try algebra.schema(of: member.name, in: id)
                shape.properties.append(
                    .init(name: member.name, schema: schema, isRequired: false, isDeclared: false))
            }
        }
        let largest = shape.excluded.map { $0.count + 1 }.max() ?? 0
        var frame = ObjectFrame(shape: shape, countLimit: max(1, shape.maxCount ?? shape.minCount, largest))
        for (index, property) in shape.properties.enumerated() {
            if property.isDeclared, !ignoresOrder { frame.declared.append(index) } else { frame.free.append(index) }
            var bits: UInt64 = 0
            for (bit, obligation) in shape.obligations.enumerated()
            where try algebra.terms.contains(obligation.names, property.name.text) { bits |= 1 << UInt64(bit) }
            frame.obligations.append(bits)
        }
        frame.rest = shape.rest.map { .init(names: $0.names, schema: $0.schema, obligations: 0) }
        for (bit, obligation) in shape.obligations.enumerated() {
            try split(&frame.rest, by: obligation.names, bit: 1 << UInt64(bit))
        }
        frames[id] = frame
        return frame
    }

    private static let maxObligations = 8

    private func split(_ rest: inout [ObjectFrame.Rest], by names: Term, bit: UInt64) throws(GrammarError) {
        let terms = algebra.terms
        let others = try terms.complement(names)
        var parts: [ObjectFrame.Rest] = []
        for part in rest {
            let inside = try terms.intersection([part.names, names])
            if try !terms.isEmpty(inside) {
                parts.append(.init(names: inside, schema: part.schema, obligations: part.obligations | bit))
            }
            let outside = try terms.intersection([part.names, others])
            if try !terms.isEmpty(outside) {
                parts.append(.init(names: outside, schema: part.schema, obligations: part.obligations))
            }
        }
        rest = parts
    }

    /// An object without members.
    func start(_ frame: ObjectFrame) -> ObjectState {
        var state = ObjectState()
        state.outstanding = Self.bits(frame.shape.obligations.count)
        state.similar = Self.bits(frame.shape.excluded.count)
        return state
    }

    private static func bits(_ count: Int) -> UInt64 { count >= 64 ? .max : (1 << UInt64(count)) - 1 }

    func isInhabited(_ id: ShapeID) throws(GrammarError) -> Bool {
        let shape = algebra.object(id)
        if let maximum = shape.maxCount, maximum < shape.requiredCount { return false }
        for property in shape.properties where property.isRequired {
            if try !algebra.isInhabited(property.schema) { return false }
        }
        if shape.obligations.isEmpty, shape.excluded.isEmpty, shape.minCount <= shape.requiredCount { return true }
        let frame = try frame(id)
        return try canFinish(id, frame, start(frame))
    }

    // MARK: Finishing

    /// Whether the object may end here.
    func canClose(_ frame: ObjectFrame, _ state: ObjectState) -> Bool {
        state.count >= frame.shape.minCount && state.outstanding == 0 && !equalsExcluded(frame, state)
            && required(frame, state).isEmpty
    }

    private func equalsExcluded(_ frame: ObjectFrame, _ state: ObjectState) -> Bool {
        guard state.similar != 0 else { return false }
        return frame.shape.excluded.indices.contains {
            state.similar >> UInt64($0) & 1 != 0 && frame.shape.excluded[$0].count == state.count
        }
    }

    /// The required properties that are still to come.
    private func required(_ frame: ObjectFrame, _ state: ObjectState) -> [Int] {
        let properties = frame.shape.properties
        return frame.declared[min(state.position, frame.declared.count)...].filter { properties[$0].isRequired }
            + frame.free.filter { properties[$0].isRequired && !state.freeSeen.contains($0) }
    }

    /// Whether there is a way to finish the object from here.
    func canFinish(
        _ id: ShapeID, _ frame: ObjectFrame, _ state: ObjectState, pending: Int? = nil
    ) throws(GrammarError) -> Bool {
        let question = Question(shape: id, state: state, pending: pending)
        if let known = finishable[question] { return known }
        try algebra.terms.budget.spend()
        let answer = try search(id, frame, state, pending)
        if answer || !algebra.provisional.isRunning { finishable[question] = answer }
        return answer
    }

    private func search(
        _ id: ShapeID, _ frame: ObjectFrame, _ state: ObjectState, _ pending: Int?
    ) throws(GrammarError) -> Bool {
        let required = required(frame, state)
        let total = state.count + required.count
        if let maximum = frame.shape.maxCount, total > maximum { return false }
        for index in required where try !algebra.isInhabited(frame.shape.properties[index].schema) { return false }
        if state.outstanding != 0 {
            var search = ObligationSearch(frames: self, frame: frame, state: state, pending: pending, required: required)
            if try !search.run() { return false }
        } else if total < frame.shape.minCount {
            let needed = frame.shape.minCount - total
            if try room(frame, state, pending: pending, atMost: needed) < needed { return false }
        }
        guard state.similar != 0 else { return true }
        // It must become different from each of the excluded objects.
        if canClose(frame, state) { return true }
        try algebra.descend()
        defer { algebra.depth -= 1 }
        for move in try moves(id, frame, state) where !move.outcomes.isEmpty { return true }
        return false
    }

    /// How many optional properties there may still be, as far as `limit` counts.
    private func room(
        _ frame: ObjectFrame, _ state: ObjectState, pending: Int?, atMost limit: Int
    ) throws(GrammarError) -> Int {
        var count = 0
        for index in optional(frame, state) where count < limit {
            if try algebra.isInhabited(frame.shape.properties[index].schema) { count += 1 }
        }
        for index in frame.rest.indices where count < limit {
            count += try room(frame, state, rest: index, pending: pending, atMost: limit - count)
        }
        return min(count, limit)
    }

    /// The optional properties that may still come.
    func optional(_ frame: ObjectFrame, _ state: ObjectState) -> [Int] {
        let properties = frame.shape.properties
        return frame.declared[min(state.position, frame.declared.count)...].filter { !properties[$0].isRequired }
            + frame.free.filter { !properties[$0].isRequired && !state.freeSeen.contains($0) }
    }

    /// How many names of a class may still come, as far as `limit` counts.
    func room(
        _ frame: ObjectFrame, _ state: ObjectState, rest index: Int, pending: Int?, atMost limit: Int
    ) throws(GrammarError) -> Int {
        let rest = frame.rest[index]
        guard try algebra.isInhabited(rest.schema) else { return 0 }
        if rest.names == algebra.anything { return limit }
        let used = pending == index ? 1 : 0
        let names = try names(frame, state, rest: index)
        return try min(limit, (algebra.terms.texts(of: names, atMost: limit + used)?.count ?? limit + used) - used)
    }

    /// The language of the names of a class that may come next.
    func names(_ frame: ObjectFrame, _ state: ObjectState, rest index: Int) throws(GrammarError) -> Term {
        let taken = frame.shape.properties.map { Regex.literal($0.name.text) } + state.names.map { .literal($0.text) }
        let names = frame.rest[index].names
        if taken.isEmpty { return names }
        let others = try algebra.terms.complement(try algebra.terms.intern(.union(taken)))
        return names == algebra.anything ? others : try algebra.terms.intersection([names, others])
    }

    // MARK: Going on

    /// The members that may come next, each with at least one outcome from which the object can be finished.
    func moves(_ id: ShapeID, _ frame: ObjectFrame, _ state: ObjectState) throws(GrammarError) -> [ObjectMove] {
        if let maximum = frame.shape.maxCount, state.count >= maximum { return [] }
        var moves: [ObjectMove] = []
        var position = state.position
        while position < frame.declared.count {
            let index = frame.declared[position]
            position += 1
            var next = state
            next.position = position
            let outcomes = try outcomes(id, frame, next, property: index)
            if !outcomes.isEmpty { moves.append(ObjectMove(key: .property(index), outcomes: outcomes)) }
            if frame.shape.properties[index].isRequired { return moves }
        }
        var next = state
        next.position = frame.declared.count
        for index in frame.free where !state.freeSeen.contains(index) {
            var next = next
            next.freeSeen.append(index)
            next.freeSeen.sort()
            let outcomes = try outcomes(id, frame, next, property: index)
            if !outcomes.isEmpty { moves.append(ObjectMove(key: .property(index), outcomes: outcomes)) }
        }
        for index in frame.rest.indices {
            guard try room(frame, state, rest: index, pending: nil, atMost: 1) > 0 else { continue }
            var next = next
            next.similar = 0
            let rest = frame.rest[index]
            let outcomes = try outcomes(
                id, frame, next, pieces: [(rest.schema, 0)], obligations: rest.obligations, pending: index)
            if !outcomes.isEmpty { moves.append(ObjectMove(key: .rest(index), outcomes: outcomes)) }
        }
        return moves
    }

    private func outcomes(
        _ id: ShapeID, _ frame: ObjectFrame, _ state: ObjectState, property index: Int
    ) throws(GrammarError) -> [(value: SetID, state: ObjectState)] {
        let property = frame.shape.properties[index]
        if property.schema == SchemaAlgebra.never { return [] }
        var pieces: [(SetID, UInt64)] = []
        var values: [(ConstantValue, UInt64)] = []
        for (bit, constant) in frame.shape.excluded.enumerated() where state.similar >> UInt64(bit) & 1 != 0 {
            guard let value = constant.member(property.name) else { continue }
            if let known = values.firstIndex(where: { $0.0 == value }) {
                values[known].1 |= 1 << UInt64(bit)
            } else {
                values.append((value, 1 << UInt64(bit)))
            }
        }
        pieces.append((try algebra.subtract(values.map { $0.0 }, from: property.schema), 0))
        for (value, similar) in values {
            pieces.append((try algebra.intersection(property.schema, try algebra.set(of: value)), similar))
        }
        if values.isEmpty { pieces = [(property.schema, 0)] }
        return try outcomes(id, frame, state, pieces: pieces, obligations: frame.obligations[index], pending: nil)
    }

    /// Tells apart which obligations the value meets.
    private func outcomes(
        _ id: ShapeID, _ frame: ObjectFrame, _ state: ObjectState, pieces: [(SetID, UInt64)], obligations: UInt64,
        pending: Int?
    ) throws(GrammarError) -> [(value: SetID, state: ObjectState)] {
        var outcomes: [(value: SetID, state: ObjectState)] = []
        for (piece, similar) in pieces {
            var choices: [(SetID, UInt64)] = [(piece, 0)]
            for (bit, obligation) in frame.shape.obligations.enumerated()
            where (obligations & state.outstanding) >> UInt64(bit) & 1 != 0 {
                for (value, met) in choices {
                    let both = try algebra.intersection(value, obligation.schema)
                    if try algebra.isInhabited(both) { choices.append((both, met | 1 << UInt64(bit))) }
                }
            }
            for (value, met) in choices where try algebra.isInhabited(value) {
                var next = state
                next.count = min(state.count + 1, frame.countLimit)
                next.outstanding &= ~met
                next.similar = similar
                if try canFinish(id, frame, next, pending: pending) { outcomes.append((value, next)) }
            }
        }
        return outcomes
    }
}
