/// One safetensors file: a JSON header that says where each tensor's bytes lie, and the bytes.
///
/// **Source** safetensors `tensor.rs`, whose checks these are: offsets cover the data without gap or overlap.
public struct Safetensors: Sendable {
    /// One tensor of the header.
    public struct Entry: Sendable {
        /// The name in the header.
        public let name: String
        /// The element type, which need not be one that weights can have.
        public let dtype: SafetensorsDType
        /// Outermost dimension first.
        public let shape: [Int]
        /// Where its bytes lie in the file.
        public let range: Range<Int>
    }

    /// The tensors in the order of their bytes.
    public let entries: [Entry]
    /// The strings under `__metadata__`.
    public let metadata: [String: String]
    let file: MappedFile
    private let indexOfName: [String: Int]

    /// Longest header accepted, as in the reference implementation.
    static let maxHeaderBytes = 100_000_000

    /// Maps the file at `path` and checks its header.
    public init(path: String) throws(CheckpointError) { try self.init(file: MappedFile(path: path)) }

    /// Reads `file`, which may be a buffer in memory.
    public init(file: MappedFile) throws(CheckpointError) {
        var header = try SafetensorsHeader(file: file)
        metadata = try header.takeMetadata()
        entries = try header.entries()
        self.file = file
        var indexOfName: [String: Int] = [:]
        indexOfName.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() { indexOfName[entry.name] = index }
        self.indexOfName = indexOfName
    }

    /// The tensor called `name`, or nil.
    public func entry(_ name: String) -> Entry? { indexOfName[name].map { entries[$0] } }

    /// The bytes of a tensor of this file.
    public func bytes(of entry: Entry) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: file.bytes[entry.range])
    }

    /// The elements of an `I32` tensor.
    ///
    /// **Throws** `notFound` for an unknown name, `unsupported` for another type.
    public func int32(_ name: String) throws(CheckpointError) -> [Int32] { try elements(name, dtype: "I32") }

    /// The elements of an `F32` tensor.
    ///
    /// **Throws** `notFound` for an unknown name, `unsupported` for another type.
    public func float32(_ name: String) throws(CheckpointError) -> [Float] { try elements(name, dtype: "F32") }

    private func elements<Element: BitwiseCopyable>(
        _ name: String, dtype: String
    ) throws(CheckpointError) -> [Element] {
        guard let entry = entry(name) else {
            throw .notFound(
                path: file.path, message: "no tensor \"\(name)\"; there are \(entries.map(\.name).prefix(8))")
        }
        guard entry.dtype.name == dtype else {
            throw .unsupported(file: file.path, message: "tensor \"\(name)\": expected \(dtype), found \(entry.dtype)")
        }
        let source = bytes(of: entry)
        let count = source.count / MemoryLayout<Element>.stride
        return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
            initialized = count
        }
    }
}
