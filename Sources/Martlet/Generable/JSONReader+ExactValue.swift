import MartletJSON

extension JSONReader {
    /// The value of a JSON text in which whole numbers are integers however they are spelled, such as `1.0` or `9.2e18`:
    /// a schema's integers may be written so, and doubles do not hold all of them.
    static func exactValue(of text: String) throws(JSONError) -> JSONValue {
        try Array(text.utf8).withUnsafeBufferPointer { (bytes) throws(JSONError) in
            var reader = JSONPullReader(bytes)
            let value = try exactValue(&reader)
            try reader.finish()
            return value
        }
    }

    private static func exactValue(_ reader: inout JSONPullReader) throws(JSONError) -> JSONValue {
        switch try reader.peek() {
        case .object:
            try reader.beginObject()
            var object = JSONObject()
            while let key = try reader.nextKey() { object[key] = try exactValue(&reader) }
            return .object(object)
        case .array:
            try reader.beginArray()
            var elements: [JSONValue] = []
            while try reader.nextElement() { elements.append(try exactValue(&reader)) }
            return .array(elements)
        case .number:
            let text = try reader.numberText()
            if let whole = wholeNumber(text) { return Int64(whole).map { .integer($0) } ?? .longInteger(whole) }
            guard let value = Double(text), value.isFinite else { throw reader.error("number out of range") }
            return .double(value)
        default: return try reader.value()
        }
    }

    /// The digits of a number that is whole; nil for fractions, for a zero written as a real, which may be negative, and
    /// for numbers beyond all integer types.
    private static func wholeNumber(_ text: String) -> String? {
        let parts = text.split(whereSeparator: { $0 == "e" || $0 == "E" })
        let mantissa = parts[0].split(separator: ".")
        guard parts.count > 1 || mantissa.count > 1 else { return text }
        guard var exponent = parts.count > 1 ? Int(parts[1]) : 0, abs(exponent) < 100_000 else { return nil }
        let isNegative = text.hasPrefix("-")
        var digits = String(mantissa[0].drop { $0 == "-" })
        if mantissa.count > 1 {
            digits += mantissa[1]
            exponent -= mantissa[1].count
        }
        while digits.last == "0" {
            digits.removeLast()
            exponent += 1
        }
        digits = String(digits.drop { $0 == "0" })
        guard !digits.isEmpty, exponent >= 0, digits.count + exponent <= 39 else { return nil }
        return (isNegative ? "-" : "") + digits + String(repeating: "0", count: exponent)
    }
}
