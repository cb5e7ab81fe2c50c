/// The best way to a position of the piece, and the token that it ends with.
struct UnigramStep {
    var score = 0.0
    /// How long the token is; zero where none ends here.
    var length: Int32 = 0
    var token: Int32 = 0

    /// Takes another way if it is better; of equals the first stays.
    @inline(__always)
    mutating func improve(_ score: Double, _ length: Int, _ token: Int32) {
        if self.length == 0 || score > self.score {
            self = UnigramStep(score: score, length: Int32(truncatingIfNeeded: length), token: token)
        }
    }
}

extension UnigramModel {
    /// Appends the tokens of one piece of text.
    ///
    /// Where no token that began earlier goes on, the best way to that position is final: the tokens are given out and
    /// the steps begin anew, with the score so far, so that long pieces take no more memory than short ones.
    func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32], scratch: inout UnigramScratch) {
        scratch.unknown = nil
        var (origin, score) = (0, 0.0)
        while origin < piece.count {
            let end = walk(piece, from: origin, score: score, &scratch)
            score = scratch.steps[end - origin].score
            emit(piece, origin..<end, into: &ids, &scratch)
            scratch.clear(end - origin)
            origin = end
        }
        emitUnknown(piece, into: &ids, &scratch)
    }

    /// Fills the steps from `origin` to the next position that no token lies across, and returns that.
    private func walk(
        _ piece: UnsafeBufferPointer<UInt8>, from origin: Int, score: Double, _ scratch: inout UnigramScratch
    ) -> Int {
        var (position, reach) = (origin, origin)
        scratch.makeRoom(trie.maxLength + 4)
        scratch.steps[0].score = score
        repeat {
            let length = UTF8Scalar(in: piece, at: position).length
            scratch.makeRoom(position - origin + trie.maxLength + 4)
            scratch.steps.withUnsafeMutableBufferPointer { steps in
                let here = UnsafeMutableBufferPointer(rebasing: steps[(position - origin)...])
                reach = max(reach, position + offer(piece, from: position, characterLength: length, to: here))
            }
            position += length
        } while position < reach
        return position
    }

    /// Offers the tokens that begin at `position`, where `steps` begin, and returns the length of the longest.
    @inline(__always)
    private func offer(
        _ piece: UnsafeBufferPointer<UInt8>, from position: Int, characterLength: Int,
        to steps: UnsafeMutableBufferPointer<UnigramStep>
    ) -> Int {
        let soFar = steps[0].score
        var (hasCharacter, longest) = (false, characterLength)
        trie.forEachPrefix(of: piece, from: position) { end, token in
            let length = end - position
            if length == characterLength { hasCharacter = true }
            steps[length].improve(scores[Int(token)] + soFar, length, token)
            longest = max(longest, length)
        }
        if !hasCharacter { steps[characterLength].improve(unknownScore + soFar, characterLength, unknownToken ?? -1) }
        return longest
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
            end -= Int(scratch.steps[end].length)
        }
        for end in scratch.path.reversed() {
            let step = scratch.steps[Int(end)]
            let part = range.lowerBound + Int(end - step.length)..<range.lowerBound + Int(end)
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
    /// The steps by their distance from the origin; those not in use are as new.
    var steps: [UnigramStep] = []
    /// The ends of the tokens of the best way, the last first.
    var path: [Int32] = []
    /// The unknown characters that were passed and not given out.
    var unknown: Range<Int>?

    /// Makes sure of `count` steps.
    @inline(__always)
    mutating func makeRoom(_ count: Int) {
        if steps.count < count { steps += repeatElement(UnigramStep(), count: max(count, steps.count)) }
    }

    /// Makes the steps up to `last` as new.
    mutating func clear(_ last: Int) {
        for index in 0...last { steps[index] = UnigramStep() }
    }
}
