/// A part of a file that moves from its start to its end.
final class ByteWindow {
    /// Where in the file the window begins.
    private(set) var offset: Int
    /// How many bytes it has.
    private(set) var count = 0

    private let bytes: any AudioBytes
    private var memory: UnsafeMutableRawBufferPointer
    /// Where in `memory` the window begins.
    private var start = 0

    /// As `BitReader` wants it: it reads 8 bytes at a time.
    private static let padding = 16

    /// An empty window at an offset.
    init(_ bytes: any AudioBytes, offset: Int) {
        self.bytes = bytes
        self.offset = offset
        memory = .allocate(byteCount: Self.padding, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { memory.deallocate() }

    /// Whether the window reaches to the end of the file.
    var isAtEnd: Bool { offset + count >= bytes.count }

    /// The bits of the window; valid until it is moved or filled.
    var bits: BitReader {
        BitReader(UnsafePointer((memory.baseAddress! + start).assumingMemoryBound(to: UInt8.self)), count: count)
    }

    /// The byte at a place in the window; 0 behind its end.
    subscript(index: Int) -> UInt8 { index < count ? memory[start + index] : 0 }

    /// Whether the window begins with a text.
    func starts(with text: StaticString) -> Bool {
        (0..<text.utf8CodeUnitCount).allSatisfy { self[$0] == text.utf8Start[$0] }
    }

    /// Moves the start forward.
    func advance(by count: Int) {
        start += count
        offset += count
        self.count -= count
    }

    /// Reads on until the window has `size` bytes, as far as the file has them.
    func fill(_ size: Int) throws(AudioError) {
        let target = size + Self.padding > memory.count ? Self.allocate(size + Self.padding) : memory
        let kept = UnsafeRawBufferPointer(rebasing: memory[start..<(start + count)])
        // Within one memory the bytes move to the front: `copyMemory` allows the overlap.
        target.copyMemory(from: kept)
        if target.baseAddress != memory.baseAddress { memory.deallocate() }
        memory = target
        start = 0
        let room = UnsafeMutableRawBufferPointer(rebasing: memory[count..<(memory.count - Self.padding)])
        count += try bytes.read(at: offset + count, into: room)
        for index in count..<(count + Self.padding) { memory[index] = 0 }
    }

    private static func allocate(_ size: Int) -> UnsafeMutableRawBufferPointer {
        .allocate(byteCount: size, alignment: 16)
    }
}
