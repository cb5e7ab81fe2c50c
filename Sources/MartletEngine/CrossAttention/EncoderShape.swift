public import MartletModelIR

/// Sizes of the encoder of an encoder-decoder model and of what it leaves in a cross slot.
public struct EncoderShape: Sendable, Hashable {
    /// Rows of an input.
    public var numRows: Int
    /// Columns of an input.
    public var width: Int
    /// Positions the decoder attends to, the tokens of an encoder step.
    public var numPositions: Int
    /// Heads whose weights tell which position belongs to which token.
    public var numAlignmentHeads: Int

    /// Memberwise.
    public init(numRows: Int, width: Int, numPositions: Int, numAlignmentHeads: Int = 0) {
        self.numRows = numRows
        self.width = width
        self.numPositions = numPositions
        self.numAlignmentHeads = numAlignmentHeads
    }

    /// The sizes of the programs `EntryPoint.encoder` and `EntryPoint.decoder`; nil when the encoder reads no features or
    /// the decoder does not attend to them.
    public init?(encoder: Program, decoder: Program) {
        let numPositions = decoder.nodes.lazy.compactMap { node in
            if case .crossAttention(_, let spec) = node.op { spec.numPositions } else { nil }
        }.first
        guard let features = encoder.features, let numPositions else { return nil }
        self.init(
            numRows: numPositions * features.rowsPerToken, width: features.width, numPositions: numPositions,
            numAlignmentHeads: decoder.numAlignmentHeads)
    }

    /// What the programs `EntryPoint.encoder` and `EntryPoint.crossAttentionKV` must be compiled with.
    ///
    /// All rows of the encoder are wanted.
    public func compileOptions(_ configuration: EngineConfiguration) -> CompileOptions {
        let numTokens = numPositions * configuration.maxNumEncoderInputs
        return CompileOptions(
            maxNumBatchedTokens: numTokens, maxNumSeqs: configuration.maxNumEncoderInputs, maxLogitRows: numTokens,
            maxModelLen: numPositions)
    }
}
