/// The bytes of an audio file held in memory.
public struct AudioBuffer: AudioBytes {
    private let bytes: [UInt8]

    /// The given bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// How many bytes there are.
    public var count: Int { bytes.count }

    /// Copies bytes from `offset` on; see `AudioBytes`.
    public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard offset >= 0, offset < bytes.count else { return 0 }
        let count = min(buffer.count, bytes.count - offset)
        bytes.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[offset..<(offset + count)])) }
        return count
    }
}
