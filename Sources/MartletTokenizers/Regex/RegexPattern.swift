/// A regular expression in Oniguruma's syntax with Oniguruma's meaning, without its exponential time.
///
/// The leftmost match wins, and of those the one that the order of alternatives and the greed of quantifiers prefer.
/// Finding all matches takes O(n·m) steps for n bytes of text and m instructions; see `RegexMatcher`.
/// Not there, and refused by name: backreferences, recursion, absent operators, callouts and conditions on groups.
struct RegexPattern: Sendable {
    private let program: RegexProgram

    /// **Throws** `TokenizerError.malformed` for what is no regular expression or grows too large, `.unsupported` for
    /// operators and character properties that are not there.
    init(_ pattern: String, hasPossessiveIntervals: Bool = false) throws(TokenizerError) {
        program = try RegexCompiler.compile(pattern, hasPossessiveIntervals: hasPossessiveIntervals)
    }

    /// The pattern that matches `literal`, every character standing for itself.
    init(literal: String) {
        program = RegexCompiler.compile(literal: literal.unicodeScalars.map(\.value))
    }

    /// Calls `body` with the matches in order; they do not overlap.
    ///
    /// **Source** the onig crate's `find_iter`: an empty match right after the last match is none.
    func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        // Where patterns cut the pieces of others, most pieces have nothing that a match could begin with.
        guard program.mayMatch(somewhereIn: text) else { return }
        RegexMatcher.with(program, text) { matcher in
            var (position, lastEnd) = (0, -1)
            while position <= text.count, let match = matcher.search(from: position) {
                if match.isEmpty, match.lowerBound == lastEnd {
                    position += position < text.count ? UTF8Scalar(in: text, at: position).length : 1
                } else {
                    lastEnd = match.upperBound
                    position = lastEnd
                    body(match)
                }
            }
        }
    }

    /// The text with every match replaced, as the library's `Replace` does, or nil where there is none.
    func replaceAll(in text: UnsafeBufferPointer<UInt8>, with replacement: [UInt8]) -> [UInt8]? {
        var (result, copied) = ([UInt8](), 0)
        var isChanged = false
        // The library looks for nothing in empty text.
        if text.isEmpty { return nil }
        forEachMatch(in: text) { match in
            if copied < match.lowerBound { result += text[copied..<match.lowerBound] }
            result += replacement
            copied = match.upperBound
            isChanged = true
        }
        if !isChanged { return nil }
        result += text[copied...]
        return result
    }
}
