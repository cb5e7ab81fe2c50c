/// The pieces whose scores have the greatest sum, added up in single precision as the library does.
///
/// **Source** sentencepiece `unigram_model.cc` `EncodeOptimized`.
struct SentencePieceUnigram: Sendable {
    private let trie: PrefixTrie
    private let scores: [Float]
    /// User-defined pieces, whose score depends on their length.
    private let isUserDefined: [Bool]
    private let unknownScore: Float

    private static let unknownPenalty: Float = 10
    /// Beyond this sums are set back, so that they keep their precision.
    private static let scoreLimit: Float = 100_000

    init(_ pieces: [SentencePieceFile.Piece]) {
        var trie = PrefixTrie()
        for (id, piece) in pieces.enumerated() where piece.type == .normal || piece.type == .userDefined {
            trie.insert(piece.text, Int32(id))
        }
        self.trie = trie
        scores = pieces.map(\.score)
        isUserDefined = pieces.map { $0.type == .userDefined }
        let least = pieces.lazy.filter { $0.type == .normal }.map(\.score).min()
        unknownScore = (least ?? Float.greatestFiniteMagnitude) - Self.unknownPenalty
    }

    /// The best way to a place, and the piece that it ends with.
    private struct Step {
        var score: Float = 0
        /// Where the piece begins; negative where none ends here.
        var start = -1
        /// Negative for an unknown character.
        var piece: Int32 = -1
    }

    /// Calls `body` with the pieces in order, nil for unknown characters.
    ///
    /// Where no piece that began earlier goes on, the best way to that place is final.
    func encode(_ text: UnsafeBufferPointer<UInt8>, _ body: (Int32?, Range<Int>) -> Void) {
        var steps: [Step] = []
        var (origin, score) = (0, Float(0))
        while origin < text.count {
            let end = walk(text, from: origin, score: score, &steps)
            score = steps[end - origin].score
            var path: [Int] = []
            var place = end - origin
            while place > 0 {
                path.append(place)
                place = steps[place].start
            }
            for place in path.reversed() {
                let step = steps[place]
                body(step.piece < 0 ? nil : step.piece, origin + step.start..<origin + place)
            }
            origin = end
        }
    }

    /// Fills `steps` from `origin` to the next place that no piece lies across, and returns that.
    private func walk(
        _ text: UnsafeBufferPointer<UInt8>, from origin: Int, score: Float, _ steps: inout [Step]
    ) -> Int {
        steps.removeAll(keepingCapacity: true)
        steps.append(Step(score: score))
        var position = origin
        repeat {
            let place = position - origin
            let next = position + text.characterLength(at: position)
            Self.setBack(&steps, from: place)
            let soFar = steps[place].score
            var hasCharacter = false
            func offer(_ end: Int, _ piece: Int32, _ score: Float) {
                while steps.count <= end - origin { steps.append(Step()) }
                if steps[end - origin].start < 0 || score > steps[end - origin].score {
                    steps[end - origin] = Step(score: score, start: place, piece: piece)
                }
            }
            trie.forEachPrefix(of: text, from: position) { end, piece in
                if end == next { hasCharacter = true }
                let score = isUserDefined[Int(piece)] ? Self.userDefinedScore(end - position) : scores[Int(piece)]
                offer(end, piece, score + soFar)
            }
            if !hasCharacter { offer(next, -1, unknownScore + soFar) }
            position = next
        } while position - origin < steps.count - 1
        return position
    }

    private static func userDefinedScore(_ length: Int) -> Float { Float(0.1 * Double(length - 1)) }

    private static func setBack(_ steps: inout [Step], from place: Int) {
        let offset = steps[place].score
        guard offset.magnitude > scoreLimit else { return }
        for index in place..<steps.count where index == place || steps[index].start >= 0 {
            steps[index].score -= offset
        }
    }
}
