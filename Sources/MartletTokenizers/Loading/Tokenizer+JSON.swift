public import MartletJSON

extension Tokenizer {
    /// Loads the contents of a tokenizer.json, with the parsed tokenizer_config.json beside it if there is one.
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
        var addedTokens = AddedToken.numbered(file.addedTokens, model)
        addConfiguredTokens(config, to: &addedTokens)
        let special = SpecialTokens(config, addedTokens, model)
        return Tokenizer(
            model: model, normalizer: try Normalizer.from(json: file.normalizer), preTokenizer: preTokenizer,
            postProcessor: try PostProcessor(json: file.postProcessor).overridden(by: config, special),
            decoder: try TokenDecoder(json: file.decoder), addedTokens: addedTokens, special: special,
            notices: notices)
    }

    /// Tokens that only tokenizer_config.json lists.
    private static func addConfiguredTokens(_ config: JSONValue?, to tokens: inout [AddedToken]) {
        guard let listed = config?["added_tokens_decoder"]?.objectValue else { return }
        let known = Set(tokens.map(\.content))
        for (id, entry) in listed {
            if let token = AddedToken(json: entry, id: Int(id)), !known.contains(token.content) { tokens.append(token) }
        }
    }
}

extension Tokenizer.SpecialTokens {
    private static let roles = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    /// The roles that tokenizer_config.json gives to tokens.
    fileprivate init(_ config: JSONValue?, _ added: [AddedToken], _ model: TokenizerModel) {
        for role in Self.roles {
            guard let entry = config?[role], let content = entry.stringValue ?? entry["content"]?.stringValue else {
                continue
            }
            names[role] = .string(content)
        }
        if let additional = config?["additional_special_tokens"]?.arrayValue {
            names["additional_special_tokens"] = .array(
                additional.compactMap { ($0.stringValue ?? $0["content"]?.stringValue).map(JSONValue.string) })
        }
        func id(_ role: String) -> Int32? {
            guard let content = names[role]?.stringValue.map({ Array($0.utf8) }) else { return nil }
            return added.last { $0.content == content }?.id ?? model.id(spelling: content)
        }
        bos = id("bos_token")
        eos = id("eos_token").map { [$0] } ?? []
    }
}

extension PostProcessor {
    /// transformers replaces the file's post-processor where tokenizer_config.json says whether to add BOS and EOS.
    ///
    /// **Source** transformers 5 `TokenizersBackend.update_post_processor`.
    fileprivate func overridden(by config: JSONValue?, _ special: Tokenizer.SpecialTokens) -> PostProcessor {
        let (addBOS, addEOS) = (config?["add_bos_token"], config?["add_eos_token"])
        if addBOS == nil && addEOS == nil { return self }
        return PostProcessor(
            prefix: addBOS == true ? special.bos.map { [$0] } ?? [] : [],
            suffix: addEOS == true ? special.eos : [])
    }
}
