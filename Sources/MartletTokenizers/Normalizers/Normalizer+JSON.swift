import MartletJSON

extension Normalizer {
    private static let supported =
        "NFC, NFD, NFKC, NFKD, Nmt, BertNormalizer, Lowercase, Strip, StripAccents, Prepend, ByteLevel, Replace, "
        + "Precompiled, Sequence"

    /// The `normalizer` of tokenizer.json; nil for none.
    static func from(json: JSONValue) throws(TokenizerError) -> Normalizer? {
        if json.isNull { return nil }
        switch json["type"]?.stringValue {
        case "NFC": return .unicode(.nfc)
        case "NFD": return .unicode(.nfd)
        case "NFKC": return .unicode(.nfkc)
        case "NFKD": return .unicode(.nfkd)
        case "Nmt": return .nmt
        case "BertNormalizer": return .bert(try BertNormalizer(json))
        case "Lowercase": return .lowercase
        case "Strip":
            return .strip(
                left: try json.flag("strip_left", of: "Strip"), right: try json.flag("strip_right", of: "Strip"))
        case "StripAccents": return .stripAccents
        case "Prepend": return .prepend(try json.text("prepend", of: "Prepend"))
        case "ByteLevel": return .byteLevel
        case "Replace": return try replace(json)
        case "Precompiled": return .precompiled(try PrecompiledNormalizer(json))
        case "Sequence":
            guard let list = json["normalizers"]?.arrayValue else {
                throw .malformed("normalizer: Sequence needs the list `normalizers`")
            }
            var parts: [Normalizer] = []
            for entry in list {
                guard let part = try from(json: entry) else {
                    throw .malformed("normalizer: Sequence holds null where a normalizer belongs")
                }
                parts.append(part)
            }
            return parts.isEmpty ? nil : .sequence(parts)
        case let type:
            throw .unsupported(part: "normalizer", name: type ?? json.kindName, supported: supported)
        }
    }

    private static func replace(_ json: JSONValue) throws(TokenizerError) -> Normalizer {
        let content = try json.text("content", of: "Replace")
        if let pattern = json["pattern"]?["String"]?.stringValue {
            return .replace(Replacement(pattern: Array(pattern.utf8), content: content))
        }
        guard let regex = json["pattern"]?["Regex"]?.stringValue else {
            throw .malformed("normalizer: Replace needs a `pattern` that is a String or a Regex")
        }
        return .replaceMatches(of: try RegexPattern(regex), content: content)
    }
}

extension BertNormalizer {
    fileprivate init(_ json: JSONValue) throws(TokenizerError) {
        cleansText = try json.flag("clean_text", of: "BertNormalizer")
        isolatesHan = try json.flag("handle_chinese_chars", of: "BertNormalizer")
        lowercases = try json.flag("lowercase", of: "BertNormalizer")
        // Unless it is said, accents go with case.
        switch json["strip_accents"] {
        case nil, .null: stripsAccents = lowercases
        default: stripsAccents = try json.flag("strip_accents", of: "BertNormalizer")
        }
    }
}

extension PrecompiledNormalizer {
    fileprivate init(_ json: JSONValue) throws(TokenizerError) {
        let text = try json.text("precompiled_charsmap", of: "Precompiled")
        guard let blob = Base64.decode(text), let map = CharacterMap(blob[...]) else {
            throw .malformed("normalizer: Precompiled needs `precompiled_charsmap`, a SentencePiece charsmap in base64")
        }
        self.init(map: map)
    }
}

extension JSONValue {
    fileprivate func flag(_ key: String, of type: String) throws(TokenizerError) -> Bool {
        guard let value = self[key]?.boolValue else {
            throw .malformed("normalizer: \(type) needs `\(key)`, true or false")
        }
        return value
    }

    fileprivate func text(_ key: String, of type: String) throws(TokenizerError) -> [UInt8] {
        guard let value = self[key]?.stringValue else {
            throw .malformed("normalizer: \(type) needs the string `\(key)`")
        }
        return Array(value.utf8)
    }
}
