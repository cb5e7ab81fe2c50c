/// Remembers the tokens of short pieces that became no more than three.
struct WordCache {
    /// Up to fifteen bytes and, in the top byte, their number: the key is exact.
    struct Key: Equatable {
        var low: UInt64
        var high: UInt64
    }

    private struct Entry {
        var key = Key(low: 0, high: .max)
        var ids: (Int32, Int32, Int32) = (0, 0, 0)
        var count: Int32 = 0
    }

    private var entries: [Entry] = []
    private static let width: UInt64 = 14

    /// The longest piece that is remembered.
    static let maxLength = 15

    /// The key of a piece, or nil for pieces too long to remember.
    ///
    /// `readable` is how many bytes may be read from the start of the piece, which spares looking at them one by one.
    @inline(__always)
    static func key(_ piece: UnsafeBufferPointer<UInt8>, readable: Int = 0) -> Key? {
        let count = piece.count
        guard count <= maxLength, let base = piece.baseAddress else { return nil }
        let length = UInt64(count) << 56
        if readable >= 16 {
            let bytes = UnsafeRawPointer(base)
            let low = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
            let high = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            // Bits beyond the piece: sixteen bytes less the piece's.
            let excess = UInt64(truncatingIfNeeded: 128 &- count &* 8)
            if count > 8 { return Key(low: low, high: (high &<< excess) &>> excess | length) }
            let unused = excess &- 64
            return Key(low: count == 0 ? 0 : (low &<< unused) &>> unused, high: length)
        }
        var key = Key(low: 0, high: length)
        for index in 0..<count {
            if index < 8 {
                key.low |= UInt64(base[index]) &<< UInt64(truncatingIfNeeded: index &* 8)
            } else {
                key.high |= UInt64(base[index]) &<< UInt64(truncatingIfNeeded: index &* 8 &- 64)
            }
        }
        return key
    }

    @inline(__always)
    private static func slot(_ key: Key) -> Int {
        let mixed = (key.low ^ (key.high &* 0x9E37_79B9_7F4A_7C15)) &* 0xE703_7ED1_A0B4_28DB
        return Int(truncatingIfNeeded: ((mixed ^ (mixed &>> 29)) &* 0x9E37_79B9_7F4A_7C15) &>> (64 &- width))
    }

    /// Appends the piece's tokens; false where they are not known.
    @inline(__always)
    func append(_ key: Key, to ids: inout [Int32]) -> Bool {
        guard !entries.isEmpty else { return false }
        return entries.withUnsafeBufferPointer { entries in
            let entry = entries.baseAddress! + Self.slot(key)
            guard entry.pointee.key == key else { return false }
            ids.append(entry.pointee.ids.0)
            if entry.pointee.count > 1 {
                ids.append(entry.pointee.ids.1)
                if entry.pointee.count > 2 { ids.append(entry.pointee.ids.2) }
            }
            return true
        }
    }

    /// Remembers the piece in the place of whatever had its slot.
    mutating func remember(_ key: Key, _ ids: ArraySlice<Int32>) {
        guard (1...3).contains(ids.count) else { return }
        if entries.isEmpty { entries = Array(repeating: Entry(), count: 1 << Self.width) }
        let start = ids.startIndex
        entries[Self.slot(key)] = Entry(
            key: key, ids: (ids[start], ids.count > 1 ? ids[start + 1] : 0, ids.count > 2 ? ids[start + 2] : 0),
            count: Int32(ids.count))
    }
}
