import MartletGrammar

/// Where the output of one request stands in its grammar.
///
/// Used by the engine thread between steps and by the thread that fills masks during one, never by both.
final class GrammarState {
    private enum Phase {
        /// No token yet: the first may open reasoning.
        case undecided(ReasoningPhase)
        /// What has been read of the reasoning since it may hold the beginning of a mark.
        case reasoning(ReasoningPhase, tail: [UInt8])
        case constrained
    }

    private let matcher: GrammarMatcher
    private var phase: Phase
    /// Why the last mask could not be filled.
    private var failure: GrammarError?

    init(_ constraint: GrammarConstraint) {
        matcher = GrammarMatcher(constraint.grammar)
        phase =
            switch constraint.reasoning {
            case nil: .constrained
            case let reasoning? where reasoning.isOpen: .reasoning(reasoning, tail: [])
            case let reasoning?: reasoning.openingTokenIDs.isEmpty ? .constrained : .undecided(reasoning)
            }
    }

    /// Whether the output has ended as the grammar says.
    var isTerminated: Bool { matcher.isTerminated }

    /// Sets the bits of the tokens that may come next, and no others.
    func fill(_ words: UnsafeMutableBufferPointer<UInt32>) {
        do throws(GrammarError) {
            switch phase {
            case .constrained: try matcher.fillBitmask(words)
            case .undecided(let reasoning):
                try matcher.fillBitmask(words)
                for id in reasoning.openingTokenIDs { words.allow(id) }
            case .reasoning(let reasoning, _):
                words.update(repeating: .max)
                for id in reasoning.eosTokenIDs { words.ban(id) }
                for id in reasoning.breakTokenIDs where try matcher.validate(tokens: [Int(id)]) == 0 { words.ban(id) }
            }
        } catch {
            failure = error
            words.update(repeating: .max)
        }
    }

    /// Takes in the token that was sampled under the last mask, and says what is wrong if it cannot be used; banned is
    /// what other parameters of the request exclude.
    func accept(_ tokenID: Int32, isBanned: Bool) -> String? {
        if let failure { return "the grammar of the output failed: \(failure)" }
        do throws(GrammarError) {
            let isTaken = isBanned ? false : try take(tokenID)
            return isTaken ? nil : Self.rejection
        } catch {
            return "the grammar of the output failed: \(error)"
        }
    }

    private static let rejection =
        "the grammar of the output and the other sampling parameters of the request, such as min_tokens or logit_bias, "
        + "together leave no token that may come next"

    private func take(_ tokenID: Int32) throws(GrammarError) -> Bool {
        switch phase {
        case .constrained: return try matcher.accept(token: Int(tokenID))
        case .undecided(let reasoning):
            if reasoning.openingTokenIDs.contains(tokenID) {
                phase = .reasoning(reasoning, tail: [])
                return true
            }
            phase = .constrained
            return try matcher.accept(token: Int(tokenID))
        case .reasoning(let reasoning, let tail):
            let text = tail + reasoning.tokenBytes(tokenID)
            guard let end = reasoning.end(in: text) else {
                phase = .reasoning(reasoning, tail: Array(text.suffix(reasoning.longestMark - 1)))
                return true
            }
            phase = .constrained
            // The rest of the token is white space, as a rule, which readers of the answer drop.
            let rest = text[end...].drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
            return rest.isEmpty ? true : try matcher.accept(bytes: rest)
        }
    }
}

extension ReasoningPhase {
    /// Where the grammar begins in `text`; nil while there is no mark in it.
    fileprivate func end(in text: [UInt8]) -> Int? {
        let found =
            ends.compactMap { text.firstRange(of: $0)?.upperBound }
            + breaks.compactMap { text.firstRange(of: $0)?.lowerBound }
        return found.min()
    }

    fileprivate var longestMark: Int { max((ends + breaks).map(\.count).max() ?? 1, 1) }
}

extension UnsafeMutableBufferPointer<UInt32> {
    fileprivate func allow(_ id: Int32) {
        if indices.contains(Int(id) / 32) { self[Int(id) / 32] |= 1 << UInt32(id % 32) }
    }

    fileprivate func ban(_ id: Int32) {
        if indices.contains(Int(id) / 32) { self[Int(id) / 32] &= ~(1 << UInt32(id % 32)) }
    }
}
