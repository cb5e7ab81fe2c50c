public import MartletJSON

extension Tokenizer {
    /// Loads the contents of a `*.tiktoken` file, or of a `tokenizer.model` in that format, with the parsed
    /// tokenizer_config.json beside it if there is one. Ids equal those of the tiktoken library.
    ///
    /// The file only has ranks. The splitting pattern and the special tokens are those of the known vocabulary with as
    /// many tokens, unless `encoding` gives them; `added_tokens_decoder` of the configuration adds to them by id, and
    /// its `bos_token` and `eos_token` replace theirs. `fileName` tells apart vocabularies of the same size.
    /// `numLanguages` is how many languages a Whisper model knows, which moves the tokens after theirs.
    ///
    /// `parseSpecial` finds special tokens in the text (tiktoken's `allowed_special="all"`), without it they are text
    /// (`encode_ordinary`). `addSpecialTokens` adds a BOS token where the family has one (Llama 3) or
    /// `add_bos_token` says so.
    ///
    /// **Throws** `TokenizerError.malformed` for lines that are none and bytes without token, `.unsupported` for
    /// vocabularies that are not known where no `encoding` is given.
    public static func load(
        tiktoken bytes: [UInt8], fileName: String, config: JSONValue?, encoding: TiktokenEncoding? = nil,
        numLanguages: Int = 99
    ) throws(TokenizerError) -> Tokenizer {
        try bytes.withUnsafeBufferPointer { (buffer) throws(TokenizerError) in
            try load(
                tiktoken: buffer, fileName: fileName, config: config, encoding: encoding, numLanguages: numLanguages)
        }
    }

    /// Loads a tiktoken file where it lies, for instance in a mapped file; the bytes are not kept.
    public static func load(
        tiktoken bytes: UnsafeBufferPointer<UInt8>, fileName: String, config: JSONValue?,
        encoding given: TiktokenEncoding? = nil, numLanguages: Int = 99
    ) throws(TokenizerError) -> Tokenizer {
        let file = try TiktokenFile(bytes)
        let known = TiktokenEncoding.known(
            tokenCount: file.tokenCount, fileName: fileName, numLanguages: numLanguages)
        guard let encoding = given ?? known else {
            throw .unsupported(
                part: "tiktoken vocabulary", name: "\(fileName) with \(file.tokenCount) tokens",
                supported: TiktokenEncoding.supportedNames)
        }
        return try Tokenizer(file, encoding, config: config)
    }

    /// The tokenizer of ranks and what goes with them.
    init(_ file: TiktokenFile, _ encoding: TiktokenEncoding, config: JSONValue?) throws(TokenizerError) {
        let model = BytePairModel(ranks: file.vocabulary)
        let addedTokens = try encoding.addedTokens(config, file.vocabulary)
        var special = SpecialTokens(config, AddedTokenList(.byteLevelBPE(model)), .byteLevelBPE(model))
        special.complete(from: encoding, addedTokens)
        let addsBOS = config?["add_bos_token"]?.boolValue ?? (encoding.bosToken != nil)
        var prefix = encoding.prefixTokens.compactMap { token in
            addedTokens.last { $0.content.elementsEqual(token.utf8) }?.id
        }
        if prefix.isEmpty, addsBOS, let bos = special.bos { prefix = [bos] }
        self.init(
            model: model, normalizer: encoding.composesText ? .nfc : nil,
            preTokenizer: try PreTokenizer(tiktoken: encoding.pattern),
            postProcessor: PostProcessor(prefix: prefix),
            addedTokens: addedTokens, special: special)
    }
}

extension PreTokenizer {
    /// The matches of a pattern; what lies between them, which is nothing for any known pattern, is dropped.
    fileprivate init(tiktoken pattern: String) throws(TokenizerError) {
        let stage: Stage
        if let known = SplitPattern(regex: pattern), known.matchesEverything {
            stage = .split(known)
        } else {
            let regex = try RegexPattern(pattern, hasPossessiveIntervals: true)
            stage = .matches(.regex(regex), .removed, isInverted: true)
        }
        self.init(stages: [stage], endsInByteLevel: true)
    }
}

extension TiktokenEncoding {
    /// The special tokens, those of the configuration in the place of others with their ids or names.
    fileprivate func addedTokens(
        _ config: JSONValue?, _ vocabulary: Vocabulary
    ) throws(TokenizerError) -> [AddedToken] {
        var tokens = specialTokens.map { AddedToken(id: $0.id, content: Array($0.token.utf8), isSpecial: true) }
        var places: [Int32: Int] = [:]
        for (place, token) in tokens.enumerated() {
            guard token.id >= 0, Int64(token.id) < TokenizerFile.maxID, vocabulary.bytes(Int(token.id)).isEmpty else {
                throw .malformed(
                    "tiktoken file: the id \(token.id) of the special token "
                        + "'\(String(decoding: token.content, as: UTF8.self))' is out of range or a rank")
            }
            places[token.id] = place
        }
        for (id, entry) in config?["added_tokens_decoder"]?.objectValue ?? JSONObject() {
            guard let token = AddedToken(json: entry, id: Int(id)) else {
                throw .malformed("tokenizer_config.json: added_tokens_decoder has no token for '\(id)'")
            }
            if let place = places[token.id] {
                tokens[place] = token
            } else {
                tokens.append(token)
            }
        }
        return tokens
    }
}

extension Tokenizer.SpecialTokens {
    /// Gives roles that the configuration leaves open, and finds the ids of all.
    fileprivate mutating func complete(from encoding: TiktokenEncoding, _ added: [AddedToken]) {
        func id(_ token: String?) -> Int32? {
            guard let token else { return nil }
            return added.last { $0.content.elementsEqual(token.utf8) }?.id
        }
        let configured = names["eos_token"]?.stringValue
        if names["bos_token"] == nil, let token = encoding.bosToken { names["bos_token"] = .string(token) }
        if configured == nil, let token = encoding.eosTokens.first { names["eos_token"] = .string(token) }
        bos = id(names["bos_token"]?.stringValue)
        eos = (configured.map { [$0] } ?? encoding.eosTokens).compactMap(id)
    }
}
