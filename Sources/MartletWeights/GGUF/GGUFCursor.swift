/// A reading position in a GGUF file; every read is checked against the file's end before it happens.
struct GGUFCursor {
    let file: MappedFile
    private(set) var offset = 0

    init(file: MappedFile) { self.file = file }

    /// Bytes from here to the end of the file.
    var remaining: Int { file.bytes.count - offset }

    /// The next little-endian integer; `what` names it in the error.
    mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type, _ what: @autoclosure () -> String
    ) throws(CheckpointError) -> T {
        let size = MemoryLayout<T>.size
        guard size <= remaining else { throw truncated(what(), needs: "\(size) bytes") }
        defer { offset += size }
        return T(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    /// The next 64-bit count of things that take at least `minimumSize` bytes each; refused when the file cannot hold them.
    mutating func count(minimumSize: Int, _ what: @autoclosure () -> String) throws(CheckpointError) -> Int {
        let count = try integer(UInt64.self, what())
        guard count <= UInt64(remaining / minimumSize) else {
            throw truncated(what(), needs: "\(count) items of at least \(minimumSize) bytes")
        }
        return Int(count)
    }

    /// Steps over `count` bytes and gives their place in the file.
    mutating func skip(_ count: Int, _ what: @autoclosure () -> String) throws(CheckpointError) -> Range<Int> {
        guard count <= remaining else { throw truncated(what(), needs: "\(count) bytes") }
        defer { offset += count }
        return offset..<(offset + count)
    }

    /// Steps over a string, a 64-bit length and that many bytes, and gives the place of its bytes.
    mutating func string(_ what: @autoclosure () -> String) throws(CheckpointError) -> Range<Int> {
        let count = try count(minimumSize: 1, what())
        return try skip(count, what())
    }

    /// A string that must be UTF-8, as names are.
    mutating func name(_ what: @autoclosure () -> String) throws(CheckpointError) -> String {
        let range = try string(what())
        guard let name = String(validating: file.bytes[range], as: UTF8.self) else {
            throw malformed("\(what()) at byte \(range.lowerBound) is not UTF-8")
        }
        return name
    }

    func truncated(_ what: String, needs need: String) -> CheckpointError {
        malformed("\(what): \(need) at byte \(offset), but only \(remaining) bytes are left in the file")
    }

    func malformed(_ message: String) -> CheckpointError { .malformed(file: file.path, message: message) }
}
