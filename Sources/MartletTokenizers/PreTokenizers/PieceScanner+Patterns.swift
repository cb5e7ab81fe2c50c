// Each function follows its regular expression alternative by alternative; the first that matches wins.

extension PieceScanner {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    func gpt2(at start: Int) -> Int? {
        if let word = asciiWord(at: start, mayLead: { $0 == UInt8(ascii: " ") }) { return word }
        if let end = contraction(at: start, ignoringCase: false) { return end }
        let first = afterSpace(start)
        if first < end {
            let (kind, next) = scalar(at: first)
            if kind.isLetter { return run(from: next) { $0.isLetter } }
            if kind.isNumber { return run(from: next) { $0.isNumber } }
            if !kind.isWhitespace { return run(from: next) { !$0.isWhitespace && !$0.isLetter && !$0.isNumber } }
        }
        return whitespace(at: start, cutAfterNewlines: false)
    }

    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|…`,
    /// with `[\p{L}\p{M}]` for `\p{L}` (but in the lead) where marks join letters.
    func cl100k(at start: Int, maxDigits: Int, marksJoin: Bool) -> Int? {
        if let word = asciiWord(at: start, mayLead: Self.leads) { return word }
        if let end = contraction(at: start, ignoringCase: true) { return end }
        func joins(_ kind: UnicodeClass) -> Bool { kind.isLetter || (marksJoin && kind.isMark) }
        let (kind, next) = scalar(at: start)
        if kind.isLetter { return run(from: next, while: joins) }
        if kind.isNumber { return numbers(from: start, max: maxDigits) }
        if !isNewline(start), let following = self.kind(at: next), joins(following) {
            return run(from: next, while: joins)
        }
        if joins(kind) { return run(from: next, while: joins) }
        let first = afterSpace(start)
        let symbols = run(from: first) { !$0.isWhitespace && !joins($0) && !$0.isNumber }
        if symbols > first { return newlines(from: symbols) }
        return whitespace(at: start, cutAfterNewlines: true)
    }

    /// With U = `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, W = `[\p{Ll}\p{Lm}\p{Lo}\p{M}]` and P = `[^\r\n\p{L}\p{N}]`:
    /// `P?U*W+C?|P?U+W*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|…`, where C is a contraction.
    func o200k(at start: Int, maxDigits: Int, contractions: Bool) -> Int? {
        if let word = asciiCasedWord(at: start, mayLead: Self.leads) {
            return contractions ? contraction(at: word, ignoringCase: true) ?? word : word
        }
        let (kind, next) = scalar(at: start)
        if kind.isNumber { return numbers(from: start, max: maxDigits) }
        let mayLead = !kind.isLetter && !isNewline(start)
        let word =
            (mayLead ? wordWithLower(at: next) : nil) ?? wordWithLower(at: start)
            ?? (mayLead ? wordWithUpper(at: next) : nil) ?? wordWithUpper(at: start)
        if let word {
            return contractions ? contraction(at: word, ignoringCase: true) ?? word : word
        }
        let first = afterSpace(start)
        let symbols = run(from: first) { !$0.isWhitespace && !$0.isLetter && !$0.isNumber }
        if symbols > first { return newlines(from: symbols, orSlashes: true) }
        return whitespace(at: start, cutAfterNewlines: true)
    }

    /// `U*W+`: the longest U-run from which a W can still follow, giving back from its end as a regex would.
    private func wordWithLower(at start: Int) -> Int? {
        var (position, lastShared) = (start, Int?.none)
        while position < end {
            let (kind, next) = scalar(at: position)
            if !kind.isUpperLike {
                if kind.isLowerLike { return run(from: next) { $0.isLowerLike } }
                break
            }
            if kind.isLowerLike { lastShared = next }
            position = next
        }
        return lastShared
    }

    /// `U+W*` where `U*W+` did not match, so that no W follows.
    private func wordWithUpper(at start: Int) -> Int? { nonEmpty(start, run(from: start) { $0.isUpperLike }) }

    /// `[ASCII punctuation][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|…`
    func deepSeekV3(at start: Int) -> Int? {
        if let word = asciiWord(at: start, mayLead: { $0 == UInt8(ascii: " ") }) { return word }
        let (kind, next) = scalar(at: start)
        if bytes[start] < 0x80, kind.isPunctuation || kind.isSymbol {
            var position = next
            while position < end, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[position] | 0x20) {
                position += 1
            }
            if position > next { return position }
        }
        func joins(_ kind: UnicodeClass) -> Bool { kind.isLetter || kind.isMark }
        let mayLead = !isNewline(start) && !kind.isLetter && !kind.isPunctuation && !kind.isSymbol
        if mayLead, let following = self.kind(at: next), joins(following) { return run(from: next, while: joins) }
        if joins(kind) { return run(from: next, while: joins) }
        let first = afterSpace(start)
        let symbols = run(from: first) { $0.isPunctuation || $0.isSymbol }
        if symbols > first { return newlines(from: symbols) }
        return whitespace(at: start, cutAfterNewlines: true)
    }
}
