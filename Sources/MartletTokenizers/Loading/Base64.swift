/// Base64 with padding (RFC 4648, section 4).
enum Base64 {
    private static let valueOfDigit: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, digit) in digits.utf8.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// The bytes, or nil where `text` is no base64: wrong digits, missing or misplaced padding, bits left over.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        return append(text, to: &bytes) ? bytes : nil
    }

    /// Appends what `text` stands for; false, having appended some of it or nothing, where it is no base64.
    @inline(__always)
    static func append(_ text: some Collection<UInt8>, to bytes: inout [UInt8]) -> Bool {
        guard text.count % 4 == 0 else { return false }
        let values = valueOfDigit
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        var (bits, count) = (UInt32(0), 0)
        for digit in text.dropLast(padding) {
            let value = values[Int(digit)]
            guard value != 0xFF else { return false }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                bits &= (1 << UInt32(count)) - 1
            }
        }
        return bits == 0
    }
}
