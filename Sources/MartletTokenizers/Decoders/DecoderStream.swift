/// A decoder at work: takes tokens one by one and gives the text that is final.
///
/// Whole texts are decoded by the same machine, so that the parts of a stream always add up to them.
struct DecoderStream: Sendable {
    private let joint: TokenDecoder.Joint
    private var tokenSteps: [TokenStepState]
    private var textSteps: [TextStepState]
    private var lossy = LossyUTF8()
    private var isFirst = true
    /// The joined text that was not given out yet.
    private var joined: [UInt8] = []

    init(_ decoder: TokenDecoder) {
        joint = decoder.joint
        tokenSteps = decoder.tokenSteps.map(TokenStepState.init)
        textSteps = decoder.textSteps.map(TextStepState.init)
    }

    /// The text that a token, as the vocabulary spells it, makes final.
    mutating func push(_ spelling: [UInt8]) -> [UInt8] {
        push(spelling, from: 0)
        return takeText()
    }

    /// The text that a token which leaves none of its own makes final.
    mutating func skip(_ spelling: [UInt8]) -> [UInt8] {
        guard !tokenSteps.isEmpty else { return [] }
        var tokens: [[UInt8]] = []
        tokenSteps[0].skip(spelling) { tokens.append($0) }
        for token in tokens { push(token, from: 1) }
        return takeText()
    }

    /// The text that the bytes of a token spelled in the byte alphabet make final, where there are no token steps.
    mutating func text(of bytes: UnsafeBufferPointer<UInt8>) -> String { lossy.text(of: bytes) }

    /// Ends a run of such bytes: appends to `text` what stands for those that were held back.
    mutating func endBytes(into text: inout [UInt8]) { lossy.finish(into: &text) }

    /// The text that was held back.
    mutating func finish() -> [UInt8] {
        for index in tokenSteps.indices {
            var tokens: [[UInt8]] = []
            tokenSteps[index].finish { tokens.append($0) }
            for token in tokens { push(token, from: index + 1) }
        }
        lossy.finish(into: &joined)
        var text = takeText()
        for index in textSteps.indices {
            text = textSteps[index].push(text) + textSteps[index].finish()
        }
        return text
    }

    private mutating func push(_ token: [UInt8], from index: Int) {
        guard index < tokenSteps.count else { return join(token) }
        var tokens: [[UInt8]] = []
        tokenSteps[index].push(token) { tokens.append($0) }
        for token in tokens { push(token, from: index + 1) }
    }

    private mutating func join(_ token: [UInt8]) {
        switch joint {
        case .concatenation, .fuse: joined += token
        case .spaces:
            if !isFirst { joined.append(UInt8(ascii: " ")) }
            joined += token
        case .byteLevel: lossy.append(token.bytesOfAlphabet(), to: &joined)
        }
        isFirst = false
    }

    private mutating func takeText() -> [UInt8] {
        defer { joined.removeAll(keepingCapacity: true) }
        return textSteps.indices.reduce(joined) { text, index in textSteps[index].push(text) }
    }
}
