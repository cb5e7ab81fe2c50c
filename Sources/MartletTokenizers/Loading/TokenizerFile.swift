import MartletJSON

/// The parts of tokenizer.json, the two long lists still as text.
struct TokenizerFile {
    /// The whole file.
    let bytes: UnsafeBufferPointer<UInt8>
    var addedTokens: [AddedToken] = []
    var normalizer: JSONValue = .null
    var preTokenizer: JSONValue = .null
    var postProcessor: JSONValue = .null
    var decoder: JSONValue = .null
    /// The members of `model` but `vocab` and `merges`.
    var model = JSONObject()
    /// Stands before the value of `vocab`.
    var vocab: JSONPullReader?
    /// Stands before the value of `merges`.
    var merges: JSONPullReader?
    /// What the file asks for and serving leaves out.
    var notices: [String] = []

    /// Ids beyond this would only reserve memory.
    static let maxID: Int64 = 1 << 24

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(TokenizerError) {
        self.bytes = bytes
        do throws(JSONError) {
            var reader = JSONPullReader(bytes, maxDepth: 64)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "added_tokens": try readAddedTokens(try reader.value(), at: reader)
                case "normalizer": normalizer = try reader.value()
                case "pre_tokenizer": preTokenizer = try reader.value()
                case "post_processor": postProcessor = try reader.value()
                case "decoder": decoder = try reader.value()
                case "model": try readModel(&reader)
                case "truncation", "padding":
                    if try !reader.value().isNull {
                        notices.append("the tokenizer's \(key) is not applied: texts keep their length")
                    }
                default: try reader.skip()
                }
            }
            try reader.finish()
        } catch {
            throw .malformed("tokenizer.json: \(error)")
        }
    }

    private mutating func readModel(_ reader: inout JSONPullReader) throws(JSONError) {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "vocab":
                vocab = reader
                try reader.skipUnchecked()
            case "merges":
                merges = reader
                try reader.skipUnchecked()
            default: model[key] = try reader.value()
            }
        }
    }

    private mutating func readAddedTokens(_ value: JSONValue, at reader: JSONPullReader) throws(JSONError) {
        guard let list = value.arrayValue else { throw reader.error("added_tokens is no array") }
        for entry in list {
            guard let token = AddedToken(json: entry, id: entry["id"]?.intValue) else {
                throw reader.error("an added token needs an id in 0..<\(Self.maxID) and a content")
            }
            addedTokens.append(token)
        }
    }
}

extension AddedToken {
    /// A token as tokenizer.json and `added_tokens_decoder` in tokenizer_config.json describe it.
    init?(json: JSONValue, id: Int?) {
        guard let content = json["content"]?.stringValue, let id, 0..<TokenizerFile.maxID ~= Int64(id) else {
            return nil
        }
        let isSpecial = json["special"]?.boolValue ?? false
        self.init(
            id: Int32(id), content: Array(content.utf8), isSpecial: isSpecial,
            singleWord: json["single_word"]?.boolValue ?? false, lstrip: json["lstrip"]?.boolValue ?? false,
            rstrip: json["rstrip"]?.boolValue ?? false, normalized: json["normalized"]?.boolValue ?? !isSpecial)
    }
}
