/// The bytes of an audio file, read from any place.
public protocol AudioBytes: Sendable {
    /// How many bytes there are.
    var count: Int { get }

    /// Reads bytes from `offset` on and returns how many: fewer than `buffer` holds only at the end, 0 there.
    ///
    /// **Throws** `unreadable` when the bytes cannot be had.
    /// **Threading** any thread, also several at once.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int
}

extension AudioBytes {
    /// At most `count` bytes from `offset` on; fewer at the end.
    func bytes(at offset: Int, count: Int) throws(AudioError) -> [UInt8] {
        let count = max(0, min(count, self.count - offset))
        if count == 0 { return [] }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { buffer.deallocate() }
        let read = try read(at: offset, into: buffer)
        return Array(buffer[..<read])
    }
}
