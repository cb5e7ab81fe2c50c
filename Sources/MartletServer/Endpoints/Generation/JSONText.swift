import MartletJSON

/// Bytes of JSON put together from fixed pieces and values, for chunks that are written by the thousand.
struct JSONText {
    private(set) var bytes: [UInt8]

    /// Continues `prefix`.
    init(_ prefix: [UInt8]) {
        bytes = prefix
        bytes.reserveCapacity(prefix.count + 160)
    }

    /// Appends JSON as it is.
    mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a number.
    mutating func integer(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

    /// Appends a value.
    mutating func value(_ value: JSONValue) {
        var writer = JSONWriter()
        writer.write(value)
        bytes.append(contentsOf: writer.bytes)
    }

    /// Appends a string literal.
    mutating func string(_ text: String) { value(.string(text)) }
}
