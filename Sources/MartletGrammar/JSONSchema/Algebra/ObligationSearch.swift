/// Looks for properties that meet the outstanding obligations of an object: each by one that comes anyway, or by one more.
struct ObligationSearch {
    private let frames: ObjectFrames
    private let frame: ObjectFrame
    private let state: ObjectState
    private let pending: Int?
    private let obligations: [Int]
    /// Properties that will come, with what has become of their values.
    private var carriers: [(schema: SetID, obligations: UInt64)]
    private let optional: [Int]
    private var takenOptional: Set<Int> = []
    private var takenRest: [Int]
    private var added = 0
    private let allowance: Int

    init(frames: ObjectFrames, frame: ObjectFrame, state: ObjectState, pending: Int?, required: [Int]) {
        self.frames = frames
        self.frame = frame
        self.state = state
        self.pending = pending
        obligations = frame.shape.obligations.indices.filter { state.outstanding >> UInt64($0) & 1 != 0 }
        carriers = required.map { (frame.shape.properties[$0].schema, frame.obligations[$0]) }
        optional = frames.optional(frame, state)
        takenRest = Array(repeating: 0, count: frame.rest.count)
        allowance = (frame.shape.maxCount ?? .max) - state.count - required.count
    }

    mutating func run() throws(GrammarError) -> Bool { try meet(from: 0) }

    private mutating func meet(from index: Int) throws(GrammarError) -> Bool {
        try frames.algebra.terms.budget.spend()
        guard index < obligations.count else { return try hasEnough() }
        let algebra = frames.algebra
        let schema = frame.shape.obligations[obligations[index]].schema
        let bit: UInt64 = 1 << UInt64(obligations[index])
        for carrier in carriers.indices where carriers[carrier].obligations & bit != 0 {
            let before = carriers[carrier].schema
            let both = try algebra.intersection(before, schema)
            guard try algebra.isInhabited(both) else { continue }
            carriers[carrier].schema = both
            if try meet(from: index + 1) { return true }
            carriers[carrier].schema = before
        }
        guard added < allowance else { return false }
        for property in optional where frame.obligations[property] & bit != 0 && !takenOptional.contains(property) {
            let both = try algebra.intersection(frame.shape.properties[property].schema, schema)
            takenOptional.insert(property)
            if try add(both, frame.obligations[property], from: index) { return true }
            takenOptional.remove(property)
        }
        for rest in frame.rest.indices where frame.rest[rest].obligations & bit != 0 {
            let needed = takenRest[rest] + 1
            guard try frames.room(frame, state, rest: rest, pending: pending, atMost: needed) >= needed else { continue }
            let both = try algebra.intersection(frame.rest[rest].schema, schema)
            takenRest[rest] += 1
            if try add(both, frame.rest[rest].obligations, from: index) { return true }
            takenRest[rest] -= 1
        }
        return false
    }

    private mutating func add(_ schema: SetID, _ bits: UInt64, from index: Int) throws(GrammarError) -> Bool {
        guard try frames.algebra.isInhabited(schema) else { return false }
        carriers.append((schema, bits))
        added += 1
        if try meet(from: index + 1) { return true }
        carriers.removeLast()
        added -= 1
        return false
    }

    /// Whether the smallest number of properties can be reached, too.
    private func hasEnough() throws(GrammarError) -> Bool {
        var missing = frame.shape.minCount - state.count - carriers.count
        for property in optional where missing > 0 && !takenOptional.contains(property) {
            if try frames.algebra.isInhabited(frame.shape.properties[property].schema) { missing -= 1 }
        }
        for rest in frame.rest.indices where missing > 0 {
            let taken = takenRest[rest]
            missing -= max(
                0, try frames.room(frame, state, rest: rest, pending: pending, atMost: missing + taken) - taken)
        }
        return missing <= 0
    }
}
