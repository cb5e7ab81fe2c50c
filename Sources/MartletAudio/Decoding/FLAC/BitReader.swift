/// Reads numbers of any number of bits, the highest bit first.
struct BitReader {
    /// At least 8 bytes after the last one are readable too.
    let bytes: UnsafePointer<UInt8>
    let numBits: Int
    /// The next bit; never beyond `numBits`.
    private(set) var position = 0

    /// A reader of `count` bytes that are followed by at least 8 more.
    init(_ bytes: UnsafePointer<UInt8>, count: Int) {
        self.bytes = bytes
        numBits = 8 * count
    }

    /// The bits from `position` on, 57 of them at least.
    private var word: UInt64 {
        let start = UnsafeRawPointer(bytes + position >> 3)
        return UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)) << UInt64(position & 7)
    }

    private mutating func skip(_ count: Int) throws(FLACFault) {
        position += count
        if position > numBits {
            position = numBits
            throw .overrun
        }
    }

    /// The next `count` bits, 0 to 57, as a number.
    mutating func unsigned(_ count: Int) throws(FLACFault) -> Int {
        if count == 0 { return 0 }
        let value = word >> UInt64(64 - count)
        try skip(count)
        return Int(value)
    }

    /// The next `count` bits, 0 to 57, as a number in two's complement.
    mutating func signed(_ count: Int) throws(FLACFault) -> Int64 {
        if count == 0 { return 0 }
        let value = Int64(bitPattern: word) >> Int64(64 - count)
        try skip(count)
        return value
    }

    /// How many 0 bits come before the next 1 bit, which is read too.
    mutating func unary() throws(FLACFault) -> Int {
        var count = 0
        while true {
            let zeros = word.leadingZeroBitCount
            if zeros < 57 {
                try skip(zeros + 1)
                return count + zeros
            }
            try skip(57)
            count += 57
        }
    }

    /// A number of Rice's code with a parameter of 0 to 30 bits, its sign in the lowest bit.
    @inline(__always)
    mutating func rice(_ parameter: Int) throws(FLACFault) -> Int64 {
        let word = word
        let zeros = word.leadingZeroBitCount
        var value: UInt64
        if zeros + 1 + parameter <= 57 {
            // Without the zeros and the 1 behind them; the shift by one of its own keeps both below 64.
            let low = ((word &<< UInt64(zeros + 1)) >> 1) &>> UInt64(63 - parameter)
            value = UInt64(zeros) &<< UInt64(parameter) | low
            try skip(zeros + 1 + parameter)
        } else {
            value = UInt64(try unary()) << UInt64(parameter)
            value |= UInt64(try unsigned(parameter))
        }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
