public import MartletModelIR

/// A sequence whose hidden states are pooled.
public struct PoolingRequest: Sendable, Hashable {
    /// The tokens.
    public var tokenIDs: [Int32]
    /// Which of two texts each token belongs to; empty: all to the first.
    public var tokenTypes: [Int32]
    /// How they are pooled; several vectors are put one behind the other.
    public var poolings: [PoolingType]
    /// Tokens at the beginning that are seen but not pooled.
    public var numSkippedTokens: Int

    /// A sequence.
    public init(
        tokenIDs: [Int32], tokenTypes: [Int32] = [], poolings: [PoolingType], numSkippedTokens: Int = 0
    ) {
        self.tokenIDs = tokenIDs
        self.tokenTypes = tokenTypes
        self.poolings = poolings
        self.numSkippedTokens = numSkippedTokens
    }

    /// The tokens whose hidden states are needed.
    var wantedTokens: Range<Int> {
        // Without any token left the last one stands for all.
        let first = min(max(numSkippedTokens, 0), tokenIDs.count - 1)
        if poolings == [.cls] { return first..<first + 1 }
        if poolings == [.last] { return tokenIDs.count - 1..<tokenIDs.count }
        return first..<tokenIDs.count
    }
}
