import MartletWeights

/// What kind of tokenizer a file holds, told by its first bytes and not by its name.
enum TokenizerFormat: Hashable {
    case tokenizerJSON
    case gguf

    /// The names under which checkpoints keep their tokenizer, the most telling first.
    static let fileNames = ["tokenizer.json"]

    /// The kinds, for messages.
    static let accepted = "tokenizer.json and .gguf files"

    /// The kind of the file with these bytes; nil for none of them.
    init?(of bytes: UnsafeRawBufferPointer) {
        if GGUF.isGGUF(bytes) {
            self = .gguf
        } else if bytes.first(where: { !Self.isBlank($0) }) == UInt8(ascii: "{") {
            self = .tokenizerJSON
        } else {
            return nil
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
