import MartletJSON

/// The tokens of `vocab` in tekken.json by rank.
struct TokenArena: Sendable {
    private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []

    var count: Int { ends.count }

    /// The bytes of the token of a rank.
    subscript(rank: Int) -> ArraySlice<UInt8> { bytes[(rank == 0 ? 0 : ends[rank - 1])..<ends[rank]] }

    /// Reads the list before which the reader stands.
    mutating func read(_ reader: inout JSONPullReader) throws(JSONError) {
        (bytes, ends) = ([], [])
        try reader.beginArray()
        while try reader.nextElement() {
            var (rank, isDecoded) = (Int64(-1), false)
            try reader.beginObject()
            while let key = try reader.nextKey({ Key($0) }) {
                switch key {
                case .rank: rank = try reader.integer()
                case .tokenBytes: isDecoded = try reader.string { Base64.append($0, to: &bytes) }
                case .other: try reader.skip()
                }
            }
            guard isDecoded, rank == Int64(ends.count) else {
                throw reader.error("vocab[\(ends.count)] needs its own index as rank and token_bytes in base64")
            }
            ends.append(bytes.count)
        }
    }

    private enum Key {
        case rank, tokenBytes, other

        init(_ name: UnsafeBufferPointer<UInt8>) {
            self =
                switch name.count {
                case 4 where Self.isEqual(name, "rank"): .rank
                case 11 where Self.isEqual(name, "token_bytes"): .tokenBytes
                default: .other
                }
        }

        private static func isEqual(_ name: UnsafeBufferPointer<UInt8>, _ key: StaticString) -> Bool {
            ByteHash.isEqual(name.baseAddress!, key.utf8Start, count: key.utf8CodeUnitCount)
        }
    }
}
