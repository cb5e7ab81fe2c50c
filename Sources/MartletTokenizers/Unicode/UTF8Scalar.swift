/// One scalar read from well-formed UTF-8.
struct UTF8Scalar {
    var code: UInt32
    var length: Int

    /// The scalar at `index`; a byte that starts none (which well-formed text does not have) counts as U+FFFD alone.
    @inline(__always)
    init(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) {
        let lead = bytes[index]
        if lead < 0x80 {
            self.init(code: UInt32(lead), length: 1)
        } else {
            self.init(multiByteIn: bytes, at: index, lead: lead)
        }
    }

    private init(code: UInt32, length: Int) {
        self.code = code
        self.length = length
    }

    private init(multiByteIn bytes: UnsafeBufferPointer<UInt8>, at index: Int, lead: UInt8) {
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        guard lead >= 0xC2, lead < 0xF5, index + length <= bytes.count else {
            self.init(code: 0xFFFD, length: 1)
            return
        }
        var code = UInt32(lead) & (0x7F >> UInt32(length))
        for offset in 1..<length { code = code << 6 | UInt32(bytes[index + offset] & 0x3F) }
        self.init(code: min(code, 0x10FFFF), length: length)
    }

    /// The scalar that ends before `index`, which must not be the start.
    init(in bytes: UnsafeBufferPointer<UInt8>, before index: Int) {
        var start = index - 1
        while start > 0, bytes[start] & 0xC0 == 0x80, index - start < 4 { start -= 1 }
        self.init(in: bytes, at: start)
    }
}
