/// Decoding of base64 (RFC 4648, with padding).
enum Base64 {
    /// Appends what `text` stands for; false, having appended anything or nothing, where it is no base64.
    static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) -> Bool {
        guard text.count % 4 == 0 else { return false }
        var index = 0
        while index < text.count {
            let isLast = index + 4 == text.count
            let padding = !isLast || text[index + 3] != equals ? 0 : text[index + 2] != equals ? 1 : 2
            var bits: UInt32 = 0
            for offset in 0..<4 - padding {
                let value = values[Int(text[index + offset])]
                guard value < 64 else { return false }
                bits |= UInt32(value) << UInt32(18 - 6 * offset)
            }
            bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
            if padding < 2 { bytes.append(UInt8(truncatingIfNeeded: bits >> 8)) }
            if padding < 1 { bytes.append(UInt8(truncatingIfNeeded: bits)) }
            index += 4
        }
        return true
    }

    /// What `text` stands for, or nil where it is no base64.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        return Array(text).withUnsafeBufferPointer { append($0, to: &bytes) } ? bytes : nil
    }

    private static let equals = UInt8(ascii: "=")

    /// The six bits of each character; 64 for those that have none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, character) in alphabet.utf8.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
