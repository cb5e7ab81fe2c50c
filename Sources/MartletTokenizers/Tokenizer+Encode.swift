extension Tokenizer {
    /// The token ids of `text`.
    ///
    /// `addSpecialTokens` adds what the model's post-processor puts around a text (for instance a BOS token);
    /// `parseSpecial` recognises special tokens that are spelled out in the text, else they are ordinary text.
    public func encode(_ text: String, addSpecialTokens: Bool, parseSpecial: Bool = true) -> [Int32] {
        var text = text
        return text.withUTF8 { encode(text: $0, addSpecialTokens: addSpecialTokens, parseSpecial: parseSpecial) }
    }

    /// The token ids of UTF-8 text; ill-formed sequences count as U+FFFD.
    public func encode(utf8 bytes: [UInt8], addSpecialTokens: Bool, parseSpecial: Bool = true) -> [Int32] {
        // SentencePiece has a rule of its own for what is ill-formed, one U+FFFD per byte that its charsmap never sees.
        if case .sentencePiece = model {
            return bytes.withUnsafeBufferPointer {
                encode(text: $0, addSpecialTokens: addSpecialTokens, parseSpecial: parseSpecial)
            }
        }
        return encode(
            String(decoding: bytes, as: UTF8.self), addSpecialTokens: addSpecialTokens, parseSpecial: parseSpecial)
    }

    private func encode(
        text: UnsafeBufferPointer<UInt8>, addSpecialTokens: Bool, parseSpecial: Bool
    ) -> [Int32] {
        var encoding = Encoding(tokenizer: self)
        encoding.ids.reserveCapacity(text.count / 3 + 8)
        var textTokens: Range<Int>?
        for part in addSpecialTokens ? postProcessor.parts : postProcessor.plainParts {
            switch part {
            case .token(let id): encoding.ids.append(id)
            case .secondText: break  // There is none.
            case .text:
                if let textTokens {
                    encoding.ids += encoding.ids[textTokens]
                } else {
                    let start = encoding.ids.count
                    encoding.appendSegments(of: text, parseSpecial: parseSpecial && !splitsSpecialTokens)
                    textTokens = start..<encoding.ids.count
                }
            }
        }
        workspaces.give(encoding.workspace)
        return encoding.ids
    }
}

/// The state of one `encode` call.
private struct Encoding {
    let tokenizer: Tokenizer
    var ids: [Int32] = []
    var workspace: Workspace
    /// The bytes of the pieces are spelled in the byte alphabet before the model sees them.
    private let spellsBytes: Bool

    init(tokenizer: Tokenizer) {
        self.tokenizer = tokenizer
        workspace = tokenizer.workspaces.take()
        spellsBytes = tokenizer.preTokenizer.endsInByteLevel && !tokenizer.model.takesBytes
    }

    mutating func appendSegments(of text: UnsafeBufferPointer<UInt8>, parseSpecial: Bool) {
        tokenizer.rawMatcher.forEachSegment(in: text, parseSpecial: parseSpecial) { segment in
            if let token = segment.token {
                ids.append(token)
            } else {
                appendText(
                    UnsafeBufferPointer(rebasing: text[segment.range]), isFirst: segment.range.lowerBound == 0,
                    parseSpecial: parseSpecial)
            }
        }
    }

    /// Encodes text between the added tokens that are matched before normalisation.
    private mutating func appendText(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, parseSpecial: Bool) {
        if let normalized = tokenizer.normalizer?.normalize(text, isFirst: isFirst) {
            normalized.withUnsafeBufferPointer { appendNormalized($0, isFirst: isFirst, parseSpecial: parseSpecial) }
        } else {
            appendNormalized(text, isFirst: isFirst, parseSpecial: parseSpecial)
        }
    }

    private mutating func appendNormalized(
        _ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, parseSpecial: Bool
    ) {
        if tokenizer.normalizedMatcher.isEmpty { return appendPieces(of: text, isFirst: isFirst) }
        tokenizer.normalizedMatcher.forEachSegment(in: text, parseSpecial: parseSpecial) { segment in
            if let token = segment.token {
                ids.append(token)
            } else {
                appendPieces(
                    of: UnsafeBufferPointer(rebasing: text[segment.range]),
                    isFirst: isFirst && segment.range.lowerBound == 0)
            }
        }
    }

    private mutating func appendPieces(of text: UnsafeBufferPointer<UInt8>, isFirst: Bool) {
        guard let start = text.baseAddress, !text.isEmpty else { return }
        let end = start + text.count
        tokenizer.preTokenizer.forEachPiece(in: text, isFirst: isFirst) { piece in
            guard let base = piece.baseAddress else { return }
            let readable = base >= start && base < end ? end - base : 0
            guard let key = WordCache.key(piece, readable: readable) else { return appendPiece(piece) }
            if workspace.words.append(key, to: &ids) { return }
            let count = ids.count
            appendPiece(piece)
            workspace.words.remember(key, ids[count...])
        }
    }

    @inline(never)
    private mutating func appendPiece(_ piece: UnsafeBufferPointer<UInt8>) {
        if spellsBytes {
            ByteAlphabet.shared.spelling(of: piece).withUnsafeBufferPointer {
                tokenizer.model.encode($0, into: &ids, scratch: &workspace.scratch)
            }
        } else {
            tokenizer.model.encode(piece, into: &ids, scratch: &workspace.scratch)
        }
    }
}
