/// The `%41` notation of URLs.
enum PercentEncoding {
    /// Undoes it; a malformed escape stays as it is.
    static func decode(_ text: some StringProtocol) -> String { String(decoding: decodedBytes(text), as: UTF8.self) }

    /// The bytes it stands for, which may be in another encoding than UTF-8.
    static func decodedBytes(_ text: some StringProtocol) -> [UInt8] {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
