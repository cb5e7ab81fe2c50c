/// GPT-2's spelling of bytes as printable characters, in which byte-level vocabularies are written.
///
/// **Source** openai/gpt-2 `bytes_to_unicode`: printable Latin-1 bytes stand for themselves, the other 68 for U+0100
/// onwards in order.
struct ByteAlphabet: Sendable {
    static let shared = ByteAlphabet()

    private var scalarOfByte: [UInt16] = []
    private var byteOfScalar: [UInt8?] = .init(repeating: nil, count: 0x100 + 68)

    private init() {
        var next: UInt16 = 0x100
        for byte in UInt8.min...UInt8.max {
            let isPrintable = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            scalarOfByte.append(isPrintable ? UInt16(byte) : next)
            byteOfScalar[Int(scalarOfByte[Int(byte)])] = byte
            if !isPrintable { next += 1 }
        }
    }

    /// Appends the bytes that `spelling` stands for; false, appending nothing, where it has a character outside the
    /// alphabet.
    func appendBytes(of spelling: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) -> Bool {
        let start = bytes.count
        var index = 0
        while index < spelling.count {
            let scalar = UTF8Scalar(in: spelling, at: index)
            guard scalar.code < byteOfScalar.count, let byte = byteOfScalar[Int(scalar.code)] else {
                bytes.removeSubrange(start...)
                return false
            }
            bytes.append(byte)
            index += scalar.length
        }
        return true
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
