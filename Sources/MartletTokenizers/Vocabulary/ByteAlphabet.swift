/// GPT-2's spelling of bytes as printable characters, in which byte-level vocabularies are written.
///
/// **Source** openai/gpt-2 `bytes_to_unicode`: printable Latin-1 bytes stand for themselves, the other 68 for U+0100
/// onwards in order.
struct ByteAlphabet: Sendable {
    static let shared = ByteAlphabet()

    private var scalarOfByte: [UInt16] = []
    /// -1 for scalars outside the alphabet.
    private var byteOfScalar = [Int16](repeating: -1, count: 0x180)

    private init() {
        var next: UInt16 = 0x100
        for byte in UInt8.min...UInt8.max {
            let isPrintable = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            scalarOfByte.append(isPrintable ? UInt16(byte) : next)
            byteOfScalar[Int(scalarOfByte[Int(byte)])] = Int16(byte)
            if !isPrintable { next += 1 }
        }
    }

    /// Appends the bytes that `spelling` stands for; false, appending nothing, where it has a character outside the
    /// alphabet.
    func appendBytes(of spelling: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) -> Bool {
        let start = bytes.count
        bytes.append(contentsOf: spelling)
        let end = bytes.withUnsafeMutableBufferPointer { fold($0, from: start) }
        bytes.removeLast(bytes.count - (end ?? start))
        return end != nil
    }

    /// Replaces the characters from `start` on by their bytes; nil where one is outside the alphabet, else the end.
    private func fold(_ bytes: UnsafeMutableBufferPointer<UInt8>, from start: Int) -> Int? {
        var (index, end) = (start, start)
        while index < bytes.count {
            var code = Int(bytes[index])
            index += 1
            if code >= 0x80 {
                // Two bytes: U+0080 to U+017F.
                guard (0xC2...0xC5).contains(code), index < bytes.count, bytes[index] & 0xC0 == 0x80 else { return nil }
                code = (code & 0x1F) << 6 | Int(bytes[index] & 0x3F)
                index += 1
            }
            let byte = byteOfScalar[code]
            guard byte >= 0 else { return nil }
            bytes[end] = UInt8(truncatingIfNeeded: byte)
            end += 1
        }
        return end
    }

    /// The spelling of `bytes` as UTF-8.
    func spelling(of bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            let scalar = scalarOfByte[Int(byte)]
            if scalar < 0x80 {
                text.append(UInt8(scalar))
            } else {
                text.append(0xC0 | UInt8(scalar >> 6))
                text.append(0x80 | UInt8(scalar & 0x3F))
            }
        }
        return text
    }

    /// The spelling of `bytes`.
    func spelling(of bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(scalarOfByte[Int(byte)])!) }
        return text
    }
}
