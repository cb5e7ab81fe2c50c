import MartletJSON

extension PostProcessor {
    /// More parts than this only come from templates that double the text again and again.
    private static let maxParts = 4096

    /// The `post_processor` of tokenizer.json, as far as it concerns a single text.
    init(json: JSONValue) throws(TokenizerError) {
        self.init()
        try wrap(json)
    }

    /// Puts another processor around what this one adds.
    private mutating func wrap(_ json: JSONValue) throws(TokenizerError) {
        if json.isNull { return }
        switch Self.type(of: json) {
        case "ByteLevel": break  // Moves offsets only.
        case "TemplateProcessing": try wrapTemplate(json)
        case "BertProcessing", "RobertaProcessing":
            let (cls, sep) = (try Self.id(json["cls"]?[1], "cls"), try Self.id(json["sep"]?[1], "sep"))
            // These two leave what they do alone without `addSpecialTokens`, as tokens do.
            parts = [.token(cls)] + parts + [.token(sep)]
        case "Sequence":
            for part in json["processors"]?.arrayValue ?? [] { try wrap(part) }
        case let type:
            throw .unsupported(
                part: "post-processor", name: type ?? json.kindName,
                supported: "TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing, Sequence")
        }
    }

    /// The type, which old files leave to the members that each has.
    private static func type(of json: JSONValue) -> String? {
        if let type = json["type"]?.stringValue { return type }
        if json["sep"] != nil, json["cls"] != nil { return "BertProcessing" }
        return nil
    }

    private mutating func wrapTemplate(_ json: JSONValue) throws(TokenizerError) {
        var wrapped: [Part] = []
        for piece in json["single"]?.arrayValue ?? [] {
            if let sequence = piece["Sequence"] {
                guard sequence["id"]?.stringValue != "B" else {
                    throw .malformed("post_processor: `single` names the sequence B, which only a pair has")
                }
                wrapped += parts
            } else if let name = piece["SpecialToken"]?["id"]?.stringValue {
                for id in json["special_tokens"]?[name]?["ids"]?.arrayValue ?? [] {
                    wrapped.append(.token(try Self.id(id, name)))
                }
            } else {
                throw .malformed("post_processor: `single` has a piece that is neither Sequence nor SpecialToken")
            }
            guard wrapped.count <= Self.maxParts else {
                throw .malformed("post_processor: the template has more than \(Self.maxParts) parts")
            }
        }
        parts = wrapped
    }

    private static func id(_ json: JSONValue?, _ name: String) throws(TokenizerError) -> Int32 {
        guard let value = json?.intValue, let id = Int32(exactly: value), id >= 0 else {
            throw .malformed("post_processor: \(name) has no token id")
        }
        return id
    }
}
