/// Pieces back to text as SentencePiece does it.
///
/// **Source** sentencepiece `sentencepiece_processor.cc` `Decode`.
struct SentencePieceDecoder: Sendable {
    /// A piece that is not its own text.
    private enum Special: Sendable {
        case control
        case unknown
        case byte(UInt8)
    }

    private var specials: [[UInt8]: Special] = [:]
    private let unknownSurface: [UInt8]
    /// The first piece loses one escaped space.
    private let stripsFirstSpace: Bool
    /// The first pieces lose one each until there is text.
    private let stripsAllSpaces: Bool

    private static let escapedSpace: [UInt8] = [0xE2, 0x96, 0x81]
    private static let replacementCharacter: [UInt8] = [0xEF, 0xBF, 0xBD]

    init(_ file: SentencePieceFile) {
        for piece in file.pieces {
            switch piece.type {
            case .control: specials[piece.text] = .control
            case .unknown: specials[piece.text] = .unknown
            case .byte: specials[piece.text] = SentencePieceFile.byte(of: piece.text).map(Special.byte)
            case .normal, .userDefined, .unused: break
            }
        }
        unknownSurface = file.trainer.unknownSurface
        stripsAllSpaces = file.normalizer.removesExtraWhitespace
        stripsFirstSpace = file.normalizer.addsDummyPrefix || stripsAllSpaces
    }

    /// What pieces before the next leave to remember.
    struct State: Sendable {
        /// Bytes that are not yet a character.
        fileprivate var pending: [UInt8] = []
        fileprivate var hasText = false
        fileprivate var isAtStart = true
        fileprivate var hasStripped = false
    }

    /// The text that a piece makes final; `isHidden` gives control pieces none.
    func push(_ piece: [UInt8], isHidden: Bool, _ state: inout State) -> [UInt8] {
        let special = specials[piece]
        if case .byte(let byte) = special {
            state.pending.append(byte)
            let text = Self.takeCharacters(&state.pending, isComplete: false)
            state.hasText = state.hasText || !text.isEmpty
            return text
        }
        var text = finish(&state)
        if state.hasStripped || state.hasText { state.isAtStart = false }
        state.hasStripped = false
        switch special {
        case .control: if !isHidden { text += piece }
        case .unknown: text += unknownSurface
        case nil, .byte: text += surface(piece, &state)
        }
        state.hasText = state.hasText || !text.isEmpty
        return text
    }

    /// The text of the bytes that were held back.
    func finish(_ state: inout State) -> [UInt8] {
        let text = Self.takeCharacters(&state.pending, isComplete: true)
        state.hasText = state.hasText || !text.isEmpty
        return text
    }

    private func surface(_ piece: [UInt8], _ state: inout State) -> [UInt8] {
        var piece = piece[...]
        if state.isAtStart, stripsFirstSpace, piece.starts(with: Self.escapedSpace) {
            piece = piece.dropFirst(Self.escapedSpace.count)
            state.hasStripped = !stripsAllSpaces
        }
        return Array(piece).replacing(Self.escapedSpace, [UInt8(ascii: " ")])
    }

    /// Takes the characters off the front of `bytes`; a byte that begins none becomes U+FFFD.
    private static func takeCharacters(_ bytes: inout [UInt8], isComplete: Bool) -> [UInt8] {
        var (text, start) = ([UInt8](), 0)
        while start < bytes.count {
            var progress = UTF8Progress()
            var end = start
            repeat {
                guard end < bytes.count, progress.accept(bytes[end]) else { break }
                end += 1
            } while !progress.isComplete
            if end > start, progress.isComplete {
                text += bytes[start..<end]
                start = end
            } else if end == bytes.count, !isComplete {
                break
            } else {
                text += replacementCharacter
                start += 1
            }
        }
        bytes.removeFirst(start)
        return text
    }

    /// The bytes that a piece adds in the middle of a text.
    func bytes(of piece: [UInt8]) -> [UInt8] {
        switch specials[piece] {
        case .byte(let byte): [byte]
        case .control: piece
        case .unknown: unknownSurface
        case nil: piece.replacing(Self.escapedSpace, [UInt8(ascii: " ")])
        }
    }
}
