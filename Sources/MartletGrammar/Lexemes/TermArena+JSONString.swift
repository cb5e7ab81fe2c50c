/// How much of the digits after `\u` has been read.
struct HexProgress: BitwiseCopyable {
    /// Number of digits read, 0 to 3.
    var count: Int32
    /// What they spell.
    var value: Int32
    /// The high surrogate before them, less 0xD800, plus 1; 0 where there is none.
    var high: Int32

    init(count: Int32 = 0, value: Int32 = 0, high: Int32 = 0) {
        self.count = count
        self.value = value
        self.high = high
    }

    init(rawValue: Int32) {
        count = rawValue & 3
        value = rawValue >> 2 & 0xFFF
        high = rawValue >> 14
    }

    var rawValue: Int32 { count | value << 2 | high << 14 }
}

extension TermArena {
    /// The JSON spellings of the strings of `term`.
    func jsonString(_ term: Term) throws(GrammarError) -> Term {
        Term(index: try sequence(try make(.scalars, sets.index(of: ScalarSet("\""))), try content(term.index)))
    }

    func content(_ text: Int32) throws(GrammarError) -> Int32 {
        isKnownEmpty(text) ? Self.nothing : try make(.jsonContent, text)
    }

    func content(of text: Int32, after scalar: UInt32) throws(GrammarError) -> Int32 {
        switch scalar {
        case 0..<0x20: return Self.nothing
        case 0x22: return isNullable(text) ? Self.empty : Self.nothing
        case 0x5C: return nodes[Int(text)].maxLength == 0 ? Self.nothing : try make(.jsonEscape, text)
        default: return try content(try derivative(text, scalar))
        }
    }

    func escape(of text: Int32, after scalar: UInt32) throws(GrammarError) -> Int32 {
        let decoded: UInt32
        switch Unicode.Scalar(scalar) {
        case "\"", "\\", "/": decoded = scalar
        case "b": decoded = 8
        case "f": decoded = 12
        case "n": decoded = 10
        case "r": decoded = 13
        case "t": decoded = 9
        case "u": return try hex(of: text, HexProgress())
        default: return Self.nothing
        }
        return try content(try derivative(text, decoded))
    }

    func hex(of text: Int32, _ progress: HexProgress, after scalar: UInt32) throws(GrammarError) -> Int32 {
        let digit: UInt32
        switch scalar {
        case 0x30...0x39: digit = scalar - 0x30
        case 0x41...0x46: digit = scalar - 0x41 + 10
        case 0x61...0x66: digit = scalar - 0x61 + 10
        default: return Self.nothing
        }
        let value = progress.value << 4 | Int32(digit)
        if progress.count < 3 {
            return try hex(of: text, HexProgress(count: progress.count + 1, value: value, high: progress.high))
        }
        if progress.high > 0 {
            guard value >= 0xDC00, value < 0xE000 else { return Self.nothing }
            let decoded = UInt32(0x10000 + (progress.high - 1) << 10 + (value - 0xDC00))
            return try content(try derivative(text, decoded))
        }
        if value >= 0xDC00, value < 0xE000 { return Self.nothing }
        if value >= 0xD800, value < 0xDC00 { return try lowSurrogate(of: text, high: value - 0xD800 + 1) }
        return try content(try derivative(text, UInt32(value)))
    }

    /// `\u` and the low surrogate.
    private func lowSurrogate(of text: Int32, high: Int32) throws(GrammarError) -> Int32 {
        let digits = try hex(of: text, HexProgress(high: high))
        let mark = try make(.scalars, sets.index(of: ScalarSet("u")))
        return try sequence(
            try make(.scalars, sets.index(of: ScalarSet("\\"))), try sequence(mark, digits))
    }

    /// The state after some digits: where all that they can still spell leads to one term, the digits that are left
    /// and then that term; `nothing` where it leads nowhere.
    private func hex(of text: Int32, _ progress: HexProgress) throws(GrammarError) -> Int32 {
        let left = (4 - progress.count) * 4
        let low = UInt32(progress.value << left)
        let units = low...low + (1 << UInt32(left)) - 1
        let common = try commonDerivative(text, decoded(units, high: progress.high))
        if common == Self.nothing { return Self.nothing }
        let surrogates: ClosedRange<UInt32> = progress.high > 0 ? 0xDC00...0xDFFF : 0xD800...0xDFFF
        let digits = 4 - progress.count
        guard let common else { return try make(.jsonHex, text, progress.rawValue) }
        if progress.high > 0 ? surrogates.contains(units.lowerBound) : !units.overlaps(surrogates) {
            return try anyDigits(digits, then: try content(common))
        }
        if progress.high == 0, surrogates.contains(units.lowerBound) {
            return try anyDigits(digits, then: try anyLowSurrogate(then: try content(common)))
        }
        return try make(.jsonHex, text, progress.rawValue)
    }

