/// The types of metadata values; raw values are the file's.
///
/// **Source** gguf.md `gguf_metadata_value_type`.
public enum GGUFValueType: UInt32, Hashable, Sendable, CaseIterable {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// Bytes of one value, or of the shortest one for strings and arrays.
    var minimumSize: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64, .string: 8
        case .array: 12
        }
    }
}

/// One metadata value; the widths of the file are widened.
public enum GGUFValue: Sendable {
    case unsigned(UInt64)
    case signed(Int64)
    case float(Double)
    case bool(Bool)
    /// Bytes, which need not be UTF-8.
    case string([UInt8])
    case array(GGUFArray)

    /// The integer, or nil for other kinds and for values beyond `Int`.
    public var intValue: Int? {
        switch self {
        case .unsigned(let value): Int(exactly: value)
        case .signed(let value): Int(value)
        default: nil
        }
    }

    /// The number, or nil for other kinds.
    public var doubleValue: Double? {
        switch self {
        case .unsigned(let value): Double(value)
        case .signed(let value): Double(value)
        case .float(let value): value
        default: nil
        }
    }

    /// The boolean, or nil for other kinds.
    public var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The string, or nil for other kinds and for bytes that are not UTF-8.
    public var stringValue: String? {
        guard case .string(let bytes) = self else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The array, or nil for other kinds.
    public var arrayValue: GGUFArray? {
        guard case .array(let array) = self else { return nil }
        return array
    }

    /// The kind's name in messages.
    public var kindName: String {
        switch self {
        case .unsigned: "unsigned integer"
        case .signed: "integer"
        case .float: "float"
        case .bool: "boolean"
        case .string: "string"
        case .array(let array): "array of \(array.elementType)"
        }
    }
}
