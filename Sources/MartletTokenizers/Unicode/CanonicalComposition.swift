/// Normalisation form C (Unicode Standard Annex 15) over UTF-8.
struct CanonicalComposition: Sendable {
    static let shared = CanonicalComposition()

    /// Hangul syllables are composed by arithmetic (Unicode Standard 3.12).
    private enum Hangul {
        static let syllables: UInt32 = 0xAC00
        static let leading: UInt32 = 0x1100
        static let vowels: UInt32 = 0x1161
        static let trailing: UInt32 = 0x11A7
        static let vowelCount: UInt32 = 21
        static let trailingCount: UInt32 = 28
        static let leadingCount: UInt32 = 19
        static let syllableCount: UInt32 = 11172
    }

    /// Below this scalar nothing has a combining class, composes with what stands before it, or is excluded from NFC.
    private static let firstAffected: UInt8 = 0xCC

    private var combiningClass: [UInt32: UInt8] = [:]
    private var parts: [UInt32: (first: UInt32, second: UInt32)] = [:]
    private var composite: [UInt64: UInt32] = [:]
    /// Scalars that may change in NFC or combine with what stands before them.
    private var isAffected = ScalarSet()

    private init() {
        var numbers = PackedNumbers(UnicodeCanonicalData.combiningClasses)
        var code: UInt32 = 0
        while let delta = numbers.next(), let count = numbers.next(), let value = numbers.next() {
            code += UInt32(delta)
            for scalar in code..<code + UInt32(count) {
                combiningClass[scalar] = UInt8(value)
                isAffected.insert(scalar)
            }
        }
        numbers = PackedNumbers(UnicodeCanonicalData.decompositions)
        code = 0
        while let delta = numbers.next(), let distance = numbers.next(), let packed = numbers.next() {
            code += UInt32(delta)
            let first = UInt32(Int(code) + (distance & 1 == 0 ? distance >> 1 : -(distance >> 1) - 1))
            let second = UInt32(packed >> 1)
            parts[code] = (first, second)
            if packed & 1 == 1 {
                composite[UInt64(first) << 32 | UInt64(second)] = code
                isAffected.insert(second)
            } else {
                isAffected.insert(code)
            }
        }
        for jamo in Hangul.vowels..<Hangul.vowels + Hangul.vowelCount { isAffected.insert(jamo) }
        for jamo in Hangul.trailing + 1..<Hangul.trailing + Hangul.trailingCount { isAffected.insert(jamo) }
    }

    /// The composed text, or nil where nothing in `bytes` can change.
    ///
    /// Only stretches of scalars that may change are worked on, each with the scalar before it: a scalar that is not
    /// affected never combines with what comes before.
    func normalize(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard var start = firstAffected(bytes, from: 0) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var copied = 0
        while true {
            if start > copied { start -= UTF8Scalar(in: bytes, before: start).length }
            result.append(contentsOf: bytes[copied..<start])
            copied = appendComposed(bytes, from: start, to: &result)
            guard let next = firstAffected(bytes, from: copied) else { break }
            start = next
        }
        result.append(contentsOf: bytes[copied...])
        return result
    }

    private func firstAffected(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            if bytes[index] < Self.firstAffected {
                index += 1
                continue
            }
            let scalar = UTF8Scalar(in: bytes, at: index)
            if isAffected.contains(scalar.code) { return index }
            index += scalar.length
        }
        return nil
    }

    /// Composes the scalar at `start` and the affected ones after it; returns where they end.
    private func appendComposed(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to result: inout [UInt8]
    ) -> Int {
        var scalars: [UInt32] = []
        var index = start
        while index < bytes.count {
            let scalar = UTF8Scalar(in: bytes, at: index)
            guard index == start || isAffected.contains(scalar.code) else { break }
            decompose(scalar.code, into: &scalars)
            index += scalar.length
        }
        orderMarks(&scalars)
        compose(&scalars)
        for code in scalars { result.append(contentsOf: UTF8.encode(Unicode.Scalar(code) ?? "\u{FFFD}")!) }
        return index
    }

    private func decompose(_ code: UInt32, into scalars: inout [UInt32]) {
        if code < 0xC0 {
            scalars.append(code)
        } else if code >= Hangul.syllables, code < Hangul.syllables + Hangul.syllableCount {
            let index = code - Hangul.syllables
            scalars.append(Hangul.leading + index / (Hangul.vowelCount * Hangul.trailingCount))
            scalars.append(Hangul.vowels + index / Hangul.trailingCount % Hangul.vowelCount)
            let trailing = index % Hangul.trailingCount
            if trailing > 0 { scalars.append(Hangul.trailing + trailing) }
        } else if let (first, second) = parts[code] {
            decompose(first, into: &scalars)
            if second != 0 { scalars.append(second) }
        } else {
            scalars.append(code)
        }
    }

    /// Sorts each run of marks by combining class, keeping the order of equals.
    private func orderMarks(_ scalars: inout [UInt32]) {
        var start = 0
        while start < scalars.count {
            var end = start
            while end < scalars.count, combiningClass[scalars[end]] != nil { end += 1 }
            if end - start > 1 {
                let sorted = scalars[start..<end].enumerated().sorted {
                    (combiningClass[$0.element]!, $0.offset) < (combiningClass[$1.element]!, $1.offset)
                }
                scalars.replaceSubrange(start..<end, with: sorted.map(\.element))
            }
            start = end + 1
        }
    }

    private func compose(_ scalars: inout [UInt32]) {
        var length = 0
        var starter: Int?
        var lastClass: UInt8 = 0
        for code in scalars {
            let thisClass = combiningClass[code] ?? 0
            if let starter, lastClass < thisClass || length == starter + 1,
                let pair = compose(scalars[starter], code)
            {
                scalars[starter] = pair
                continue
            }
            if thisClass == 0 { starter = length }
            lastClass = thisClass
            scalars[length] = code
            length += 1
        }
        scalars.removeSubrange(length...)
    }

    private func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        let (leading, vowel) = (first &- Hangul.leading, second &- Hangul.vowels)
        if leading < Hangul.leadingCount, vowel < Hangul.vowelCount {
            return Hangul.syllables + (leading * Hangul.vowelCount + vowel) * Hangul.trailingCount
        }
        let (syllable, trailing) = (first &- Hangul.syllables, second &- Hangul.trailing)
        if syllable < Hangul.syllableCount, syllable % Hangul.trailingCount == 0,
            trailing > 0, trailing < Hangul.trailingCount
        {
            return first + trailing
        }
        return composite[UInt64(first) << 32 | UInt64(second)]
    }
}