    /// The scalars that code units of these ranges can spell, after a high surrogate or on their own.
    private func decoded(_ units: ClosedRange<UInt32>, high: Int32) -> [ClosedRange<UInt32>] {
        func pairs(_ low: UInt32, _ high: UInt32) -> ClosedRange<UInt32> { low + 0x10000...high + 0x10000 }
        func within(_ bounds: ClosedRange<UInt32>) -> ClosedRange<UInt32>? {
            units.overlaps(bounds) ? units.clamped(to: bounds) : nil
        }
        if high > 0 {
            guard let low = within(0xDC00...0xDFFF) else { return [] }
            let base = UInt32(high - 1) << 10
            return [pairs(base + low.lowerBound - 0xDC00, base + low.upperBound - 0xDC00)]
        }
        var ranges: [ClosedRange<UInt32>] = []
        if let range = within(0...0xD7FF) { ranges.append(range) }
        if let range = within(0xE000...0xFFFF) { ranges.append(range) }
        if let range = within(0xD800...0xDBFF) {
            ranges.append(pairs((range.lowerBound - 0xD800) << 10, (range.upperBound - 0xD800) << 10 + 0x3FF))
        }
        return ranges
    }

    private func anyDigits(_ count: Int32, then rest: Int32) throws(GrammarError) -> Int32 {
        let digit = try make(.scalars, sets.index(of: ScalarSet(anyOf: "0123456789abcdefABCDEF")))
        return try sequence(try repeated(digit, count, count), rest)
    }

    private func anyLowSurrogate(then rest: Int32) throws(GrammarError) -> Int32 {
        var result = try anyDigits(2, then: rest)
        for letters in ["cdefCDEF", "dD", "u", "\\"] {
            result = try sequence(try make(.scalars, sets.index(of: ScalarSet(anyOf: letters))), result)
        }
        return result
    }

    /// The derivative by any of these scalars, where they have the same (`nothing` where there are none); nil where not.
    private func commonDerivative(
        _ term: Int32, _ ranges: [ClosedRange<UInt32>]
    ) throws(GrammarError) -> Int32? {
        var common: Int32?
        for range in ranges {
            guard let next = try commonDerivative(term, range), common == nil || common == next else { return nil }
            common = next
        }
        return common ?? Self.nothing
    }

    /// Spellings decode to one text each: `and` and `or` of spellings are spellings of `and` and `or`. Whether two
    /// operands became one.
    func mergeJSON(_ kind: TermNode.Kind, from start: Int, _ depth: Int) throws(GrammarError) -> Bool {
        let end = scratch.count
        for left in start..<end {
            let first = nodes[Int(scratch[left])]
            guard isJSON(first) else { continue }
            for index in start..<end where isAlike(first, nodes[Int(scratch[index])]) {
                scratch.append(nodes[Int(scratch[index])].a)
            }
            if kind == .intersection {
                for index in start..<end {
                    let node = nodes[Int(scratch[index])]
                    guard node.kind == .complement, isAlike(first, nodes[Int(node.a)]) else { continue }
                    scratch.append(try complement(nodes[Int(node.a)].a))
                    scratch[index] = Self.anything
                }
            }
            if scratch.count > end + 1 {
                let text = try kind == .union ? unite(from: end, depth: depth) : intersect(from: end, depth: depth)
                scratch.truncate(to: end)
                let neutral = kind == .union ? Self.nothing : Self.anything
                for index in start..<end where isAlike(first, nodes[Int(scratch[index])]) { scratch[index] = neutral }
                scratch[left] = try respell(first, text)
                return true
            }
            scratch.truncate(to: end)
        }
        return false
    }

    private func isAlike(_ node: TermNode, _ other: TermNode) -> Bool { other.kind == node.kind && other.b == node.b }

    private func isJSON(_ node: TermNode) -> Bool {
        node.kind == .jsonContent || node.kind == .jsonEscape || node.kind == .jsonHex
    }

    /// The spellings that `node` stands for, of another text.
    private func respell(_ node: TermNode, _ text: Int32) throws(GrammarError) -> Int32 {
        if isKnownEmpty(text) { return Self.nothing }
        switch node.kind {
        case .jsonHex: return try hex(of: text, HexProgress(rawValue: node.b))
        case .jsonEscape: return nodes[Int(text)].maxLength == 0 ? Self.nothing : try make(.jsonEscape, text)
        default: return try content(text)
        }
    }
}
