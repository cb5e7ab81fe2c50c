import MartletJSON
import MartletWeights

/// What kind of tokenizer a file holds, told by its contents and not by its name.
enum TokenizerFormat: Hashable {
    case tokenizerJSON
    case tekken
    case sentencePiece
    case tiktoken
    case gguf

    /// The names under which checkpoints keep their tokenizer, the most telling first.
    static let fileNames = ["tokenizer.json", "tekken.json", "tokenizer.model", "tiktoken.model", "*.tiktoken"]

    /// The kinds, for messages.
    static let accepted = "tokenizer.json, tekken.json, SentencePiece, tiktoken and .gguf files"

    /// The file to read among those of a folder; of several `tokenizer.model.v*` the newest.
    static func fileName(in names: [String]) -> String? {
        fileNames.first(where: names.contains) ?? names.last { $0.hasPrefix("tokenizer.model.v") }
            ?? names.first { $0.hasSuffix(".tiktoken") }
    }

    /// The kind of the file with these bytes; nil for none of them.
    init?(of bytes: UnsafeRawBufferPointer) {
        if GGUF.isGGUF(bytes) {
            self = .gguf
        } else if bytes.first(where: { !Self.isBlank($0) }) == UInt8(ascii: "{") {
            self = Self.hasTekkenMembers(bytes) ? .tekken : .tokenizerJSON
        } else if Self.beginsWithRank(bytes) {
            self = .tiktoken
        } else if bytes.first == Self.firstPiece {
            self = .sentencePiece
        } else {
            return nil
        }
    }

    /// The tag of a SentencePiece file's first piece: field 1, length-delimited.
    private static let firstPiece: UInt8 = 0x0A

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// Whether the first line is a token in base64 and its rank.
    private static func beginsWithRank(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let line = bytes.prefix(1024).prefix { $0 != UInt8(ascii: "\n") }
        let fields = line.split(separator: UInt8(ascii: " "))
        guard fields.count == 2, fields[0].count % 4 == 0 else { return false }
        return fields[1].allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "\r") }
    }

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
