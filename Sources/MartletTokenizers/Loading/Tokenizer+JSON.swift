public import MartletJSON

extension Tokenizer {
    /// Loads the contents of a tokenizer.json, with the parsed tokenizer_config.json beside it if there is one.
    ///
    /// The configuration adds tokens and names those with a role. Its `add_bos_token` and `add_eos_token` do nothing,
    /// as in transformers 5: what is put around a text is the post-processor of tokenizer.json.
    ///
    /// **Throws** `TokenizerError.malformed` for files that contradict themselves, `.unsupported` for models,
    /// normalisers, splitting patterns and decoders that are not implemented.
    public static func load(json bytes: [UInt8], config: JSONValue?) throws(TokenizerError) -> Tokenizer {
        try bytes.withUnsafeBufferPointer { (buffer) throws(TokenizerError) in
            try load(json: buffer, config: config)
        }
    }

    /// Loads a tokenizer.json where it lies, for instance in a mapped file; the bytes are not kept.
    public static func load(
        json bytes: UnsafeBufferPointer<UInt8>, config: JSONValue?
    ) throws(TokenizerError) -> Tokenizer {
        let file = try TokenizerFile(bytes)
        let preTokenizer = try PreTokenizer(json: file.preTokenizer)
        var notices = file.notices
        let model = try TokenizerModel(file, endsInByteLevel: preTokenizer.endsInByteLevel, notices: &notices)
        var added = AddedTokenList(model)
        added.add(file.addedTokens)
        added.add(config: config)
        let special = SpecialTokens(config, added, model)
        return Tokenizer(
            model: model, normalizer: try Normalizer.from(json: file.normalizer), preTokenizer: preTokenizer,
            postProcessor: try PostProcessor(json: file.postProcessor), decoder: try TokenDecoder(json: file.decoder),
            addedTokens: added.tokens, special: special,
            splitsSpecialTokens: config?["split_special_tokens"] == true, notices: notices)
    }
}

extension Tokenizer.SpecialTokens {
    /// The roles that every model knows, in the order in which the reference adds their tokens.
    static let roles = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    /// The roles that tokenizer_config.json gives to tokens.
    init(_ config: JSONValue?, _ added: AddedTokenList, _ model: TokenizerModel) {
        for role in Self.roles {
            guard let entry = config?[role], let content = entry.stringValue ?? entry["content"]?.stringValue else {
                continue
            }
            names[role] = .string(content)
        }
        for (role, entry) in config?.objectValue ?? JSONObject() where role.hasSuffix("_token") && names[role] == nil {
            if let content = entry.stringValue { names[role] = .string(content) }
        }
        for (role, entry) in config?["extra_special_tokens"]?.objectValue ?? JSONObject() {
            if let content = entry.stringValue ?? entry["content"]?.stringValue { names[role] = .string(content) }
        }
        if let additional = config?["additional_special_tokens"]?.arrayValue {
            names["additional_special_tokens"] = .array(
                additional.compactMap { ($0.stringValue ?? $0["content"]?.stringValue).map(JSONValue.string) })
        }
        func id(_ role: String) -> Int32? {
            guard let content = names[role]?.stringValue.map({ Array($0.utf8) }) else { return nil }
            return added.token(content)?.id ?? model.id(spelling: content)
        }
        bos = id("bos_token")
        eos = id("eos_token").map { [$0] } ?? []
    }
}
