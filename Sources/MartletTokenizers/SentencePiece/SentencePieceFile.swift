/// The contents of a SentencePiece `.model` file, as far as they matter for encoding and decoding.
///
/// **Source** sentencepiece `sentencepiece_model.proto`.
struct SentencePieceFile {
    /// What a piece is for.
    enum PieceType: UInt64 {
        case normal = 1
        case unknown = 2
        case control = 3
        case userDefined = 4
        case unused = 5
        case byte = 6
    }

    /// How text becomes pieces.
    enum ModelType: UInt64, CaseIterable {
        case unigram = 1
        case bpe = 2
        case word = 3
        case character = 4
    }

    /// One token; its id is its place.
    struct Piece {
        var text: [UInt8] = []
        var score: Float = 0
        var type = PieceType.normal
    }

    /// `TrainerSpec`.
    struct Trainer {
        var modelType = ModelType.unigram
        var treatsWhitespaceAsSuffix = false
        var byteFallback = false
        var unknownSurface = Array(" \u{2047} ".utf8)
        var unknownPiece = Array("<unk>".utf8)
        var bosPiece = Array("<s>".utf8)
        var eosPiece = Array("</s>".utf8)
        var padPiece = Array("<pad>".utf8)
    }

    /// `NormalizerSpec`.
    struct Normalizer {
        var charsmap: [UInt8] = []
        var addsDummyPrefix = true
        var removesExtraWhitespace = true
        var escapesWhitespace = true
    }

    var pieces: [Piece] = []
    var trainer = Trainer()
    var normalizer = Normalizer()
    var denormalizer = Normalizer()

    /// Reads a file; unknown fields are skipped, a message that occurs again adds to what it said before.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(TokenizerError) {
        var reader = ProtobufReader(bytes, 0..<bytes.count)
        while let (number, value) = try reader.next() {
            guard case .bytes(let range) = value else { continue }
            switch number {
            case 1: pieces.append(try Piece(bytes, range))
            case 2: try trainer.read(bytes, range)
            case 3: try normalizer.read(bytes, range)
            case 5: try denormalizer.read(bytes, range)
            default: break
            }
        }
    }
}

extension SentencePieceFile.Piece {
    fileprivate init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) throws(TokenizerError) {
        var reader = ProtobufReader(bytes, range)
        while let field = try reader.next() {
            switch field {
            case (1, .bytes(let range)): text = Array(bytes[range])
            case (2, .fixed32(let bits)): score = Float(bitPattern: bits)
            case (3, .varint(let number)): type = SentencePieceFile.PieceType(rawValue: number) ?? type
            default: break
            }
        }
    }
}

extension SentencePieceFile.Trainer {
    fileprivate mutating func read(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
    ) throws(TokenizerError) {
        var reader = ProtobufReader(bytes, range)
        while let field = try reader.next() {
            switch field {
            case (3, .varint(let number)):
                guard let type = SentencePieceFile.ModelType(rawValue: number) else {
                    throw .unsupported(
                        part: "SentencePiece model type", name: "\(number)",
                        supported: "1 (unigram), 2 (BPE), 3 (word), 4 (character)")
                }
                modelType = type
            case (24, .varint(let flag)): treatsWhitespaceAsSuffix = flag != 0
            case (35, .varint(let flag)): byteFallback = flag != 0
            case (44, .bytes(let range)): unknownSurface = Array(bytes[range])
            // An empty name stands for the usual one.
            case (45, .bytes(let range)): if !range.isEmpty { unknownPiece = Array(bytes[range]) }
            case (46, .bytes(let range)): if !range.isEmpty { bosPiece = Array(bytes[range]) }
            case (47, .bytes(let range)): if !range.isEmpty { eosPiece = Array(bytes[range]) }
            case (48, .bytes(let range)): if !range.isEmpty { padPiece = Array(bytes[range]) }
            default: break
            }
        }
    }
}

extension SentencePieceFile.Normalizer {
    fileprivate mutating func read(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
    ) throws(TokenizerError) {
        var reader = ProtobufReader(bytes, range)
        while let field = try reader.next() {
            switch field {
            case (2, .bytes(let range)): charsmap = Array(bytes[range])
            case (3, .varint(let flag)): addsDummyPrefix = flag != 0
            case (4, .varint(let flag)): removesExtraWhitespace = flag != 0
            case (5, .varint(let flag)): escapesWhitespace = flag != 0
            default: break
            }
        }
    }
}
