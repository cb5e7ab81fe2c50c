/// A hash of short byte strings that mixes eight bytes at a time; keys come from model files, not from requests.
enum ByteHash {
    static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let count = bytes.count
        var state = UInt64(count) &* 0x9E37_79B9_7F4A_7C15
        guard let base = UnsafeRawPointer(bytes.baseAddress), count > 0 else { return mix(state) }
        var index = 0
        while index + 8 <= count {
            state = mix(state ^ base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        // What is left is read with overlaps rather than byte by byte.
        let rest = count - index
        var tail: UInt64 = 0
        if rest >= 4 {
            tail = UInt64(base.loadUnaligned(fromByteOffset: index, as: UInt32.self))
            tail |= UInt64(base.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)) << 32
        } else if rest > 0 {
            tail = UInt64(bytes[index]) | UInt64(bytes[index + rest / 2]) << 8 | UInt64(bytes[count - 1]) << 16
        }
        return mix(state ^ tail)
    }

    /// Folds the 128-bit product, which spreads every input bit over the result.
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        let (high, low) = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return high ^ low
    }

    /// Whether `count` bytes are the same.
    @inline(__always)
    static func isEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, count: Int) -> Bool {
        let (left, right) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
        var index = 0
        while index + 8 <= count {
            let difference =
                left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                ^ right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if difference != 0 { return false }
            index += 8
        }
        while index < count {
            if left.load(fromByteOffset: index, as: UInt8.self) != right.load(fromByteOffset: index, as: UInt8.self) {
                return false
            }
            index += 1
        }
        return true
    }
}
