/// Where one output stands in its grammar. Owned by one task at a time.
///
/// The mask is exact: a token is allowed when, and only when, the text with it can still be finished.
public final class GrammarMatcher {
    /// The grammar.
    public let grammar: CompiledGrammar

    /// At the beginning of the text.
    public init(_ grammar: CompiledGrammar) { self.grammar = grammar }

    /// Takes in a token. False, and nothing changes, where it is not allowed. After an end-of-sequence token
    /// `isTerminated` is true.
    public func accept(token: Int) throws(GrammarError) -> Bool { preconditionFailure() }

    /// How many of these tokens, from the first, would be accepted one after the other. Nothing changes.
    public func validate(tokens: [Int]) throws(GrammarError) -> Int { preconditionFailure() }

    /// Takes in bytes of text as if tokens spelled them. False, and nothing changes, where they are not allowed.
    public func accept(bytes: some Sequence<UInt8>) throws(GrammarError) -> Bool { preconditionFailure() }

    /// Takes back the last `count` accepted tokens (a call of `accept(bytes:)` counts as one).
    public func rollback(_ count: Int) { preconditionFailure() }

    /// Sets exactly the bits of the tokens that are allowed next, end-of-sequence tokens where the text is complete;
    /// clears all others. `words` holds 32 ids a word, `(vocabulary size + 31) / 32` words.
    public func fillBitmask(_ words: UnsafeMutableBufferPointer<UInt32>) throws(GrammarError) { preconditionFailure() }

    /// Whether the text so far is complete: it may end here (and may also go on, unless the mask says otherwise).
    public var isComplete: Bool { preconditionFailure() }

    /// Whether an end-of-sequence token has been accepted.
    public var isTerminated: Bool { preconditionFailure() }

    /// The bytes that must come next because there is no other way to go on; empty where there is a choice. For
    /// jump-forward decoding.
    public func forcedBytes() throws(GrammarError) -> [UInt8] { preconditionFailure() }

    /// Back to the beginning.
    public func reset() { preconditionFailure() }
}
