public import MartletJSON

extension Tokenizer {
    /// Loads byte-level BPE from the files of slow tokenizers of the GPT-2 kind: vocab.json and merges.txt, and where they
    /// are there added_tokens.json and tokenizer_config.json.
    ///
    /// Added tokens are special when the configuration gives them a role.
    ///
    /// **Throws** `TokenizerError.unsupported` for a `tokenizer_class` of another kind, `.malformed` as tokenizer.json.
    /// **Source** transformers `WhisperTokenizer`, `GPT2Tokenizer`.
    public static func load(
        vocab: [UInt8], merges: [UInt8], addedTokens: JSONValue?, config: JSONValue?
    ) throws(TokenizerError) -> Tokenizer {
        let name = config?["tokenizer_class"]?.stringValue ?? "GPT2Tokenizer"
        let known = ["GPT2Tokenizer", "GPT2TokenizerFast", "WhisperTokenizer", "WhisperTokenizerFast"]
        guard known.contains(name) else {
            throw .unsupported(
                part: "tokenizer of vocab.json and merges.txt", name: name, supported: known.joined(separator: ", "))
        }
        let level: JSONValue = ["type": "ByteLevel", "add_prefix_space": .bool(config?["add_prefix_space"] == true)]
        var parts: [(key: String, value: [UInt8])] = [("pre_tokenizer", utf8(level)), ("decoder", utf8(level))]
        parts.append(("added_tokens", utf8(.array(try entries(of: addedTokens, config)))))
        parts.append(("model", model(vocab: vocab, merges: merges)))
        var bytes = Array("{".utf8)
        for (index, part) in parts.enumerated() {
            bytes += Array("\(index == 0 ? "" : ",")\"\(part.key)\":".utf8) + part.value
        }
        bytes.append(UInt8(ascii: "}"))
        return try load(json: bytes, config: config)
    }

    private static func utf8(_ value: JSONValue) -> [UInt8] { Array(JSONWriter.string(value).utf8) }

    private static func model(vocab: [UInt8], merges: [UInt8]) -> [UInt8] {
        var bytes = Array(#"{"type":"BPE","vocab":"#.utf8) + vocab + Array(#","merges":["#.utf8)
        var isFirst = true
        let lines = merges.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
        for (number, line) in lines.enumerated() {
            // The first line tells the version; a merge may begin with the same character.
            if number == 0, line.starts(with: Array("#version".utf8)) { continue }
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            bytes += utf8(.string(String(decoding: line, as: UTF8.self)))
        }
        return bytes + Array("]}".utf8)
    }

    private static func entries(
        of addedTokens: JSONValue?, _ config: JSONValue?
    ) throws(TokenizerError) -> [JSONValue] {
        guard let addedTokens else { return [] }
        guard let object = addedTokens.objectValue else { throw .malformed("added_tokens.json: is no object") }
        var special = Set((config?["additional_special_tokens"]?.arrayValue ?? []).compactMap(content))
        for role in SpecialTokens.roles { if let token = config?[role].flatMap(content) { special.insert(token) } }
        var entries: [(id: Int64, value: JSONValue)] = []
        for (token, id) in object {
            guard let id = id.intValue, id >= 0 else {
                throw .malformed("added_tokens.json: the id of '\(token)' is no number")
            }
            let isSpecial = special.contains(token)
            entries.append(
                (
                    Int64(id),
                    [
                        "id": .integer(Int64(id)), "content": .string(token), "special": .bool(isSpecial),
                        "normalized": .bool(!isSpecial),
                    ]
                ))
        }
        return entries.sorted { $0.id < $1.id }.map(\.value)
    }

    private static func content(_ token: JSONValue) -> String? { token.stringValue ?? token["content"]?.stringValue }
}
