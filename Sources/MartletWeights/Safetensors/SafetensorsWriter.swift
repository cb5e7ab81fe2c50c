import Glibc
internal import MartletJSON

/// Writes tensors of 32-bit integers and floats as a safetensors file.
public struct SafetensorsWriter: Sendable {
    private var header = JSONObject()
    private var data: [UInt8] = []

    /// A writer without tensors.
    public init() {}

    /// Adds an `F32` tensor; `values` are the row-major elements of `shape`.
    public mutating func add(_ name: String, shape: [Int], _ values: [Float]) {
        values.withUnsafeBytes { add(name, "F32", shape, values.count, $0) }
    }

    /// Adds an `I32` tensor; `values` are the row-major elements of `shape`.
    public mutating func add(_ name: String, shape: [Int], _ values: [Int32]) {
        values.withUnsafeBytes { add(name, "I32", shape, values.count, $0) }
    }

    private mutating func add(
        _ name: String, _ dtype: String, _ shape: [Int], _ count: Int, _ bytes: UnsafeRawBufferPointer
    ) {
        precondition(shape.reduce(1, *) == count, "shape \(shape) does not hold \(count) elements")
        precondition(header[name] == nil, "a tensor called \(name) was added before")
        let start = data.count
        data.append(contentsOf: bytes)
        var entry = JSONObject()
        entry["dtype"] = .string(dtype)
        entry["shape"] = .array(shape.map { .integer(Int64($0)) })
        entry["data_offsets"] = .array([.integer(Int64(start)), .integer(Int64(data.count))])
        header[name] = .object(entry)
    }

    /// The file's bytes; the data starts at a multiple of eight.
    public func bytes() -> [UInt8] {
        var text = Array(JSONWriter.string(.object(header)).utf8)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data
    }

    /// Writes the file, replacing what was there.
    ///
    /// **Throws** `unreadable` with the system's reason.
    public func write(to path: String) throws(CheckpointError) {
        let bytes = bytes()
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .unreadable(path: path, message: "cannot be written: \(MappedFile.reason(errno))")
        }
        var failure = bytes.withUnsafeBytes { Self.write($0, to: descriptor) }
        if close(descriptor) != 0 && failure == nil { failure = errno }
        if let failure { throw .unreadable(path: path, message: "cannot be written: \(MappedFile.reason(failure))") }
    }

    /// Writes everything; gives the error number or nil.
    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return errno }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
        return nil
    }
}
