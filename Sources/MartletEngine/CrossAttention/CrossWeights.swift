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

extension CrossWeights {
    /// The weights of the tokens of all parts, in order; nil where there are no parts.
    init?(joining parts: [CrossWeights]) {
        guard let first = parts.first else { return nil }
        self = first
        guard parts.count > 1 else { return }
        numTokens = parts.reduce(0) { $0 + $1.numTokens }
        elements = []
        elements.reserveCapacity(numHeads * numTokens * numPositions)
        for head in 0..<numHeads {
            for part in parts {
                let size = part.numTokens * numPositions
                elements += part.elements[head * size..<(head + 1) * size]
            }
        }
    }
}
