/// How much each token of a prompt attended to each position of the encoder, per alignment head.
public struct CrossWeights: Sendable, Hashable {
    /// Alignment heads, in the order of the model.
    public var numHeads: Int
    /// Tokens.
    public var numTokens: Int
    /// Positions of the encoder.
    public var numPositions: Int
    /// `[numHeads, numTokens, numPositions]`, row-major; over the positions of a token the weights sum to 1.
    public var elements: [Float]

    /// Memberwise.
    public init(numHeads: Int, numTokens: Int, numPositions: Int, elements: [Float]) {
        self.numHeads = numHeads
        self.numTokens = numTokens
        self.numPositions = numPositions
        self.elements = elements
    }
}
