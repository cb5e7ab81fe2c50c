/// The cleaning of BERT's tokenizer.
///
/// **Source** tokenizers `normalizers/bert.rs`.
struct BertNormalizer: Sendable {
    /// Removes control characters and makes a space of any whitespace.
    var cleansText = true
    /// Puts spaces around Han ideographs.
    var isolatesHan = true
    /// Removes nonspacing marks, also out of precomposed letters.
    var stripsAccents = true
    var lowercases = true

    func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var stages: [Normalizer.Stage] = [isolateAndClean]
        if stripsAccents { stages += [NormalizationForm.nfd.normalize, Self.stripAccents] }
        if lowercases { stages.append(Lowercase.normalize) }
        return Normalizer.chain(stages, text)
    }

    private func isolateAndClean(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        TextRewriter.rewrite(text) { code, range, rewriter in
            let traits = UnicodeTraits[code]
            if cleansText, traits.isControl {
                rewriter.drop(range)
            } else if cleansText, traits.isWhitespace {
                rewriter.drop(range)
                rewriter.append(0x20)
            } else if isolatesHan, Self.isHan(code) {
                rewriter.drop(range)
                rewriter.append(0x20)
                rewriter.append(code)
                rewriter.append(0x20)
            }
        }
    }

    private static func stripAccents(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        TextRewriter.rewrite(text) { code, range, rewriter in
            if code >= 0x300, UnicodeTraits[code].isNonspacingMark { rewriter.drop(range) }
        }
    }

    /// The blocks that BERT calls Chinese; one block's start is misspelt there, and so here.
    private static func isHan(_ code: UInt32) -> Bool {
        switch code {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
            0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
