/// A GGUF file of version 2 or 3: metadata, tensor descriptions and the tensors' bytes.
///
/// **Source** ggml docs/gguf.md.
public struct GGUF: Sendable {
    /// The format's version, 2 or 3.
    public let version: UInt32
    /// Metadata keys in file order.
    public let keys: [String]
    /// The tensors in file order.
    public let tensors: [GGUFTensor]
    let file: MappedFile
    private let values: [String: GGUFValue]

    /// Maps the file at `path` and reads everything but the tensors' bytes.
    public init(path: String) throws(CheckpointError) { try self.init(file: MappedFile(path: path)) }

    /// Reads `file`, which may be a buffer in memory.
    ///
    /// **Throws** `malformed` for anything that does not fit together, `unsupported` for other versions.
    public init(file: MappedFile) throws(CheckpointError) {
        var reader = GGUFReader(file: file)
        let header = try reader.header()
        version = header.version
        (keys, values) = try reader.metadata(count: header.keyCount)
        let alignment = try Self.alignment(values["general.alignment"], file)
        tensors = try reader.tensors(count: header.tensorCount, alignment: alignment)
        self.file = file
    }

    /// The metadata value of `key`, or nil.
    public subscript(key: String) -> GGUFValue? { values[key] }

    /// The bytes of a tensor of this file, nil for a type that is not supported.
    public func bytes(of tensor: GGUFTensor) -> UnsafeRawBufferPointer? {
        tensor.range.map { UnsafeRawBufferPointer(rebasing: file.bytes[$0]) }
    }

    /// True when the file starts as GGUF files do.
    public static func isGGUF(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: magic) }

    static let magic = Array("GGUF".utf8)

    private static let defaultAlignment = 32

    private static func alignment(_ value: GGUFValue?, _ file: MappedFile) throws(CheckpointError) -> Int {
        guard let value else { return defaultAlignment }
        guard let alignment = value.intValue, (1...Int(Int32.max)).contains(alignment), alignment & (alignment - 1) == 0
        else {
            throw .malformed(
                file: file.path, message: "general.alignment: expected a power of two below 2^31, found \(value)")
        }
        return alignment
    }
}
