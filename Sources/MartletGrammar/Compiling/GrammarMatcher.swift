/// Where one output stands in its grammar. Owned by one task at a time.
///
/// The mask is exact: a token is allowed when, and only when, the text with it can still be finished.
public final class GrammarMatcher {
    /// The grammar.
    public let grammar: CompiledGrammar

    /// What was taken in, one entry for each token or call of `accept(bytes:)`, after one for the beginning.
    private var steps: [Step]
    /// All text so far.
    private var text: [UInt8] = []
    /// The generation of the automaton that the configurations in `steps` are of; -1 before the first.
    private var generation = -1

    private struct Step {
        /// The token; -1 for bytes.
        var token: Int32
        /// Where the text ends with it.
        var end: Int
        var configuration: Int32
        var isComplete: Bool
    }

    /// How many forced bytes are looked for at once.
    private static let maxForcedBytes = 4096

    /// At the beginning of the text.
    public init(_ grammar: CompiledGrammar) {
        self.grammar = grammar
        steps = [Step(token: -1, end: 0, configuration: 0, isComplete: grammar.acceptsEmptyText)]
    }

    /// Takes in a token. False, and nothing changes, where it is not allowed. After an end-of-sequence token
    /// `isTerminated` is true.
    public func accept(token: Int) throws(GrammarError) -> Bool {
        guard !isTerminated else { return false }
        if grammar.table.isEndOfSequence(token) {
            guard isComplete else { return false }
            let last = steps[steps.count - 1]
            steps.append(Step(token: Int32(token), end: last.end, configuration: last.configuration, isComplete: true))
            return true
        }
        return try withEngine { (engine, matcher) throws(GrammarError) in
            let next = try engine.advance(matcher.configuration, token: token, text: &matcher.text)
            return matcher.append(next, token: Int32(truncatingIfNeeded: token), engine)
        }
    }

    /// How many of these tokens, from the first, would be accepted one after the other. Nothing changes.
    public func validate(tokens: [Int]) throws(GrammarError) -> Int {
        var count = 0
        defer { rollback(count) }
        for token in tokens {
            guard try accept(token: token) else { break }
            count += 1
        }
        return count
    }

    /// Takes in bytes of text as if tokens spelled them. False, and nothing changes, where they are not allowed.
    public func accept(bytes: some Sequence<UInt8>) throws(GrammarError) -> Bool {
        guard !isTerminated else { return false }
        return try withEngine { (engine, matcher) throws(GrammarError) in
            let next = try engine.advance(matcher.configuration, bytes, text: &matcher.text)
            return matcher.append(next, token: -1, engine)
        }
    }

    /// Takes back the last `count` accepted tokens (a call of `accept(bytes:)` counts as one).
    public func rollback(_ count: Int) {
        precondition(count >= 0 && count < steps.count, "more tokens than were accepted")
        steps.removeLast(count)
        text.removeLast(text.count - steps[steps.count - 1].end)
    }

    /// Sets exactly the bits of the tokens that are allowed next, end-of-sequence tokens where the text is complete;
    /// clears all others. `words` holds 32 ids a word, `(vocabulary size + 31) / 32` words.
    public func fillBitmask(_ words: UnsafeMutableBufferPointer<UInt32>) throws(GrammarError) {
        precondition(words.count >= (grammar.table.count + 31) / 32, "the bitmask is smaller than the vocabulary")
        guard !isTerminated else { return words.update(repeating: 0) }
        try withEngine { (engine, matcher) throws(GrammarError) in
            try engine.fill(words, matcher.configuration, text: &matcher.text)
        }
    }

    /// Whether the text so far is complete: it may end here (and may also go on, unless the mask says otherwise).
    public var isComplete: Bool { steps[steps.count - 1].isComplete }

    /// Whether an end-of-sequence token has been accepted.
    public var isTerminated: Bool {
        let token = Int(steps[steps.count - 1].token)
        return token >= 0 && grammar.table.isEndOfSequence(token)
    }

    /// The bytes that must come next because there is no other way to go on; empty where there is a choice. For
    /// jump-forward decoding.
    public func forcedBytes() throws(GrammarError) -> [UInt8] {
        guard !isTerminated else { return [] }
        return try withEngine { (engine, matcher) throws(GrammarError) in
            let length = matcher.text.count
            defer { matcher.text.removeLast(matcher.text.count - length) }
            var configuration = matcher.configuration
            while matcher.text.count < length + Self.maxForcedBytes,
                let forced = try engine.forced(configuration, text: &matcher.text)
            {
                matcher.text.append(forced.byte)
                configuration = forced.next
            }
            return Array(matcher.text[length...])
        }
    }

    /// Back to the beginning.
    public func reset() { rollback(steps.count - 1) }

    private var configuration: Int32 { steps[steps.count - 1].configuration }

    private func append(_ configuration: Int32, token: Int32, _ engine: GrammarEngine) -> Bool {
        guard configuration != 0 else { return false }
        steps.append(
            Step(
                token: token, end: text.count, configuration: configuration,
                isComplete: engine.automaton.accepts(configuration)))
        return true
    }

    /// Runs `body` with the automaton in use, after finding the configurations again in it if it is a new one.
    private func withEngine<Result: Sendable>(
        _ body: (GrammarEngine, GrammarMatcher) throws(GrammarError) -> Result
    ) throws(GrammarError) -> Result {
        try grammar.withEngine { (engine, current) throws(GrammarError) in
            if generation != current { try replay(engine, generation: current) }
            return try body(engine, self)
        }
    }

    /// Finds the configurations of all steps in a new automaton. It reads what the old one accepted.
    private func replay(_ engine: GrammarEngine, generation current: Int) throws(GrammarError) {
        generation = -1
        var replayed: [UInt8] = []
        replayed.reserveCapacity(text.count)
        steps[0].configuration = engine.automaton.start
        for index in 1..<steps.count {
            engine.automaton.budget.restart()
            let (before, step) = (steps[index - 1], steps[index])
            var next = before.configuration
            if step.token < 0 {
                next = try engine.advance(next, text[before.end..<step.end], text: &replayed)
            } else if step.end > before.end {
                next = try engine.advance(next, token: Int(step.token), text: &replayed)
            }
            guard next != 0 else { throw GrammarError(.tooComplex, "could not be taken up again") }
            steps[index].configuration = next
        }
        generation = current
    }
}
