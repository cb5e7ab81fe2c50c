import MartletModelIR

@testable import MartletEngine

/// What a request should give, found the plain way: one request, no cache, all tokens computed again for every token,
/// penalties counted again from the texts. The twin of the engine.
struct NaiveGenerator {
    let vocabSize: Int
    let maxModelLen: Int
    let engineSeed: UInt64
    var model = HashModel()

    struct Result: Equatable {
        var tokenIDs: [Int32] = []
        var logprobs: [TokenLogprobs] = []
        var promptLogprobs: [TokenLogprobs?]?
        var finishReason: FinishReason?
        var stopTokenID: Int32?
    }

    func generate(_ request: EngineRequest) -> Result {
        let params = request.params
        var result = Result()
        if let count = params.numPromptLogprobs { result.promptLogprobs = promptLogprobs(request, count) }
        var output: [Int32] = []
        while result.finishReason == nil {
            let row = samplingRow(request, output)
            let sampled = PlainSampler.sample(logits(request.promptTokenIDs + output), row)
            output.append(sampled.tokenID)
            if params.numLogprobs != nil { result.logprobs.append(logprobs(sampled)) }
            let isEOS = !params.ignoreEOS && params.eosTokenIDs.contains(sampled.tokenID)
            if output.count >= params.minTokens, isEOS || params.stopTokenIDs.contains(sampled.tokenID) {
                result.finishReason = .stop
                result.stopTokenID = isEOS ? nil : sampled.tokenID
            } else if output.count == params.maxTokens || request.promptTokenIDs.count + output.count == maxModelLen {
                result.finishReason = .length
            }
        }
        result.tokenIDs = output
        return result
    }

    /// The logits after the first `count` of `tokens`, all of which are known.
    private func logits(_ tokens: [Int32], upTo count: Int? = nil) -> [Float] {
        let isLong = model.longRotaryLength.map { tokens.count > $0 } ?? false
        return model.logits(tokens[..<(count ?? tokens.count)], isLong: isLong, vocabSize: vocabSize)
    }

    private func promptLogprobs(_ request: EngineRequest, _ count: Int) -> [TokenLogprobs?] {
        [nil]
            + request.promptTokenIDs.indices.dropFirst().map { index in
                var row = SamplingRow()
                row.forcedTokenID = request.promptTokenIDs[index]
                row.numLogprobs = count
                return logprobs(PlainSampler.sample(logits(request.promptTokenIDs, upTo: index), row))
            }
    }

    private func samplingRow(_ request: EngineRequest, _ output: [Int32]) -> SamplingRow {
        let params = request.params
        var row = SamplingRow()
        row.temperature = params.temperature
        row.topK = Int32(params.topK)
        row.numLogprobs = params.numLogprobs
        let seed = params.seed ?? CounterRandom.seed(engineSeed: engineSeed, requestID: request.id)
        row.randomBits = CounterRandom.bits(seed: seed, index: output.count)
        for tokenID in 0..<Int32(vocabSize) {
            let isStop =
                params.stopTokenIDs.contains(tokenID) || !params.ignoreEOS && params.eosTokenIDs.contains(tokenID)
            let isBanned = isStop && output.count < params.minTokens
            let count = output.count { $0 == tokenID }
            let isRepeated = count > 0 || request.promptTokenIDs.contains(tokenID)
            row.edits.append(
                LogitEdit(
                    tokenID: tokenID, bias: isBanned ? -.infinity : params.logitBias[tokenID] ?? 0,
                    repetitionPenalty: isRepeated ? params.repetitionPenalty : 1,
                    penalty: count == 0 ? 0 : params.presencePenalty + params.frequencyPenalty * Float(count)))
        }
        return row
    }

    private func logprobs(_ row: SampledRow) -> TokenLogprobs {
        TokenLogprobs(
            chosen: TokenLogprob(tokenID: row.tokenID, logprob: row.logprob, rank: row.rank), top: row.topLogprobs)
    }
}
