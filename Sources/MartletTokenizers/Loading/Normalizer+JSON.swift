import MartletJSON

extension Normalizer {
    /// The `normalizer` of tokenizer.json; nil for none.
    static func from(json: JSONValue) throws(TokenizerError) -> Normalizer? {
        if json.isNull { return nil }
        switch json["type"]?.stringValue {
        case "NFC": return .nfc
        case "Sequence":
            let parts = json["normalizers"]?.arrayValue ?? []
            if parts.isEmpty { return nil }
            // NFC of NFC changes nothing, so a sequence of known normalisers is one.
            for part in parts { _ = try from(json: part) }
            return .nfc
        case let type:
            throw .unsupported(part: "normalizer", name: type ?? json.kindName, supported: "NFC")
        }
    }
}
