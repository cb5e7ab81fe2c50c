/// Strict RFC 8259 reader over UTF-8 bytes with a nesting limit.
///
/// Rejects everything the RFC rejects: comments, trailing commas, NaN, lone surrogates, unescaped control
/// characters, invalid UTF-8, anything after the value; and numbers beyond a double's range.
public enum JSONReader {
    /// Parses one JSON text.
    ///
    /// **Throws** `JSONError` with the byte offset of the first offence.
    public static func parse(_ text: String, maxDepth: Int = 512) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8), maxDepth: maxDepth)
    }

    /// Parses one JSON text given as UTF-8 bytes.
    public static func parse(_ bytes: [UInt8], maxDepth: Int = 512) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in try parse(buffer, maxDepth: maxDepth) }
    }

    /// Parses one JSON text where it lies, for instance in a mapped file.
    public static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, maxDepth: Int = 512
    ) throws(JSONError) -> JSONValue {
        var reader = JSONPullReader(bytes, maxDepth: maxDepth)
        let value = try reader.value()
        try reader.finish()
        return value
    }
}
