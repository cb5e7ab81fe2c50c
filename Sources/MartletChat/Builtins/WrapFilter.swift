/// jinja2's `wordwrap`.
///
/// **Source** Python's `textwrap.TextWrapper`.
enum WrapFilter {
    static let wordWrap: Filters.Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind(
            "wordwrap", ["width", "break_long_words", "wrapstring", "break_on_hyphens"])
        guard let text = value.text else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw ChatTemplateError(.type, "wordwrap needs a string, got \(value.typeName)")
        }
        try interpreter.charge(bytes: text.utf8.count * 8)
        let width = try bound[0].integer("wordwrap", or: 79)
        let breaksWords = bound[1]?.isTrue ?? true
        let end = try (bound[2]?.isNone ?? true ? nil : bound[2]).text("wordwrap", or: "\n")
        let breaksHyphens = bound[3]?.isTrue ?? true
        var lines: [String] = []
        for paragraph in text.lines() {
            guard width > 0 || paragraph.isEmpty else {
                throw ChatTemplateError(.value, "invalid width \(width) (must be > 0)")
            }
            let chunks = chunks(of: Array(paragraph.unicodeScalars), breaksHyphens)
            let wrapped = wrap(chunks, width: width, breaksWords: breaksWords, breaksHyphens: breaksHyphens)
            lines.append(wrapped.map { String(String.UnicodeScalarView($0)) }.joined(separator: end))
        }
        try interpreter.charge(product: lines.count, end.utf8.count)
        return try interpreter.string(lines.joined(separator: end))
    }

    private static let whitespace: Set<Unicode.Scalar> = ["\t", "\n", "\u{B}", "\u{C}", "\r", " "]

    /// Words and the whitespace between them; with hyphens, words end after those between letters.
    private static func chunks(of text: [Unicode.Scalar], _ breaksHyphens: Bool) -> [ArraySlice<Unicode.Scalar>] {
        var (chunks, index): ([ArraySlice<Unicode.Scalar>], Int) = ([], 0)
        while index < text.count {
            let isBlank = whitespace.contains(text[index])
            let end = text[index...].firstIndex { whitespace.contains($0) != isBlank } ?? text.count
            if isBlank || !breaksHyphens {
                chunks.append(text[index..<end])
            } else {
                chunks += parts(of: text[index..<end])
            }
            index = end
        }
        return chunks
    }

    /// A word cut after hyphens between letters and around dashes.
    private static func parts(of word: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
        func isWord(_ scalar: Unicode.Scalar) -> Bool { scalar == "_" || StringPredicates.isAlphanumeric(scalar) }
        func isLetter(_ index: Int) -> Bool {
            word.indices.contains(index) && isWord(word[index]) && word[index].properties.numericType == nil
        }
        func isPunctuated(_ index: Int) -> Bool {
            word.indices.contains(index) && (isWord(word[index]) || "!\"'&.,?".unicodeScalars.contains(word[index]))
        }
        var (parts, start, index): ([ArraySlice<Unicode.Scalar>], Int, Int) = ([], word.startIndex, word.startIndex)
        while index < word.endIndex {
            guard word[index] == "-" else {
                index += 1
                continue
            }
            let dashEnd = word[index...].firstIndex { $0 != "-" } ?? word.endIndex
            if dashEnd - index >= 2 {
                if index > start, isPunctuated(index - 1), dashEnd < word.endIndex, isWord(word[dashEnd]) {
                    parts.append(word[start..<index])
                    parts.append(word[index..<dashEnd])
                    start = dashEnd
                }
            } else if index - start >= 2, isLetter(index - 1), isLetter(index + 1),
                isLetter(index - 2) || index - start >= 3 && word[index - 2] == "-",
                isLetter(index + 2) || word.indices.contains(index + 2) && word[index + 2] == "-"
            {
                parts.append(word[start..<index + 1])
                start = index + 1
            }
            index = dashEnd
        }
        if start < word.endIndex { parts.append(word[start...]) }
        return parts
    }

    private static func isBlank(_ chunk: ArraySlice<Unicode.Scalar>) -> Bool {
        chunk.allSatisfy(PythonWhitespace.contains)
    }

    private static func wrap(
        _ chunks: [ArraySlice<Unicode.Scalar>], width: Int, breaksWords: Bool, breaksHyphens: Bool
    ) -> [[Unicode.Scalar]] {
        var lines: [[Unicode.Scalar]] = []
        var rest = Array(chunks.reversed())
        while !rest.isEmpty {
            var (line, length): ([ArraySlice<Unicode.Scalar>], Int) = ([], 0)
            if let last = rest.last, isBlank(last), !lines.isEmpty { rest.removeLast() }
            while let chunk = rest.last, length + chunk.count <= width {
                line.append(rest.removeLast())
                length += chunk.count
            }
            if let chunk = rest.last, chunk.count > width {
                let room = max(1, width - length)
                if breaksWords {
                    var end = room
                    if breaksHyphens, chunk.count > room {
                        // A hyphen within reach is the better place to cut at.
                        let head = chunk.prefix(room)
                        if let hyphen = head.lastIndex(of: "-"), hyphen > chunk.startIndex,
                            head[..<hyphen].contains(where: { $0 != "-" })
                        {
                            end = hyphen + 1 - chunk.startIndex
                        }
                    }
                    line.append(chunk.prefix(end))
                    rest[rest.count - 1] = chunk.dropFirst(end)
                } else if line.isEmpty {
                    line.append(rest.removeLast())
                }
            }
            if let last = line.last, isBlank(last) { line.removeLast() }
            if !line.isEmpty { lines.append(Array(line.joined())) }
        }
        return lines
    }
}
