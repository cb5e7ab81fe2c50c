/// The best way to a position of the piece, and the token that it ends with.
struct UnigramStep {
    var score = 0.0
    /// Where the token begins; negative where no token ends here.
    var start: Int32 = -1
    var token: Int32 = 0
}

extension UnigramModel {
    /// Appends the tokens of one piece of text.
    ///
    /// Where no token that began earlier goes on, the best way to that position is final: the tokens are given out and
    /// the steps begin anew, with the score so far, so that long pieces take no more memory than short ones.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32], scratch: inout UnigramScratch) {
        scratch.begin()
        var (origin, score) = (0, 0.0)
        while origin < piece.count {
            let end = walk(piece, from: origin, score: score, &scratch.steps)
            score = scratch.steps[end - origin].score
            emit(piece, origin..<end, into: &ids, &scratch)
            origin = end
        }
        emitUnknown(piece, into: &ids, &scratch)
    }

    /// Fills `steps` from `origin` to the next position that no token lies across, and returns that.
    private func walk(
        _ piece: UnsafeBufferPointer<UInt8>, from origin: Int, score: Double, _ steps: inout [UnigramStep]
    ) -> Int {
        steps.removeAll(keepingCapacity: true)
        steps.append(UnigramStep(score: score))
        var (position, reach) = (origin, origin)
        repeat {
            let next = position + UTF8Scalar(in: piece, at: position).length
            let soFar = steps[position - origin].score
            var hasCharacter = false
            func offer(_ end: Int, _ token: Int32, _ score: Double) {
                while steps.count <= end - origin { steps.append(UnigramStep()) }
                if steps[end - origin].start < 0 || score > steps[end - origin].score {
                    steps[end - origin] = UnigramStep(score: score, start: Int32(position - origin), token: token)
                }
                reach = max(reach, end)
            }
            trie.forEachPrefix(of: piece, from: position) { end, token in
                if end == next { hasCharacter = true }
                offer(end, token, scores[Int(token)] + soFar)
            }
            if !hasCharacter { offer(next, unknownToken ?? -1, unknownScore + soFar) }
            position = next
        } while position < reach
        return position
    }

    /// Gives out the tokens of the best way through `range`; unknown ones are collected until another follows.
    private func emit(
        _ piece: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into ids: inout [Int32],
        _ scratch: inout UnigramScratch
    ) {
        scratch.path.removeAll(keepingCapacity: true)
        var end = range.count
        while end > 0 {
            scratch.path.append(Int32(end))
            end = Int(scratch.steps[end].start)
        }
        for end in scratch.path.reversed() {
            let step = scratch.steps[Int(end)]
            let part = range.lowerBound + Int(step.start)..<range.lowerBound + Int(end)
            if step.token == unknownToken ?? -1 {
                scratch.unknown = (scratch.unknown?.lowerBound ?? part.lowerBound)..<part.upperBound
            } else {
                emitUnknown(piece, into: &ids, &scratch)
                ids.append(step.token)
            }
        }
    }

    /// Gives out what the collected unknown characters become together.
    private func emitUnknown(
        _ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32], _ scratch: inout UnigramScratch
    ) {
        guard let range = scratch.unknown else { return }
        scratch.unknown = nil
        let text = UnsafeBufferPointer(rebasing: piece[range])
        if let id = vocabulary.id(of: text) {
            ids.append(id)
        } else if !tokenOfByte.isEmpty, text.allSatisfy({ tokenOfByte[Int($0)] != nil }) {
            for byte in text { ids.append(tokenOfByte[Int(byte)]!) }
        } else if let unknownToken {
            ids.append(unknownToken)
        }
    }
}

/// What a Unigram model works in; kept between the pieces of one text to allocate once.
struct UnigramScratch {
    var steps: [UnigramStep] = []
    /// The ends of the tokens of the best way, the last first.
    var path: [Int32] = []
    /// The unknown characters that were passed and not given out.
    var unknown: Range<Int>?

    mutating func begin() { unknown = nil }
}
