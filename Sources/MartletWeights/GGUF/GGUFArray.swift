/// An array of the metadata where it lies in the file; decoded on demand, because vocabularies are long.
public struct GGUFArray: Sendable {
    /// The type of every element.
    public let elementType: GGUFValueType
    /// The number of elements.
    public let count: Int
    let file: MappedFile
    /// Place of the elements in the file, checked when the file was opened.
    let range: Range<Int>

    /// The strings, or nil when the elements are no strings.
    public var strings: PackedStrings? {
        guard elementType == .string else { return nil }
        var strings = PackedStrings(count: count, byteCount: range.count - 8 * count)
        var offset = range.lowerBound
        for _ in 0..<count {
            let length = Int(UInt64(littleEndian: load(offset)))
            strings.append(UnsafeRawBufferPointer(rebasing: file.bytes[(offset + 8)..<(offset + 8 + length)]))
            offset += 8 + length
        }
        return strings
    }

    /// The integers, or nil when the elements are no integers or one exceeds `Int`.
    public var integers: [Int]? {
        switch elementType {
        case .uint8: decode(UInt8.self)
        case .int8: decode(Int8.self)
        case .uint16: decode(UInt16.self)
        case .int16: decode(Int16.self)
        case .uint32: decode(UInt32.self)
        case .int32: decode(Int32.self)
        case .uint64: decode(UInt64.self)
        case .int64: decode(Int64.self)
        case .float32, .float64, .bool, .string, .array: nil
        }
    }

    /// The booleans, or nil when the elements are something else.
    public var bools: [Bool]? {
        guard elementType == .bool else { return nil }
        return (0..<count).map { file.bytes[range.lowerBound + $0] != 0 }
    }

    /// The 32-bit floats, or nil when the elements are something else.
    public var floats: [Float]? {
        guard elementType == .float32 else { return nil }
        return (0..<count).map { Float(bitPattern: UInt32(littleEndian: load(range.lowerBound + 4 * $0))) }
    }

    private func decode<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> [Int]? {
        var result: [Int] = []
        result.reserveCapacity(count)
        for index in 0..<count {
            let stored: T = load(range.lowerBound + MemoryLayout<T>.size * index)
            guard let value = Int(exactly: T(littleEndian: stored)) else { return nil }
            result.append(value)
        }
        return result
    }

    private func load<T: BitwiseCopyable>(_ offset: Int) -> T {
        file.bytes.loadUnaligned(fromByteOffset: offset, as: T.self)
    }
}
