import MartletJSON

extension PostProcessor {
    /// The `post_processor` of tokenizer.json, as far as it concerns a single text.
    init(json: JSONValue) throws(TokenizerError) {
        var (special, plain) = (Encodings(addsSpecial: true), Encodings(addsSpecial: false))
        try special.apply(json)
        try plain.apply(json)
        self.init(parts: special.list.flatMap { $0 }, plainParts: plain.list.flatMap { $0 })
    }
}

/// What post-processors hand on to the next: templates a list of their parts, which the next takes for one text or for
/// the two of a pair.
///
/// **Source** tokenizers `processors/*`.
private struct Encodings {
    /// More parts than this only come from templates that double the text again and again.
    private static let maxParts = 4096

    let addsSpecial: Bool
    private(set) var list: [[PostProcessor.Part]] = [[.text]]

    init(addsSpecial: Bool) { self.addsSpecial = addsSpecial }

    mutating func apply(_ json: JSONValue) throws(TokenizerError) {
        if json.isNull { return }
        let type = Self.type(of: json)
        switch type {
        case "ByteLevel": break  // Moves offsets only.
        case "TemplateProcessing": try applyTemplate(json)
        case "BertProcessing", "RobertaProcessing": try surround(json, separatesBefore: type == "RobertaProcessing")
        case "Sequence":
            for part in json["processors"]?.arrayValue ?? [] { try apply(part) }
        case let type:
            throw .unsupported(
                part: "post-processor", name: type ?? json.kindName,
                supported: "TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing, Sequence")
        }
        guard list.reduce(0, { $0 + $1.count }) <= Self.maxParts else {
            throw .malformed("post_processor: the template has more than \(Self.maxParts) parts")
        }
    }

    /// The type, which old files leave to the members that each has.
    private static func type(of json: JSONValue) -> String? {
        if let type = json["type"]?.stringValue { return type }
        if json["sep"] == nil { return nil }
        return json["trim_offsets"] == nil ? "BertProcessing" : "RobertaProcessing"
    }

    /// The first text of a pair stands between both tokens, others before the second.
    private mutating func surround(_ json: JSONValue, separatesBefore: Bool) throws(TokenizerError) {
        let cls = try Self.id(json["cls"]?[1], "cls")
        let sep = try Self.id(json["sep"]?[1], "sep")
        guard addsSpecial else { return }
        for index in list.indices {
            let before: [PostProcessor.Part] = index == 0 ? [.token(cls)] : separatesBefore ? [.token(sep)] : []
            list[index] = before + list[index] + [.token(sep)]
        }
    }

    private mutating func applyTemplate(_ json: JSONValue) throws(TokenizerError) {
        guard list.count <= 2 else {
            throw .malformed("post_processor: a template follows one that makes \(list.count) parts, not one or two")
        }
        let name = list.count == 1 ? "single" : "pair"
        var result: [[PostProcessor.Part]] = []
        for piece in json[name]?.arrayValue ?? [] {
            if let sequence = piece["Sequence"] {
                let index = sequence["id"] == "B" ? 1 : 0
                guard list.indices.contains(index) else {
                    throw .malformed("post_processor: `\(name)` names a text that there is not")
                }
                result.append(list[index])
            } else if let token = piece["SpecialToken"]?["id"]?.stringValue {
                var tokens: [PostProcessor.Part] = []
                for id in json["special_tokens"]?[token]?["ids"]?.arrayValue ?? [] {
                    tokens.append(.token(try Self.id(id, token)))
                }
                if addsSpecial { result.append(tokens) }
            } else {
                throw .malformed("post_processor: `\(name)` has a piece that is neither Sequence nor SpecialToken")
            }
        }
        list = result
    }

    private static func id(_ json: JSONValue?, _ name: String) throws(TokenizerError) -> Int32 {
        guard let value = json?.intValue, let id = Int32(exactly: value), id >= 0 else {
            throw .malformed("post_processor: \(name) has no token id")
        }
        return id
    }
}
