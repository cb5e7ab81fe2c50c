import MartletJSON
import MartletWeights

/// What kind of tokenizer a file holds, told by its contents and not by its name.
enum TokenizerFormat: Hashable {
    case tokenizerJSON
    case tekken
    case gguf

    /// The names under which checkpoints keep their tokenizer, the most telling first.
    static let fileNames = ["tokenizer.json", "tekken.json"]

    /// The kinds, for messages.
    static let accepted = "tokenizer.json, tekken.json and .gguf files"

    /// The file to read among those of a folder.
    static func fileName(in names: [String]) -> String? { fileNames.first(where: names.contains) }

    /// The kind of the file with these bytes; nil for none of them.
    init?(of bytes: UnsafeRawBufferPointer) {
        if GGUF.isGGUF(bytes) {
            self = .gguf
        } else if bytes.first(where: { !Self.isBlank($0) }) == UInt8(ascii: "{") {
            self = Self.hasTekkenMembers(bytes) ? .tekken : .tokenizerJSON
        } else {
            return nil
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// Whether the object has tekken.json's members before any of tokenizer.json's.
    private static func hasTekkenMembers(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.withMemoryRebound(to: UInt8.self) { text in
            var reader = JSONPullReader(text)
            guard (try? reader.beginObject()) != nil else { return false }
            while let key = try? reader.nextKey() {
                if key == "config" || key == "vocab" { return true }
                if key == "model" || key == "added_tokens" || (try? reader.skip()) == nil { return false }
            }
            return false
        }
    }
}
