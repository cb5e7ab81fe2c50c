extension PatternParser {
    /// What follows a backslash outside a class.
    mutating func escape(from start: Int) throws(GrammarError) -> PatternNode? {
        switch peek() {
        case "b", "B": return .boundary(of: cased(PatternSets.word), negated: next() == "B")
        case "A":
            position += 1
            return .start
        case "Z", "z":
            position += 1
            return .end
        case "Q": throw unsupported("the quotation '\\Q'", at: start)
        case "g": throw unsupported("the reference '\\g'", at: start)
        case "k":
            position += 1
            guard take("<"), let name = text(upTo: ">") else { throw invalid("'\\k' without a name", at: start) }
            return try reference(to: name, from: start)
        case let digit? where digit >= "1" && digit <= "9":
            var number = ""
            while let digit = peek(), digit >= "0", digit <= "9" {
                number.unicodeScalars.append(digit)
                position += 1
            }
            return try reference(to: number, from: start)
        default: return .scalars(try escapedSet(from: start))
        }
    }

    private mutating func next() -> Unicode.Scalar? {
        defer { position += 1 }
        return peek()
    }

    /// The set that an escape stands for: also one of a single scalar. The backslash has been read.
    mutating func escapedSet(from start: Int) throws(GrammarError) -> ScalarSet {
        switch peek() {
        case "d": return take(PatternSets.digits)
        case "D": return take(PatternSets.digits.complement)
        case "w": return take(cased(PatternSets.word))
        case "W": return take(cased(PatternSets.word).complement)
        case "s": return take(PatternSets.space)
        case "S": return take(PatternSets.space.complement)
        case "p", "P": return try property(from: start)
        default: return cased(ScalarSet([try escapedScalar(from: start)].map { $0...$0 }))
        }
    }

    private mutating func take(_ set: ScalarSet) -> ScalarSet {
        position += 1
        return set
    }

    /// The scalar that an escape stands for: possibly a surrogate, which no text has.
    mutating func escapedScalar(from start: Int) throws(GrammarError) -> UInt32 {
        guard let letter = next() else { throw invalid("a lone backslash", at: start) }
        switch letter {
        case "t": return 0x09
        case "n": return 0x0A
        case "v": return 0x0B
        case "f": return 0x0C
        case "r": return 0x0D
        case "a": return 0x07
        case "0": return octal()
        case "c":
            guard let control = next(), control.isASCII, control.properties.isAlphabetic else {
                throw invalid("'\\c' without a letter", at: start)
            }
            return control.value & 0x1F
        case "x":
            if peek() == "{" { return try braced(from: start) }
            return try hexadecimal(digits: 2, from: start)
        case "u":
            if peek() == "{" { return try braced(from: start) }
            return try codeUnits(from: start)
        case "U": return try hexadecimal(digits: 8, from: start)
        default:
            // ASCII letters and digits that mean nothing here may mean something elsewhere.
            if letter.isASCII, PatternSets.word.contains(letter.value), letter != "_" {
                throw invalid("the unknown escape '\\\(letter)'", at: start)
            }
            return letter.value
        }
    }

    /// Up to two octal digits after `\0`.
    private mutating func octal() -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<2 {
            guard let digit = peek(), digit >= "0", digit <= "7" else { break }
            value = value * 8 + digit.value - 0x30
            position += 1
        }
        return value
    }

    private mutating func hexadecimal(digits: Int, from start: Int) throws(GrammarError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = next().flatMap({ Character($0).hexDigitValue }), value < 1 << 28 else {
                throw invalid("an escape without \(digits) hexadecimal digits", at: start)
            }
            value = value << 4 | UInt32(digit)
        }
        if value > 0x10FFFF { throw invalid("an escape past U+10FFFF", at: start) }
        return value
    }

    private mutating func braced(from start: Int) throws(GrammarError) -> UInt32 {
        position += 1
        guard let text = text(upTo: "}"), !text.isEmpty,
            text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(text, radix: 16), value <= 0x10FFFF
        else { throw invalid("a bad escape in braces", at: start) }
        return value
    }

    /// Four digits, or two escapes of four that are a surrogate pair.
    private mutating func codeUnits(from start: Int) throws(GrammarError) -> UInt32 {
        let high = try hexadecimal(digits: 4, from: start)
        guard high >> 10 == 0x36, take("\\u") else { return high }
        let second = position
        guard peek() != "{", let low = try? hexadecimal(digits: 4, from: start), low >> 10 == 0x37 else {
            position = second - 2
            return high
        }
        return 0x10000 + (high & 0x3FF) << 10 + low & 0x3FF
    }

    /// `\p{...}`, `\P{...}` or `\pL`. The backslash has been read.
    private mutating func property(from start: Int) throws(GrammarError) -> ScalarSet {
        var isNegated = next() == "P"
        guard var name = take("{") ? text(upTo: "}") : next().map({ String($0) }) else {
            throw invalid("a property escape without a name", at: start)
        }
        if name.first == "^" {
            isNegated.toggle()
            name.removeFirst()
        }
        guard let set = properties.named(name) else {
            throw GrammarError(
                .unsupported,
                "regular expression: the property '\(name)' at offset \(start) is not known; "
                    + "general categories, binary properties and common scripts are")
        }
        let cased = cased(set)
        return isNegated ? cased.complement : cased
    }
}
