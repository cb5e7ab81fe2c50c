import MartletJSON

extension TokenDecoder {
    private static let supported =
        "ByteLevel, WordPiece, Metaspace, BPEDecoder, CTC, Sequence, Replace, Fuse, Strip, ByteFallback"

    /// The `decoder` of tokenizer.json.
    init(json: JSONValue) throws(TokenizerError) {
        if json.isNull {
            self = .none
            return
        }
        self.init()
        try append(json)
    }

    private mutating func append(_ json: JSONValue) throws(TokenizerError) {
        let type = json["type"]?.stringValue
        switch type {
        case "Sequence":
            guard let parts = json["decoders"]?.arrayValue else { throw Self.missing("decoders", "Sequence") }
            for part in parts { try append(part) }
        case "Fuse": join(by: .fuse)
        case "ByteLevel":
            if case .concatenation = joint { join(by: .byteLevel) } else { textSteps.append(.byteLevel) }
        default:
            let step = try Self.step(json)
            if case .concatenation = joint { tokenSteps.append(step) } else { textSteps.append(step) }
        }
    }

    /// Joins the tokens, which only happens once.
    private mutating func join(by joint: Joint) {
        if case .concatenation = self.joint { self.joint = joint }
    }

    private static func step(_ json: JSONValue) throws(TokenizerError) -> DecoderStep {
        let type = json["type"]?.stringValue
        switch type {
        case "WordPiece":
            return .wordPiece(
                prefix: try text(json, "prefix", "WordPiece"), cleanup: try flag(json, "cleanup", "WordPiece"))
        case "Metaspace":
            return .metaspace(
                replacement: try character(json, "replacement", "Metaspace"), dropsFirst: prepends(json))
        case "BPEDecoder": return .bpe(suffix: try text(json, "suffix", "BPEDecoder"))
        case "CTC":
            return .ctc(
                pad: try text(json, "pad_token", "CTC"), delimiter: try text(json, "word_delimiter_token", "CTC"),
                cleanup: try flag(json, "cleanup", "CTC"))
        case "ByteFallback": return .byteFallback
        case "Strip":
            return .strip(
                content: try character(json, "content", "Strip"), start: try count(json, "start"),
                stop: try count(json, "stop"))
        case "Replace":
            let content = try text(json, "content", "Replace")
            if let regex = json["pattern"]?["Regex"]?.stringValue {
                return .replaceMatches(of: try RegexPattern(regex), content: content)
            }
            guard let pattern = json["pattern"]?["String"]?.stringValue else { throw missing("pattern", "Replace") }
            return .replace(pattern: Array(pattern.utf8), content: content)
        default: throw .unsupported(part: "decoder", name: type ?? json.kindName, supported: supported)
        }
    }

    /// Whether the pre-tokenizer put a space before the text.
    private static func prepends(_ json: JSONValue) -> Bool {
        json["add_prefix_space"]?.boolValue != false && json["prepend_scheme"]?.stringValue != "never"
    }
}

// MARK: - Members

extension TokenDecoder {
    private static func missing(_ member: String, _ type: String) -> TokenizerError {
        .malformed("decoder: \(type) needs \(member)")
    }

    private static func text(_ json: JSONValue, _ member: String, _ type: String) throws(TokenizerError) -> [UInt8] {
        guard let text = json[member]?.stringValue else { throw missing(member, type) }
        return Array(text.utf8)
    }

    private static func flag(_ json: JSONValue, _ member: String, _ type: String) throws(TokenizerError) -> Bool {
        guard let flag = json[member]?.boolValue else { throw missing(member, type) }
        return flag
    }

    private static func character(
        _ json: JSONValue, _ member: String, _ type: String
    ) throws(TokenizerError) -> [UInt8] {
        guard let text = json[member]?.stringValue, text.unicodeScalars.count == 1 else {
            throw missing("\(member), one character", type)
        }
        return Array(text.utf8)
    }

    private static func count(_ json: JSONValue, _ member: String) throws(TokenizerError) -> Int {
        guard let count = json[member]?.intValue, count >= 0 else {
            throw missing("\(member), a number of characters", "Strip")
        }
        return count
    }
}
