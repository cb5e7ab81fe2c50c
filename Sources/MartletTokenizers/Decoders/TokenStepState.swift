/// A step over tokens that come one by one, with what it must remember of those before.
struct TokenStepState: Sendable {
    let step: DecoderStep
    private var isFirst = true
    /// The last token: held back by `bpe`, to compare with by `ctc`.
    private var last: [UInt8]?
    /// The bytes of a run of byte tokens.
    private var run = UTF8Run()
    private var pieces = SentencePieceDecoder.State()

    init(_ step: DecoderStep) { self.step = step }

    /// Takes a token and gives those that are final.
    mutating func push(_ token: [UInt8], _ emit: ([UInt8]) -> Void) {
        defer { isFirst = false }
        switch step {
        case .byteFallback:
            if let byte = DecoderStep.byte(of: token) { return run.append(byte, emit) }
            run.finish(emit)
            emit(token)
        case .bpe:
            if let last { emit(step.apply(to: last, isFirst: false, isLast: false)) }
            last = token
        case .ctc:
            if token == last { return }
            last = token
            let text = step.apply(to: token, isFirst: isFirst, isLast: false)
            if !text.isEmpty { emit(text) }
        case .sentencePiece(let decoder):
            let text = decoder.push(token, isHidden: false, &pieces)
            if !text.isEmpty { emit(text) }
        case .replace, .replaceMatches, .metaspace, .strip, .wordPiece, .byteLevel, .denormalize:
            emit(step.apply(to: token, isFirst: isFirst, isLast: false))
        }
    }

    /// Takes a token that leaves no text.
    mutating func skip(_ token: [UInt8], _ emit: ([UInt8]) -> Void) {
        guard case .sentencePiece(let decoder) = step else { return }
        let text = decoder.push(token, isHidden: true, &pieces)
        if !text.isEmpty { emit(text) }
    }

    /// Gives what is left when no more tokens come.
    mutating func finish(_ emit: ([UInt8]) -> Void) {
        run.finish(emit)
        if case .sentencePiece(let decoder) = step {
            let text = decoder.finish(&pieces)
            if !text.isEmpty { emit(text) }
        }
        if case .bpe = step, let last { emit(step.apply(to: last, isFirst: false, isLast: true)) }
    }
}

/// A run of byte tokens: one token if all of it is UTF-8, else U+FFFD for every byte.
private struct UTF8Run: Sendable {
    private var bytes: [UInt8] = []
    private var progress = UTF8Progress()
    private var isBroken = false

    mutating func append(_ byte: UInt8, _ emit: ([UInt8]) -> Void) {
        bytes.append(byte)
        if !isBroken { isBroken = !progress.accept(byte) }
        // A run that cannot become UTF-8 any more need not be held back.
        if isBroken { emitReplacements(emit) }
    }

    mutating func finish(_ emit: ([UInt8]) -> Void) {
        if progress.isComplete {
            if !bytes.isEmpty { emit(bytes) }
        } else {
            emitReplacements(emit)
        }
        self = UTF8Run()
    }

    private mutating func emitReplacements(_ emit: ([UInt8]) -> Void) {
        for _ in bytes { emit([0xEF, 0xBF, 0xBD]) }
        bytes.removeAll()
    }
}
