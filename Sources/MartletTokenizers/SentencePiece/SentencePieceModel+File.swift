extension SentencePieceModel {
    /// The model of a file that was found valid.
    init(_ file: SentencePieceFile, unknown: Int32, userDefined: PrefixMatcher) {
        let vocabulary = file.names { _ in true }
        let pieceOfByte = file.trainer.byteFallback ? vocabulary.byteTokens.compactMap { $0 } : []
        self.vocabulary = vocabulary
        self.userDefined = userDefined
        self.unknown = UnknownPieces(unknown: unknown, pieceOfByte: pieceOfByte)
        switch file.trainer.modelType {
        case .unigram: segmentation = .unigram(SentencePieceUnigram(file.pieces))
        case .word: segmentation = .words(file.ordinaryNames)
        case .character: segmentation = .characters(file.ordinaryNames)
        case .bpe where file.mergesByID:
            segmentation = .mergesByID(CharacterPairModel(file, unknown: unknown))
        case .bpe:
            segmentation = .mergesByText(
                SentencePieceMerges(file.pieces, vocabulary: vocabulary, userDefined: userDefined))
        }
    }
}

extension SentencePieceFile {
    /// The pieces of these types by name.
    fileprivate func names(_ isIncluded: (PieceType) -> Bool) -> SpellingTable {
        var names = SpellingTable(arenaCapacity: pieces.count * 8)
        for (id, piece) in pieces.enumerated() where isIncluded(piece.type) {
            piece.text.withUnsafeBufferPointer { names.set(id, $0) }
        }
        names.buildIndex()
        return names
    }

    /// What words and characters may become; a special piece may have the same name as one of these.
    fileprivate var ordinaryNames: SpellingTable { names { $0 == .normal || $0 == .userDefined } }

    /// Whether merging by ids comes to the same as merging by text.
    ///
    /// It does where all that merges is a piece: there are no unused pieces, and every character of a piece is a piece
    /// itself. User-defined pieces never merge, so that text can be cut around them.
    fileprivate var mergesByID: Bool {
        var characters: Set<UInt32> = []
        var within: Set<UInt32> = []
        for piece in pieces {
            let isRead = piece.text.withUnsafeBufferPointer { text in
                guard String(validating: text, as: UTF8.self) != nil else { return false }
                let first = UTF8Scalar(in: text, at: 0)
                let isCharacter = first.length == text.count
                switch piece.type {
                case .unused: return false
                case .control, .unknown, .byte: return !isCharacter
                case .userDefined: if isCharacter { characters.insert(first.code) }
                case .normal where isCharacter: characters.insert(first.code)
                case .normal:
                    var index = 0
                    while index < text.count {
                        let scalar = UTF8Scalar(in: text, at: index)
                        within.insert(scalar.code)
                        index += scalar.length
                    }
                }
                return true
            }
            guard isRead else { return false }
        }
        return within.isSubset(of: characters)
    }
}

extension CharacterPairModel {
    /// The merges of a file; only the order of scores counts, so that places in it stand for them.
    fileprivate init(_ file: SentencePieceFile, unknown: Int32) {
        let orders = file.pieces.map { SentencePieceMerges.order(of: $0.score) }
        var places: [Int32: Float] = [:]
        for (place, order) in Set(orders).sorted().enumerated() { places[order] = -Float(place) }
        self.init(
            pieces: file.pieces.map(\.text), scores: orders.map { places[$0] ?? 0 },
            options: Options(
                unknownToken: unknown, fusesUnknown: true, byteFallback: file.trainer.byteFallback),
            mayMerge: { file.pieces[$0].type == .normal })
    }
}
