/// Reads the fields of one protocol buffer message in order, each within the bytes that there are.
struct ProtobufReader {
    /// The value of a field as the wire has it.
    enum Value {
        case varint(UInt64)
        case fixed32(UInt32)
        case fixed64(UInt64)
        case bytes(Range<Int>)
        case group
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    /// Where the next field begins.
    private(set) var position: Int
    private let end: Int

    /// A reader of the message that is `range` of `bytes`.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next field; nil at the end of the message.
    mutating func next() throws(TokenizerError) -> (number: UInt64, value: Value)? {
        guard position < end else { return nil }
        let start = position
        let key = try varint()
        switch key & 7 {
        case 0: return (key >> 3, .varint(try varint()))
        case 1: return (key >> 3, .fixed64(try fixed(8)))
        case 2:
            let length = try varint()
            guard length <= UInt64(end - position) else { throw truncated(at: start) }
            defer { position += Int(length) }
            return (key >> 3, .bytes(position..<position + Int(length)))
        case 3:
            try skipGroup()
            return (key >> 3, .group)
        case 5: return (key >> 3, .fixed32(UInt32(try fixed(4))))
        default: throw .malformed("SentencePiece model: wire type \(key & 7) at byte \(start)")
        }
    }

    private func truncated(at start: Int) -> TokenizerError {
        .malformed("SentencePiece model: the field at byte \(start) goes beyond byte \(end), where its message ends")
    }

    private mutating func varint() throws(TokenizerError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw truncated(at: start) }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw .malformed("SentencePiece model: a number of more than ten bytes at byte \(start)")
    }

    private mutating func fixed(_ count: Int) throws(TokenizerError) -> UInt64 {
        guard end - position >= count else { throw truncated(at: position) }
        defer { position += count }
        return (0..<count).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64($1 * 8) }
    }

    /// Skips to the end of a group, and of those within.
    private mutating func skipGroup() throws(TokenizerError) {
        var depth = 1
        while depth > 0 {
            let start = position
            switch try varint() & 7 {
            case 0: _ = try varint()
            case 1: _ = try fixed(8)
            case 2:
                let length = try varint()
                guard length <= UInt64(end - position) else { throw truncated(at: start) }
                position += Int(length)
            case 3: depth += 1
            case 4: depth -= 1
            case 5: _ = try fixed(4)
            case let type: throw .malformed("SentencePiece model: wire type \(type) at byte \(start)")
            }
        }
    }
}
