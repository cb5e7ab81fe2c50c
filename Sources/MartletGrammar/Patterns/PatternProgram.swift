/// A pattern as instructions, each of which says which comes next: what `PatternAutomaton` runs.
struct PatternProgram {
    enum Instruction {
        /// A scalar of the set.
        case scalars(ScalarSet, next: Int)
        /// Any of these.
        case fork([Int])
        /// What follows is matched by the program from `start` on, or is not.
        case lookahead(start: Int, negated: Bool, next: Int)
        /// What precedes is matched by the lookbehind of this number, or is not.
        case lookbehind(Int, negated: Bool, next: Int)
        /// The text may end here, and what follows does not matter.
        case accept
        /// The text must end here.
        case acceptAtEnd
    }

    /// As many as the recursion of decision diagrams bears.
    private static let maxInstructions = 1024

    private(set) var instructions: [Instruction] = []
    /// Where the lookbehinds begin, those inside others first.
    private(set) var lookbehinds: [Int] = []
    private(set) var start = 0

    /// The instructions for `node` and then any text, or the end of the text.
    init(_ node: PatternNode, thenAnything: Bool) throws(GrammarError) {
        let last = try add(thenAnything ? .accept : .acceptAtEnd)
        start = try add(node, then: last, isBehind: false)
    }

    /// The first instruction for `node`, after which `next` comes.
    private mutating func add(_ node: PatternNode, then next: Int, isBehind: Bool) throws(GrammarError) -> Int {
        switch node {
        case .scalars(let set): return try add(.scalars(set, next: next))
        case .sequence(let parts):
            var next = next
            for part in parts.reversed() { next = try add(part, then: next, isBehind: isBehind) }
            return next
        case .union(let parts):
            var starts: [Int] = []
            for part in parts { starts.append(try add(part, then: next, isBehind: isBehind)) }
            return try add(.fork(starts))
        case .repeated(let node, let atLeast, let atMost):
            return try add(node, atLeast: atLeast, atMost: atMost, then: next, isBehind: isBehind)
        case .lookahead(let node, let isNegated):
            if isBehind {
                throw GrammarError(
                    .unsupported, "regular expression: a lookahead, '$' or '\\b' inside a lookbehind cannot be enforced"
                )
            }
            let start = try add(node, then: try add(.accept), isBehind: false)
            return try add(.lookahead(start: start, negated: isNegated, next: next))
        case .lookbehind(let node, let isNegated):
            let start = try add(node, then: try add(.accept), isBehind: true)
            lookbehinds.append(start)
            return try add(.lookbehind(lookbehinds.count - 1, negated: isNegated, next: next))
        }
    }

    /// A repetition, written out.
    private mutating func add(
        _ node: PatternNode, atLeast: Int, atMost: Int?, then next: Int, isBehind: Bool
    ) throws(GrammarError) -> Int {
        var first = next
        if let atMost {
            for _ in 0..<(atMost - atLeast) {
                first = try add(.fork([next, try add(node, then: first, isBehind: isBehind)]))
            }
        } else {
            first = try add(.fork([next]))
            let body = try add(node, then: first, isBehind: isBehind)
            instructions[first] = .fork([next, body])
        }
        for _ in 0..<atLeast { first = try add(node, then: first, isBehind: isBehind) }
        return first
    }

    private mutating func add(_ instruction: Instruction) throws(GrammarError) -> Int {
        guard instructions.count < Self.maxInstructions else {
            throw GrammarError(.tooComplex, "regular expression: too long for its lookaround inside repetitions")
        }
        instructions.append(instruction)
        return instructions.count - 1
    }
}
