import MartletModelIR

/// Where one step's cross attentions write the weights of their alignment heads.
final class CrossWeightsBuffer {
    private let shape: EncoderShape
    /// `[numTokens, numAlignmentHeads, numPositions]`
    private let weights: UnsafeMutableBufferPointer<Float>

    init(numTokens: Int, shape: EncoderShape) {
        self.shape = shape
        weights = .allocate(capacity: numTokens * shape.numAlignmentHeads * shape.numPositions)
        weights.initialize(repeating: 0)
    }

    deinit { weights.deallocate() }

    /// What `InputBatch.crossWeights` is set to.
    var base: UnsafeMutablePointer<Float>? { weights.baseAddress }

    /// The weights of some tokens of the step, head by head.
    func weights(of tokens: Range<Int>) -> CrossWeights {
        let (numHeads, numPositions) = (shape.numAlignmentHeads, shape.numPositions)
        var elements: [Float] = []
        elements.reserveCapacity(numHeads * tokens.count * numPositions)
        for head in 0..<numHeads {
            for token in tokens {
                let first = (token * numHeads + head) * numPositions
                elements += weights[first..<first + numPositions]
            }
        }
        return CrossWeights(
            numHeads: numHeads, numTokens: tokens.count, numPositions: numPositions, elements: elements)
    }
}
