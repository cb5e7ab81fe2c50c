/// What says which tokens the output of a request may go on with.
enum OutputConstraint {
    /// A grammar, and where the output stands in it.
    case grammar(GrammarState)
    /// Rules that look at the output so far.
    case rules(any TokenRules)

    /// The constraint of a request, which has one at most.
    init?(_ request: EngineRequest) {
        if let constraint = request.constraint {
            self = .grammar(GrammarState(constraint))
        } else if let rules = request.tokenRules {
            self = .rules(rules)
        } else {
            return nil
        }
    }

    /// Sets the bits of the tokens that may come after `generated`, and no others.
    func fill(_ words: UnsafeMutableBufferPointer<UInt32>, after generated: ArraySlice<Int32>) {
        switch self {
        case .grammar(let state): state.fill(words)
        case .rules(let rules):
            words.update(repeating: .max)
            rules.restrict(words, after: generated)
        }
    }

    /// Takes in the token that was sampled under the mask `words`, and says what is wrong if it cannot be used; banned is
    /// what other parameters of the request exclude.
    func accept(_ tokenID: Int32, isBanned: Bool, words: UnsafePointer<UInt32>?) -> String? {
        switch self {
        case .grammar(let state): return state.accept(tokenID, isBanned: isBanned)
        case .rules:
            let isAllowed = words.map { $0[Int(tokenID) / 32] >> UInt32(tokenID % 32) & 1 == 1 } ?? true
            return isAllowed && !isBanned ? nil : Self.rejection
        }
    }

    private static let rejection =
        "the token rules and the other sampling parameters of the request, such as logit_bias, together leave no token "
        + "that may come next"
}
