public import MartletGrammar

/// What the output of a request must look like.
public struct GrammarConstraint: Sendable {
    /// Compiled for the vocabulary of the engine's model.
    public var grammar: CompiledGrammar
    /// What may come before the text of the grammar; nil: nothing.
    public var reasoning: ReasoningPhase?

    /// A constraint from the first token on, or from the end of the reasoning.
    public init(grammar: CompiledGrammar, reasoning: ReasoningPhase? = nil) {
        self.grammar = grammar
        self.reasoning = reasoning
    }
}

/// The reasoning that a model may write before its answer.
///
/// It is free, but for what would end it without the grammar taking over: end-of-sequence tokens, and tool calls where
/// the grammar does not begin with one.
public struct ReasoningPhase: Sendable {
    /// The output begins within reasoning.
    public var isOpen: Bool
    /// Tokens that open reasoning where they are the first of an output that does not begin within it.
    public var openingTokenIDs: [Int32]
    /// The texts that end it, as bytes; the grammar begins after them.
    public var ends: [[UInt8]]
    /// The texts that end it and with which the grammar begins, such as the mark of a tool call.
    public var breaks: [[UInt8]]
    /// The tokens of `breaks`, where they are single ones.
    public var breakTokenIDs: [Int32]
    /// End-of-sequence tokens.
    public var eosTokenIDs: [Int32]
    /// What a token adds to the output.
    public var tokenBytes: @Sendable (Int32) -> [UInt8]

    /// Memberwise.
    public init(
        isOpen: Bool, openingTokenIDs: [Int32] = [], ends: [[UInt8]], breaks: [[UInt8]] = [],
        breakTokenIDs: [Int32] = [], eosTokenIDs: [Int32] = [], tokenBytes: @escaping @Sendable (Int32) -> [UInt8]
    ) {
        self.isOpen = isOpen
        self.openingTokenIDs = openingTokenIDs
        self.ends = ends
        self.breaks = breaks
        self.breakTokenIDs = breakTokenIDs
        self.eosTokenIDs = eosTokenIDs
        self.tokenBytes = tokenBytes
    }
}
