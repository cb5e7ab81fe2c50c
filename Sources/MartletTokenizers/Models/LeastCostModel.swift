/// The cheapest sequence of tokens, in whole numbers; a character without token costs much and becomes its bytes.
///
/// **Source** PLaMo 2's tokenizer, as llama.cpp `llm_tokenizer_plamo2` has it.
struct LeastCostModel: Sendable {
    let vocabulary: SpellingTable
    private let trie: PrefixTrie
    /// What each token costs; nil where it is never chosen.
    private let costs: [Int?]
    private let tokenOfByte: [Int32?]

    private static let unknownCost = 10_000_000
    private static let maxCost = 20_000_000

    /// A model of tokens and their scores; `isByte` tells the tokens that stand for single bytes.
    init(tokens: [[UInt8]], scores: [Float], isByte: (Int) -> Bool) {
        vocabulary = SpellingTable(tokens)
        tokenOfByte = vocabulary.byteTokens
        var trie = PrefixTrie()
        var costs = [Int?](repeating: nil, count: tokens.count)
        for (id, token) in tokens.enumerated() where !token.isEmpty && !isByte(id) {
            trie.insert(token, Int32(id))
            let score = scores.indices.contains(id) ? (Double(scores[id]) * 1e4).rounded() : 0
            if score.magnitude < Double(Self.maxCost) { costs[id] = -Int(score) }
        }
        self.trie = trie
        self.costs = costs
    }

    /// The step from a position: how far, and to which token.
    private struct Step {
        var cost = 0
        var end = 0
        var token: Int32?
    }

    /// Appends the tokens of one piece of text.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
        var steps = [Step](repeating: Step(), count: piece.count + 1)
        for start in piece.indices.reversed() where piece[start] & 0xC0 != 0x80 {
            let end = start + UTF8Scalar(in: piece, at: start).length
            var best = Step(cost: steps[end].cost + Self.unknownCost, end: end)
            // Of equally cheap ways the longer token wins, and any token before none.
            trie.forEachPrefix(of: piece, from: start) { end, token in
                guard let cost = costs[Int(token)], cost + steps[end].cost <= best.cost else { return }
                best = Step(cost: cost + steps[end].cost, end: end, token: token)
            }
            steps[start] = best
        }
        // A byte order mark at the start says nothing.
        var start = piece.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start < piece.count {
            let step = steps[start]
            if let token = step.token {
                ids.append(token)
            } else {
                ids += piece[start..<step.end].compactMap { tokenOfByte[Int($0)] }
            }
            start = step.end
        }
    }
}
