internal import MartletModelIR

/// Reads a GGUF file from front to back; what it gives has been checked against the file's size.
struct GGUFReader {
    private var cursor: GGUFCursor

    /// GGML tensors have at most four dimensions (ggml.h `GGML_MAX_DIMS`).
    private static let maxDimensions = 4
    /// Deep enough for any use; the format itself sets no limit.
    private static let maxArrayDepth = 8

    init(file: MappedFile) { cursor = GGUFCursor(file: file) }

    struct Header {
        let version: UInt32
        let tensorCount: Int
        let keyCount: Int
    }

    mutating func header() throws(CheckpointError) -> Header {
        let magic = try cursor.skip(4, "GGUF magic")
        guard cursor.file.bytes[magic].elementsEqual(GGUF.magic) else {
            throw cursor.malformed("does not start with \"GGUF\"")
        }
        let version = try cursor.integer(UInt32.self, "GGUF version")
        guard version == 2 || version == 3 else {
            let isBigEndian = (1...3).contains(version.byteSwapped)
            throw .unsupported(
                file: cursor.file.path,
                message: isBigEndian
                    ? "big-endian GGUF file; only little-endian files are supported"
                    : "GGUF version \(version); versions 2 and 3 are supported")
        }
        // A tensor takes at least a name's length, the number of dimensions, a type and an offset; a key at least
        // its length, a type and one byte.
        let tensorCount = try cursor.count(minimumSize: 24, "number of tensors")
        let keyCount = try cursor.count(minimumSize: 13, "number of metadata keys")
        return Header(version: version, tensorCount: tensorCount, keyCount: keyCount)
    }

    // MARK: Metadata

    mutating func metadata(count: Int) throws(CheckpointError) -> ([String], [String: GGUFValue]) {
        var keys: [String] = []
        var values: [String: GGUFValue] = [:]
        for index in 0..<count {
            let key = try cursor.name("metadata key \(index) of \(count)")
            let type = try valueType(key)
            let value = try value(type, key: key, depth: 0)
            guard values.updateValue(value, forKey: key) == nil else {
                throw cursor.malformed("metadata key \"\(key)\" appears twice")
            }
            keys.append(key)
        }
        return (keys, values)
    }

    private mutating func valueType(_ key: String) throws(CheckpointError) -> GGUFValueType {
        let number = try cursor.integer(UInt32.self, "metadata \"\(key)\"")
        guard let type = GGUFValueType(rawValue: number) else {
            throw cursor.malformed("metadata \"\(key)\": value type \(number); types 0 to 12 are known")
        }
        return type
    }

    private mutating func value(_ type: GGUFValueType, key: String, depth: Int) throws(CheckpointError) -> GGUFValue {
        switch type {
        case .uint8: .unsigned(UInt64(try cursor.integer(UInt8.self, "metadata \"\(key)\"")))
        case .uint16: .unsigned(UInt64(try cursor.integer(UInt16.self, "metadata \"\(key)\"")))
        case .uint32: .unsigned(UInt64(try cursor.integer(UInt32.self, "metadata \"\(key)\"")))
        case .uint64: .unsigned(try cursor.integer(UInt64.self, "metadata \"\(key)\""))
        case .int8: .signed(Int64(try cursor.integer(Int8.self, "metadata \"\(key)\"")))
        case .int16: .signed(Int64(try cursor.integer(Int16.self, "metadata \"\(key)\"")))
        case .int32: .signed(Int64(try cursor.integer(Int32.self, "metadata \"\(key)\"")))
        case .int64: .signed(try cursor.integer(Int64.self, "metadata \"\(key)\""))
        case .float32: .float(Double(Float(bitPattern: try cursor.integer(UInt32.self, "metadata \"\(key)\""))))
        case .float64: .float(Double(bitPattern: try cursor.integer(UInt64.self, "metadata \"\(key)\"")))
        case .bool: .bool(try bool(key))
        case .string: .string(Array(cursor.file.bytes[try cursor.string("metadata \"\(key)\"")]))
        case .array: .array(try array(key: key, depth: depth))
        }
    }

    private mutating func bool(_ key: String) throws(CheckpointError) -> Bool {
        let byte = try cursor.integer(UInt8.self, "metadata \"\(key)\"")
        guard byte <= 1 else { throw cursor.malformed("metadata \"\(key)\": a boolean is 0 or 1, found \(byte)") }
        return byte == 1
    }

