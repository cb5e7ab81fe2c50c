import MartletChat
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

    /// The file to read among those of a folder; with `encodesChats` one that tells how chats are encoded comes first.
    static func fileName(in names: [String], encodesChats: Bool = false) -> String? {
        if encodesChats, names.contains("tekken.json") { return "tekken.json" }
        let versions = names.compactMap { name in MistralPrompt.version(of: name).map { (name: name, version: $0) } }
        let newest = versions.max { $0.version < $1.version }?.name
        if encodesChats, let newest { return newest }
        return fileNames.first(where: names.contains) ?? newest ?? names.first { $0.hasSuffix(".tiktoken") }
    }

    /// The kind of the file with these bytes; nil for none of them.
    init?(of bytes: UnsafeRawBufferPointer) {
        if GGUF.isGGUF(bytes) {
            self = .gguf
        } else if bytes.first(where: { !Self.isBlank($0) }) == UInt8(ascii: "{") {
            guard let format = Self.jsonFormat(bytes) else { return nil }
            self = format
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

    /// Which of the two JSON files' members comes first; nil for an object that has none of them.
    ///
    /// What is no JSON counts as tokenizer.json, which says where it is wrong.
    private static func jsonFormat(_ bytes: UnsafeRawBufferPointer) -> Self? {
        bytes.withMemoryRebound(to: UInt8.self) { text in
            var reader = JSONPullReader(text)
            do {
                try reader.beginObject()
                while let key = try reader.nextKey() {
                    if key == "config" || key == "vocab" { return .tekken }
                    if key == "model" || key == "added_tokens" { return .tokenizerJSON }
                    try reader.skip()
                }
                return nil
            } catch {
                return .tokenizerJSON
            }
        }
    }
}
