import MartletJSON

extension PostProcessor {
    /// The `post_processor` of tokenizer.json.
    init(json: JSONValue) throws(TokenizerError) {
        var (special, plain) = (Encodings(addsSpecial: true), Encodings(addsSpecial: false))
        try special.apply(json)
        try plain.apply(json)
        // A file that cannot make pairs still makes single texts.
        var pair = Encodings(addsSpecial: true, isPair: true)
        let hasPair = (try? pair.apply(json)) != nil
        self.init(
            parts: special.list.flatMap { $0.map(\.part) }, plainParts: plain.list.flatMap { $0.map(\.part) },
            pairParts: hasPair ? pair.list.flatMap { $0 } : nil)
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
    private(set) var list: [[PostProcessor.TypedPart]] = [[.init(part: .text, type: 0)]]

    init(addsSpecial: Bool, isPair: Bool = false) {
        self.addsSpecial = addsSpecial
        if isPair { list.append([.init(part: .secondText, type: 1)]) }
    }

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
            // RoBERTa knows one type only; BERT's second text and what follows it are of the second.
            let type: Int32 = separatesBefore || index == 0 ? 0 : 1
            func token(_ id: Int32) -> PostProcessor.TypedPart { .init(part: .token(id), type: type) }
            let before = index == 0 ? [token(cls)] : separatesBefore ? [token(sep)] : []
            list[index] = before + list[index].map { .init(part: $0.part, type: type) } + [token(sep)]
        }
    }

    private mutating func applyTemplate(_ json: JSONValue) throws(TokenizerError) {
        guard list.count <= 2 else {
            throw .malformed("post_processor: a template follows one that makes \(list.count) parts, not one or two")
        }
        let name = list.count == 1 ? "single" : "pair"
        var result: [[PostProcessor.TypedPart]] = []
        for piece in json[name]?.arrayValue ?? [] {
            if let sequence = piece["Sequence"] {
                let index = sequence["id"] == "B" ? 1 : 0
                guard list.indices.contains(index) else {
                    throw .malformed("post_processor: `\(name)` names a text that there is not")
                }
                let type = Self.typeID(of: sequence)
                result.append(list[index].map { .init(part: $0.part, type: type) })
            } else if let token = piece["SpecialToken"]?["id"]?.stringValue {
                let type = Self.typeID(of: piece["SpecialToken"])
                var tokens: [PostProcessor.TypedPart] = []
                for id in json["special_tokens"]?[token]?["ids"]?.arrayValue ?? [] {
                    tokens.append(.init(part: .token(try Self.id(id, token)), type: type))
                }
                if addsSpecial { result.append(tokens) }
            } else {
                throw .malformed("post_processor: `\(name)` has a piece that is neither Sequence nor SpecialToken")
            }
        }
        list = result
    }

    /// The `type_id` of a template's piece.
    private static func typeID(of piece: JSONValue?) -> Int32 {
        piece?["type_id"]?.intValue.flatMap { Int32(exactly: $0) } ?? 0
    }

    private static func id(_ json: JSONValue?, _ name: String) throws(TokenizerError) -> Int32 {
        guard let value = json?.intValue, let id = Int32(exactly: value), id >= 0 else {
            throw .malformed("post_processor: \(name) has no token id")
        }
        return id
    }
}
