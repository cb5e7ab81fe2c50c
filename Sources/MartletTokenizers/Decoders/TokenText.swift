extension [UInt8] {
    /// The text with every occurrence of `pattern` replaced; an empty pattern occurs around every character.
    func replacing(_ pattern: [UInt8], _ content: [UInt8]) -> [UInt8] {
        guard let first = pattern.first else { return interleaved(with: content) }
        guard contains(first) else { return self }
        var result: [UInt8] = []
        var index = 0
        while index < count {
            if self[index] == first, self[index...].starts(with: pattern) {
                result += content
                index += pattern.count
            } else {
                result.append(self[index])
                index += 1
            }
        }
        return result
    }

    private func interleaved(with content: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in self {
            if byte & 0xC0 != 0x80 { result += content }
            result.append(byte)
        }
        return result + content
    }

    /// The text without up to `start` times `character` at its start and up to `stop` times at its end.
    func stripping(_ character: [UInt8], start: Int, stop: Int) -> [UInt8] {
        var (lower, upper) = (0, count)
        for _ in 0..<start {
            guard self[lower...].starts(with: character), lower < count else { break }
            lower += character.count
        }
        for _ in 0..<stop {
            guard upper - lower >= character.count, self[(upper - character.count)..<upper].elementsEqual(character)
            else { break }
            upper -= character.count
        }
        return [UInt8](self[lower..<upper])
    }

    /// The text without the spaces that tokens leave before punctuation and English endings.
    ///
    /// **Source** tokenizers `decoders/wordpiece.rs` `cleanup`.
    func cleanedUp() -> [UInt8] {
        guard contains(UInt8(ascii: " ")) else { return self }
        let rules: [(StaticString, StaticString)] = [
            (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
            (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
        ]
        return rules.reduce(self) { text, rule in
            text.replacing(rule.0.withUTF8Buffer(Array.init), rule.1.withUTF8Buffer(Array.init))
        }
    }
}
