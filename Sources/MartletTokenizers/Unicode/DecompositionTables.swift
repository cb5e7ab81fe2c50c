/// Decompositions, combining classes and compositions of all scalars but Hangul syllables.
struct DecompositionTables: Sendable {
    static let shared = DecompositionTables()

    /// Where a scalar's full decomposition stands in `scalars`; none where the count is 0.
    struct Span: Hashable, Sendable {
        var start: UInt16 = 0
        var count: UInt16 = 0
    }

    private(set) var combiningClass = PagedTable<UInt8>(0)
    private var canonical = PagedTable(Span())
    private var compatibility = PagedTable(Span())
    private var scalars: [UInt32] = []
    private var composite: [UInt64: UInt32] = [:]
    /// In which forms a scalar may change, or combine with what stands before it: one bit per form.
    private(set) var affected = PagedTable<UInt8>(0)

    private init() {
        readCombiningClasses()
        readCanonical()
        readCompatibility()
        addHangul()
    }

    private mutating func mark(_ code: UInt32, _ forms: NormalizationForm...) {
        affected.set(code, to: forms.reduce(affected[code]) { $0 | $1.bit })
    }

    private mutating func readCombiningClasses() {
        var numbers = PackedNumbers(UnicodeCanonicalData.combiningClasses)
        var code: UInt32 = 0
        while let delta = numbers.next(), let count = numbers.next(), let value = numbers.next() {
            code += UInt32(delta)
            combiningClass.set(code..<code + UInt32(count), to: UInt8(value))
            for scalar in code..<code + UInt32(count) { mark(scalar, .nfc, .nfd, .nfkc, .nfkd) }
        }
    }

    private mutating func readCanonical() {
        var parts: [(code: UInt32, first: UInt32, second: UInt32)] = []
        var numbers = PackedNumbers(UnicodeCanonicalData.decompositions)
        var code: UInt32 = 0
        while let delta = numbers.next(), let distance = numbers.next(), let packed = numbers.next() {
            code += UInt32(delta)
            let first = UInt32(Int(code) + PackedNumbers.signed(distance))
            let second = UInt32(packed >> 1)
            parts.append((code, first, second))
            mark(code, .nfd, .nfkd)
            if packed & 1 == 1 {
                composite[UInt64(first) << 32 | UInt64(second)] = code
                mark(second, .nfc, .nfkc)
            } else {
                mark(code, .nfc, .nfkc)
            }
        }
        let partsOfCode = Dictionary(parts.map { ($0.code, ($0.first, $0.second)) }, uniquingKeysWith: { $1 })
        for (code, first, second) in parts {
            var tail = second == 0 ? [] : [second]
            var head = first
            while let (first, second) = partsOfCode[head] {
                if second != 0 { tail.append(second) }
                head = first
            }
            canonical.set(code, to: store(CollectionOfOne(head), tail.reversed()))
        }
    }

    private mutating func readCompatibility() {
        var numbers = PackedNumbers(UnicodeMappingData.compatibility)
        var start: UInt32 = 0
        while let delta = numbers.next(), let count = numbers.next(), let length = numbers.next() {
            start += UInt32(delta)
            let distances = (0..<length).map { _ in PackedNumbers.signed(numbers.next() ?? 0) }
            for code in start..<start + UInt32(count) {
                compatibility.set(code, to: store(distances.map { UInt32(Int(code) + $0) }, []))
                mark(code, .nfkc, .nfkd)
            }
        }
    }

    private mutating func store(_ head: some Collection<UInt32>, _ tail: some Collection<UInt32>) -> Span {
        let span = Span(start: UInt16(scalars.count), count: UInt16(head.count + tail.count))
        scalars += head
        scalars += tail
        return span
    }

    private mutating func addHangul() {
        affected.set(
            Hangul.syllables..<Hangul.syllables + Hangul.syllableCount,
            to: NormalizationForm.nfd.bit | NormalizationForm.nfkd.bit)
        for jamo in Hangul.vowels..<Hangul.vowels + Hangul.vowelCount { mark(jamo, .nfc, .nfkc) }
        for jamo in Hangul.trailing + 1..<Hangul.trailing + Hangul.trailingCount { mark(jamo, .nfc, .nfkc) }
    }

    /// Appends the full decomposition of `code`.
    func decompose(_ code: UInt32, compatibly: Bool, into result: inout [UInt32]) {
        if Hangul.decompose(code, into: &result) { return }
        var span = compatibly ? compatibility[code] : Span()
        if span.count == 0 { span = canonical[code] }
        if span.count == 0 {
            result.append(code)
        } else {
            result.append(contentsOf: scalars[Int(span.start)..<Int(span.start) + Int(span.count)])
        }
    }

    /// What a starter and the scalar after it become, if they compose.
    func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        Hangul.compose(first, second) ?? composite[UInt64(first) << 32 | UInt64(second)]
    }
}
