import MartletJSON

extension UnigramModel {
    /// The `model` of tokenizer.json: `vocab` is a list of pairs of text and score, in the order of the ids.
    init(_ file: TokenizerFile) throws(TokenizerError) {
        var (vocabulary, scores) = (SpellingTable(arenaCapacity: 1 << 20), [Double]())
        do throws(JSONError) {
            guard var reader = file.vocab else { throw JSONError("the model needs vocab", offset: 0) }
            try reader.beginArray()
            while try reader.nextElement() {
                guard scores.count < TokenizerFile.maxID else { throw reader.error("there are too many tokens") }
                try reader.beginArray()
                guard try reader.nextElement() else { throw reader.error("expected a token") }
                try reader.string { vocabulary.set(scores.count, $0) }
                guard try reader.nextElement() else { throw reader.error("expected a score") }
                let start = reader.offset
                guard try reader.peek() == .number else { throw reader.error("expected a score") }
                try reader.skip()
                scores.append(SerdeNumber.double(file.bytes[start..<reader.offset]))
                guard try !reader.nextElement() else { throw reader.error("expected a pair of token and score") }
            }
        } catch {
            throw .malformed("tokenizer.json: \(error)")
        }
        vocabulary.buildIndex()
        let unknown = file.model["unk_id"] ?? .null
        guard unknown.isNull || unknown.intValue.map({ scores.indices.contains($0) }) == true else {
            throw .malformed("tokenizer.json: unk_id is no token")
        }
        self.init(
            vocabulary: vocabulary, scores: scores, unknownToken: unknown.intValue.map(Int32.init),
            byteFallback: file.model["byte_fallback"]?.boolValue ?? false)
    }
}

/// Numbers as the reference reads them: its digits scaled by one power of ten, which may miss the nearest double.
///
/// Scores that differ in their last bit decide between ways of equal probability.
///
/// **Source** serde_json `de.rs` `f64_from_parts` without the feature `float_roundtrip`.
enum SerdeNumber {
    /// The value of a number that is well-formed JSON, whitespace before it included.
    static func double(_ text: some Sequence<UInt8>) -> Double {
        var (significand, exponent) = (UInt64(0), 0)
        var (isNegative, isFraction, isFull) = (false, false, false)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                exponent += Self.exponent(&iterator)
            case 0x30...0x39:
                let (tens, overflows) = significand.multipliedReportingOverflow(by: 10)
                let (sum, carries) = tens.addingReportingOverflow(UInt64(byte - 0x30))
                isFull = isFull || overflows || carries
                if !isFull { significand = sum }
                // A digit that no longer fits only counts before the point.
                if isFraction != isFull { exponent += isFraction ? -1 : 1 }
            default: break
            }
        }
        let value = scaled(Double(significand), exponent)
        return isNegative ? -value : value
    }

    private static func exponent(_ digits: inout some IteratorProtocol<UInt8>) -> Int {
        var (value, isNegative) = (0, false)
        while let byte = digits.next() {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case 0x30...0x39: value = min(value * 10 + Int(byte - 0x30), 1_000_000)
            default: break
            }
        }
        return isNegative ? -value : value
    }

    private static func scaled(_ value: Double, _ exponent: Int) -> Double {
        var (value, exponent) = (value, exponent)
        while exponent < -308, value != 0 {
            value /= 1e308
            exponent += 308
        }
        if value == 0 { return 0 }
        return exponent >= 0 ? value * powersOfTen[min(exponent, 308)] : value / powersOfTen[-exponent]
    }

    private static let powersOfTen: [Double] = (0...308).map { Double("1e\($0)") ?? .infinity }
}
