import MartletJSON

extension PostProcessor {
    /// The `post_processor` of tokenizer.json, as far as it concerns a single text.
    init(json: JSONValue) throws(TokenizerError) {
        self.init()
        try wrap(json)
    }

    /// Puts another processor around what this one adds.
    private mutating func wrap(_ json: JSONValue) throws(TokenizerError) {
        if json.isNull { return }
        switch json["type"]?.stringValue {
        case "ByteLevel": break  // Moves offsets only.
        case "TemplateProcessing": try wrapTemplate(json)
        case "BertProcessing", "RobertaProcessing":
            prefix.insert(try Self.id(json["cls"]?[1], "cls"), at: 0)
            suffix.append(try Self.id(json["sep"]?[1], "sep"))
        case "Sequence":
            for part in json["processors"]?.arrayValue ?? [] { try wrap(part) }
        case let type:
            throw .unsupported(
                part: "post-processor", name: type ?? json.kindName,
                supported: "TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing, Sequence")
        }
    }

    private mutating func wrapTemplate(_ json: JSONValue) throws(TokenizerError) {
        var (before, after): ([Int32], [Int32]) = ([], [])
        var isAfterText = false
        for piece in json["single"]?.arrayValue ?? [] {
            if piece["Sequence"] != nil {
                guard !isAfterText else { throw .malformed("post_processor: the text occurs twice in `single`") }
                isAfterText = true
            } else if let name = piece["SpecialToken"]?["id"]?.stringValue {
                var ids: [Int32] = []
                for id in json["special_tokens"]?[name]?["ids"]?.arrayValue ?? [] { ids.append(try Self.id(id, name)) }
                if isAfterText { after += ids } else { before += ids }
            } else {
                throw .malformed("post_processor: `single` has a piece that is neither Sequence nor SpecialToken")
            }
        }
        guard isAfterText else { throw .malformed("post_processor: `single` lacks the text") }
        prefix = before + prefix
        suffix += after
    }

    private static func id(_ json: JSONValue?, _ name: String) throws(TokenizerError) -> Int32 {
        guard let value = json?.intValue, let id = Int32(exactly: value), id >= 0 else {
            throw .malformed("post_processor: \(name) has no token id")
        }
        return id
    }
}