    /// Walks over the elements so that their extent is known to be sound, without decoding them.
    private mutating func array(key: String, depth: Int) throws(CheckpointError) -> GGUFArray {
        guard depth < Self.maxArrayDepth else {
            throw cursor.malformed("metadata \"\(key)\": arrays nest deeper than \(Self.maxArrayDepth) levels")
        }
        let type = try valueType(key)
        let count = try cursor.count(minimumSize: type.minimumSize, "metadata \"\(key)\"")
        let start = cursor.offset
        switch type {
        case .string:
            for index in 0..<count { _ = try cursor.string("metadata \"\(key)\", element \(index) of \(count)") }
        case .array:
            for _ in 0..<count { _ = try array(key: key, depth: depth + 1) }
        case .bool:
            for _ in 0..<count { _ = try bool(key) }
        default:
            _ = try cursor.skip(count * type.minimumSize, "metadata \"\(key)\"")
        }
        return GGUFArray(elementType: type, count: count, file: cursor.file, range: start..<cursor.offset)
    }

    // MARK: Tensors

    private struct TensorInfo {
        let name: String
        let shape: [Int]
        let type: UInt32
        let offset: UInt64
    }

    mutating func tensors(count: Int, alignment: Int) throws(CheckpointError) -> [GGUFTensor] {
        var infos: [TensorInfo] = []
        var names: Set<String> = []
        for index in 0..<count {
            let info = try tensorInfo("tensor \(index) of \(count)")
            guard names.insert(info.name).inserted else {
                throw cursor.malformed("tensor \"\(info.name)\" appears twice")
            }
            infos.append(info)
        }
        // Neither term is near overflow: the offset is within the file and the alignment below 2^31.
        let dataStart = (cursor.offset + alignment - 1) / alignment * alignment
        var tensors: [GGUFTensor] = []
        tensors.reserveCapacity(count)
        for info in infos {
            let range = try range(of: info, dataStart: dataStart, alignment: alignment)
            tensors.append(GGUFTensor(name: info.name, shape: info.shape, type: info.type, range: range))
        }
        return tensors
    }

    private mutating func tensorInfo(_ what: String) throws(CheckpointError) -> TensorInfo {
        let name = try cursor.name("name of \(what)")
        let dimensions = try cursor.integer(UInt32.self, "tensor \"\(name)\"")
        guard dimensions <= Self.maxDimensions else {
            throw cursor.malformed(
                "tensor \"\(name)\": \(dimensions) dimensions; at most \(Self.maxDimensions) are allowed")
        }
        var shape: [Int] = []
        var elements = 1
        for _ in 0..<dimensions {
            let size = try cursor.integer(UInt64.self, "tensor \"\(name)\"")
            // A zero must not hide an overflow that another order of multiplication would meet.
            let (product, overflow) = elements.multipliedReportingOverflow(by: max(1, Int(clamping: size)))
            guard !overflow, size <= UInt64(Int.max) else {
                throw cursor.malformed("tensor \"\(name)\": the number of elements exceeds 64 bits")
            }
            elements = product
            shape.insert(Int(size), at: 0)
        }
        let type = try cursor.integer(UInt32.self, "tensor \"\(name)\"")
        let offset = try cursor.integer(UInt64.self, "tensor \"\(name)\"")
        return TensorInfo(name: name, shape: shape, type: type, offset: offset)
    }

    /// The tensor's place in the file, nil for an unsupported type, whose size is unknown.
    private func range(
        of info: TensorInfo, dataStart: Int, alignment: Int
    ) throws(CheckpointError) -> Range<Int>? {
        let fileSize = cursor.file.bytes.count
        guard info.offset % UInt64(alignment) == 0 else {
            throw cursor.malformed(
                "tensor \"\(info.name)\": offset \(info.offset) is no multiple of the alignment \(alignment)")
        }
        guard let format = WeightFormat(rawValue: info.type) else { return nil }
        let width = info.shape.last ?? 1
        guard width % format.blockSize == 0 else {
            throw cursor.malformed(
                "tensor \"\(info.name)\": rows of \(width) are no whole number of \(format) blocks of \(format.blockSize)"
            )
        }
        let blocks = info.shape.reduce(1, *) / format.blockSize
        let (size, tooLarge) = blocks.multipliedReportingOverflow(by: format.blockBytes)
        // A tensor without elements may stand behind the end of a file that has no data at all.
        guard size > 0 || tooLarge else { return 0..<0 }
        guard !tooLarge, dataStart <= fileSize, info.offset <= UInt64(fileSize - dataStart),
            size <= fileSize - dataStart - Int(info.offset)
        else {
            let need = tooLarge ? "more than 2^63" : "\(size)"
            throw cursor.malformed(
                "tensor \"\(info.name)\": \(need) bytes at \(info.offset) of the data, which starts at byte \(dataStart) "
                    + "of \(fileSize)")
        }
        let start = dataStart + Int(info.offset)
        return start..<(start + size)
    }
}
