extension SentencePieceFile {
    /// Pieces of this many bytes are refused by the library too.
    private static let pieceLimit = 8000

    /// Checks what the library checks when it loads a model, and returns the id of the unknown piece.
    ///
    /// **Source** sentencepiece 0.2.3 `model_interface.cc` `InitializePieces`.
    mutating func validate() throws(TokenizerError) -> Int32 {
        // Some converters write a zero byte as a piece beside `<0x00>`.
        for id in pieces.indices where trainer.byteFallback && pieces[id].text == [0] { pieces[id].type = .unused }
        guard pieces.count < TokenizerFile.maxID else {
            throw Self.error("\(pieces.count) pieces; at most \(TokenizerFile.maxID - 1) are read")
        }
        var unknown: Int32?
        var known: [[UInt8]: Int] = [:]
        known.reserveCapacity(pieces.count)
        for (id, piece) in pieces.enumerated() {
            try check(piece, id)
            // In BPE models names are unique over all types, in others over the special and the ordinary ones.
            let isOrdinary = piece.type == .normal || piece.type == .userDefined || piece.type == .unused
            let key = trainer.modelType == .bpe || isOrdinary ? piece.text : [0] + piece.text
            if let other = known.updateValue(id, forKey: key) {
                throw Self.error("pieces \(other) and \(id) are both \(Self.name(piece.text))")
            }
            if piece.type == .unknown {
                if let unknown { throw Self.error("pieces \(unknown) and \(id) are both of type unknown") }
                unknown = Int32(id)
            }
        }
        guard let unknown else { throw Self.error("no piece is of type unknown") }
        if trainer.byteFallback {
            let bytes = Set(pieces.lazy.filter { $0.type == .byte }.map(\.text))
            guard bytes.count == 256 else {
                throw Self.error("byte_fallback needs the 256 pieces <0x00> to <0xFF>; there are \(bytes.count)")
            }
        }
        return unknown
    }

    private func check(_ piece: Piece, _ id: Int) throws(TokenizerError) {
        if piece.text.isEmpty { throw Self.error("piece \(id) is empty") }
        if piece.text.count >= Self.pieceLimit { throw Self.error("piece \(id) has \(piece.text.count) bytes") }
        if piece.text.contains(0), piece.type != .unused { throw Self.error("piece \(id) contains a zero byte") }
        if piece.type == .byte {
            guard trainer.byteFallback else { throw Self.error("piece \(id) is a byte but byte_fallback is false") }
            guard Self.byte(of: piece.text) != nil else {
                throw Self.error("piece \(id) is of type byte but \(Self.name(piece.text)) is none of <0x00> to <0xFF>")
            }
        }
        if trainer.modelType == .unigram, !piece.score.isFinite {
            throw Self.error("piece \(id) has the score \(piece.score)")
        }
    }

    /// The byte that a piece `<0xNN>` stands for.
    static func byte(of text: [UInt8]) -> UInt8? {
        guard text.count == 6, text.starts(with: "<0x".utf8), text[5] == UInt8(ascii: ">") else { return nil }
        let digits = text[3...4].map { digit -> UInt8? in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
            default: nil
            }
        }
        guard let high = digits[0], let low = digits[1] else { return nil }
        return high << 4 | low
    }

    static func error(_ message: String) -> TokenizerError { .malformed("SentencePiece model: \(message)") }

    private static func name(_ text: [UInt8]) -> String { "'\(String(decoding: text.prefix(64), as: UTF8.self))'" }
}
