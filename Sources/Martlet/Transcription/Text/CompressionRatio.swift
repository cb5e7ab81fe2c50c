/// How far a text can be compressed: text that repeats itself can be compressed far.
///
/// **Source** openai-whisper `compression_ratio`: bytes of UTF-8 over the length of zlib's stream of level 6.
enum CompressionRatio {
    /// Header and checksum around the deflated bytes.
    private static let numZlibBytes = 6

    static func of(_ text: String) -> Double {
        let bytes = Array(text.utf8)
        return Double(bytes.count) / Double(zlibLength(of: bytes))
    }

    /// Length of zlib's stream of level 6.
    static func zlibLength(of bytes: [UInt8]) -> Int { DeflateMatcher.deflatedLength(of: bytes) + numZlibBytes }
}
