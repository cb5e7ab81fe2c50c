import MartletModelIR
import MartletWeights

/// One sequence through the model without engine or tokenizer: token ids in, float32 logits out, for comparing.
///
/// The cache is float32, and so is the arithmetic when the configuration's `dtype` says so. Not thread-safe.
public final class ForwardPass {
    /// Columns of the logits.
    public let vocabSize: Int
    /// Most tokens of one sequence.
    public let maxModelLen: Int
    private let sequence: SingleSequence

    private static let maxTokensPerStep = 64

    /// Loads the model of a configuration for sequences of at most `maxModelLen` tokens.
    ///
    /// **Throws** as `LLM.load`; `unsupported` when the model is not made for that many tokens.
    public static func load(
        _ configuration: LLMConfiguration, maxModelLen: Int, progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> sending ForwardPass {
        let opened = try await OpenedModel.open(configuration, progress: progress)
        return try ForwardPass(opened, configuration, maxModelLen: maxModelLen)
    }

    /// The tokens of a configuration's model whose places images, videos and sounds take; none of a model of text.
    ///
    /// **Throws** as `LLM.load`.
    public static func mediaTokenIDs(_ configuration: LLMConfiguration) async throws(LLMError) -> Set<Int> {
        try await OpenedCheckpoint.open(configuration, progress: nil).checkpoint.mediaTokenIDs
    }

    private init(_ opened: OpenedModel, _ configuration: LLMConfiguration, maxModelLen: Int) throws(LLMError) {
        guard maxModelLen <= opened.model.maxPositionEmbeddings else {
            throw .unsupported(
                "\(opened.name) is made for \(opened.model.maxPositionEmbeddings) tokens, \(maxModelLen) are asked for")
        }
        sequence = try SingleSequence(
            opened.program, keeping: opened.model.kvCacheSpecs, weights: opened.weights, configuration,
            maxModelLen: maxModelLen, maxTokensPerStep: Self.maxTokensPerStep)
        vocabSize = opened.model.vocabSize
        self.maxModelLen = maxModelLen
    }

    /// The logits after every token of a sequence: `[tokens, vocabSize]`, row-major.
    ///
    /// **Throws** `invalidRequest` for ids outside the vocabulary or too many of them.
    public func logits(of tokenIDs: [Int32]) throws(LLMError) -> [Float] {
        try check(tokenIDs, more: 0)
        var rows: [Float] = []
        rows.reserveCapacity(tokenIDs.count * vocabSize)
        for start in stride(from: 0, to: tokenIDs.count, by: sequence.maxTokensPerStep) {
            let end = min(start + sequence.maxTokensPerStep, tokenIDs.count)
            let view = try sequence.step(
                tokenIDs[start..<end], from: start, length: tokenIDs.count, wantsAllRows: true)
            for row in 0..<view.numRows { rows += view[row] }
        }
        return rows
    }

    /// The `count` most probable tokens one after the other, ties to the lowest id.
    ///
    /// **Throws** as `logits(of:)`.
    public func greedy(after tokenIDs: [Int32], count: Int) throws(LLMError) -> [Int32] {
        try check(tokenIDs, more: count)
        var known = tokenIDs
        var numComputed = 0
        while known.count < tokenIDs.count + count {
            let end = min(numComputed + sequence.maxTokensPerStep, known.count)
            let view = try sequence.step(
                known[numComputed..<end], from: numComputed, length: known.count, wantsAllRows: false)
            numComputed = end
            guard end == known.count else { continue }
            known.append(Self.largest(view[0]))
            if sequence.changesRotations(at: known.count) { numComputed = 0 }
        }
        return Array(known.dropFirst(tokenIDs.count))
    }

    private func check(_ tokenIDs: [Int32], more: Int) throws(LLMError) {
        guard !tokenIDs.isEmpty else { throw .invalidRequest(param: "input_ids", message: "no tokens") }
        guard tokenIDs.count + more <= maxModelLen else {
            throw .invalidRequest(
                param: "input_ids", message: "\(tokenIDs.count + more) tokens, but at most \(maxModelLen) are possible")
        }
        if let outside = tokenIDs.first(where: { $0 < 0 || Int($0) >= vocabSize }) {
            throw .invalidRequest(
                param: "input_ids", message: "token id \(outside) is outside the vocabulary (0 to \(vocabSize - 1))")
        }
    }

    private static func largest(_ row: UnsafeMutableBufferPointer<Float>) -> Int32 {
        var best = 0
        for column in row.indices where row[column] > row[best] { best = column }
        return Int32(best)
    }
}
