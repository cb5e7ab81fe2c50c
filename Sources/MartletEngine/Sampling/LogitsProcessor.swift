import MartletModelIR

/// The changes one request makes to its logits, kept up to date token by token; empty when all parameters are neutral.
///
/// **Source**: vLLM `v1/sample/ops/penalties.py` and `v1/sample/logits_processor/builtin.py`.
struct LogitsProcessor {
    /// At most one per token id.
    private(set) var edits: [LogitEdit] = []
    /// How often each edit's token stands in the output.
    private var outputCounts: [Int32] = []
    /// Where a token's edit stands.
    private var places: [Int32: Int] = [:]
    /// Tokens banned until `minTokens` are generated.
    private var bannedTokenIDs: [Int32] = []
    private var numOutputTokens = 0
    private let repetitionPenalty: Float
    private let presencePenalty: Float
    private let frequencyPenalty: Float
    private let minTokens: Int
    private let logitBias: [Int32: Float]

    /// The state before the first output token.
    init(params: SamplingParams, promptTokenIDs: [Int32]) {
        repetitionPenalty = params.repetitionPenalty
        presencePenalty = params.presencePenalty
        frequencyPenalty = params.frequencyPenalty
        minTokens = params.minTokens
        logitBias = params.logitBias
        for (tokenID, bias) in logitBias where bias != 0 { edits[place(of: tokenID)].bias = bias }
        if repetitionPenalty != 1 {
            for tokenID in promptTokenIDs { edits[place(of: tokenID)].repetitionPenalty = repetitionPenalty }
        }
        if minTokens > 0 {
            bannedTokenIDs = params.stopTokenIDs + (params.ignoreEOS ? [] : params.eosTokenIDs)
            for tokenID in bannedTokenIDs { edits[place(of: tokenID)].bias = -.infinity }
        }
    }

    /// Takes a generated token into account.
    mutating func accept(_ tokenID: Int32) {
        numOutputTokens += 1
        if numOutputTokens == minTokens {
            for tokenID in bannedTokenIDs { edits[place(of: tokenID)].bias = logitBias[tokenID] ?? 0 }
        }
        guard repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0 else { return }
        let place = place(of: tokenID)
        outputCounts[place] += 1
        edits[place].repetitionPenalty = repetitionPenalty
        edits[place].penalty = presencePenalty + frequencyPenalty * Float(outputCounts[place])
    }

    /// Whether the next token cannot be this one.
    func bans(_ tokenID: Int32) -> Bool { places[tokenID].map { edits[$0].bias == -.infinity } ?? false }

    private mutating func place(of tokenID: Int32) -> Int {
        if let place = places[tokenID] { return place }
        places[tokenID] = edits.count
        edits.append(LogitEdit(tokenID: tokenID))
        outputCounts.append(0)
        return edits.count - 1
    }
}
