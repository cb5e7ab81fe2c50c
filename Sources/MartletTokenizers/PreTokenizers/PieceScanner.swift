/// Walks text with the splitting patterns; every position is a byte offset at a scalar boundary.
struct PieceScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    private let classes = ScalarClasses.shared

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var end: Int { bytes.count }

    /// Calls `body` with the matches of the pattern and the stretches between them, in order.
    func forEachPiece(_ pattern: SplitPattern, _ body: (Range<Int>) -> Void) {
        var (unmatched, position) = (0, 0)
        while position < end {
            guard let matchEnd = match(pattern, at: position) else {
                position += UTF8Scalar(in: bytes, at: position).length
                continue
            }
            if unmatched < position { body(unmatched..<position) }
            body(position..<matchEnd)
            position = matchEnd
            unmatched = matchEnd
        }
        if unmatched < end { body(unmatched..<end) }
    }

    /// The end of the match that begins at `start`, if there is one.
    private func match(_ pattern: SplitPattern, at start: Int) -> Int? {
        switch pattern {
        case .gpt2: gpt2(at: start)
        case .cl100k(let maxDigits, let marksJoin): cl100k(at: start, maxDigits: maxDigits, marksJoin: marksJoin)
        case .o200k(let maxDigits, let contractions):
            o200k(at: start, maxDigits: maxDigits, contractions: contractions)
        case .deepSeekV3: deepSeekV3(at: start)
        case .numbers(let max): nonEmpty(start, numbers(from: start, max: max))
        case .cjk: nonEmpty(start, cjk(from: start))
        case .digits(let individual):
            nonEmpty(start, run(from: start, max: individual ? 1 : .max) { $0.isNumeric })
        }
    }
}

// MARK: - Steps that patterns share

extension PieceScanner {
    /// The class and end of the scalar at `position`, which must be before the end.
    @inline(__always)
    func scalar(at position: Int) -> (kind: UnicodeClass, next: Int) {
        let lead = bytes[position]
        if lead < 0x80 { return (classes[plane: UInt32(lead)], position &+ 1) }
        if lead & 0xF0 == 0xE0, position &+ 2 < end {
            let code = UInt32(lead & 15) << 12 | UInt32(bytes[position &+ 1] & 63) << 6
            return (classes[plane: code | UInt32(bytes[position &+ 2] & 63)], position &+ 3)
        }
        let scalar = UTF8Scalar(in: bytes, at: position)
        return (classes[scalar.code], position + scalar.length)
    }

    /// The class at `position`, or nil at the end.
    @inline(__always)
    func kind(at position: Int) -> UnicodeClass? { position < end ? scalar(at: position).kind : nil }

    /// The end of the run of scalars that `matches` accepts.
    @inline(__always)
    func run(from start: Int, max: Int = .max, while matches: (UnicodeClass) -> Bool) -> Int {
        var (position, count) = (start, 0)
        while position < end, count < max {
            let (kind, next) = scalar(at: position)
            guard matches(kind) else { break }
            position = next
            count += 1
        }
        return position
    }

    func nonEmpty(_ start: Int, _ end: Int) -> Int? { end > start ? end : nil }

    /// `\p{N}{0,max}`.
    func numbers(from start: Int, max: Int) -> Int { run(from: start, max: max) { $0.isNumber } }

    func isNewline(_ position: Int) -> Bool {
        position < end && (bytes[position] == UInt8(ascii: "\n") || bytes[position] == UInt8(ascii: "\r"))
    }

    /// `\s*[\r\n]+|\s+(?!\S)|\s+`, or without its first alternative.
    func whitespace(at start: Int, cutAfterNewlines: Bool) -> Int? {
        var (position, last, newlineEnd) = (start, start, start)
        while position < end {
            let (kind, next) = scalar(at: position)
            guard kind.isWhitespace else { break }
            last = position
            position = next
            if isNewline(last) { newlineEnd = next }
        }
        guard position > start else { return nil }
        if cutAfterNewlines, newlineEnd > start { return newlineEnd }
        // `\s+(?!\S)` leaves the last space to the word that follows, unless it is the only one.
        return position == end || last == start ? position : last
    }

    /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `start`; without case also `'ſ`, which folds to `'s`.
    func contraction(at start: Int, ignoringCase: Bool) -> Int? {
        guard start + 1 < end, bytes[start] == UInt8(ascii: "'") else { return nil }
        let fold: UInt8 = ignoringCase ? 0x20 : 0
        let first = bytes[start + 1]
        switch first | (first < 0x80 ? fold : 0) {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return start + 2 < end && bytes[start + 2] | fold == UInt8(ascii: "e") ? start + 3 : nil
        case UInt8(ascii: "l"):
            return start + 2 < end && bytes[start + 2] | fold == UInt8(ascii: "l") ? start + 3 : nil
        case 0xC5:
            return ignoringCase && start + 2 < end && bytes[start + 2] == 0xBF ? start + 3 : nil
        default: return nil
        }
    }

    /// Where the pattern's optional leading space ends.
    func afterSpace(_ start: Int) -> Int {
        start < end && bytes[start] == UInt8(ascii: " ") ? start + 1 : start
    }

    func newlines(from start: Int, orSlashes: Bool = false) -> Int {
        var position = start
        while isNewline(position) || (orSlashes && position < end && bytes[position] == UInt8(ascii: "/")) {
            position += 1
        }
        return position
    }

    /// `[\x{4E00}-\x{9FA5}\x{3040}-\x{30FF}]*`.
    func cjk(from start: Int) -> Int {
        var position = start
        while position < end {
            let scalar = UTF8Scalar(in: bytes, at: position)
            guard (0x4E00...0x9FA5).contains(scalar.code) || (0x3040...0x30FF).contains(scalar.code) else { break }
            position += scalar.length
        }
        return position
    }
}
