public import MartletJSON

/// Text to token ids and back, equal to the tokenizers library on the same tokenizer.json.
///
/// A value with shared storage: copies are cheap and may be used from any thread.
public struct Tokenizer: Sendable {
    let model: TokenizerModel
    let normalizer: Normalizer?
    let preTokenizer: PreTokenizer
    let postProcessor: PostProcessor
    let decoder: TokenDecoder
    let addedTokens: [Int32: AddedToken]
    let idOfAddedToken: [[UInt8]: Int32]
    /// How added tokens are spelled for the decoder: as the normalised text has them where they are looked for there.
    let addedSpellings: [Int32: [UInt8]]
    /// What `skipSpecialTokens` leaves out.
    let specialIDs: TokenSet
    /// All tokens as bytes where decoding is nothing but putting those together.
    let plainBytes: Vocabulary?
    /// Finds added tokens in the text as it came.
    let rawMatcher: AddedTokenMatcher
    /// Finds added tokens in the normalised text.
    let normalizedMatcher: AddedTokenMatcher
    let workspaces = WorkspacePool()

    /// The named special tokens of tokenizer_config.json or GGUF metadata as templates see them (`bos_token`, …).
    public let specialTokens: JSONObject
    /// The id of the token that begins a text, if the model has one.
    public let bosTokenID: Int32?
    /// The ids that end generation as the tokenizer knows them; generation_config.json may name more.
    public let eosTokenIDs: [Int32]
    /// Special tokens that are spelled out in the text are ordinary text, whatever `parseSpecial` says.
    let splitsSpecialTokens: Bool
    /// True for files of SentencePiece and tekken, whose libraries neither find control tokens in text nor spell them:
    /// whoever compares with those encodes without `parseSpecial` and decodes with `skipSpecialTokens`.
    public let hidesControlTokens: Bool
    /// What the file asks for and serving leaves out, for instance truncation; for the log.
    public let notices: [String]

    /// A tokenizer of these parts; added tokens carry the ids that they have.
    init(
        model: TokenizerModel, normalizer: Normalizer?, preTokenizer: PreTokenizer, postProcessor: PostProcessor,
        decoder: TokenDecoder, addedTokens: [AddedToken], special: SpecialTokens, splitsSpecialTokens: Bool = false,
        hidesControlTokens: Bool = false, notices: [String] = []
    ) {
        self.model = model
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.postProcessor = postProcessor
        self.decoder = decoder
        let searched = addedTokens.map { token in
            var token = token
            if token.normalized, let normalizer {
                token.content = token.content.withUnsafeBufferPointer(normalizer.normalize) ?? token.content
            }
            return token
        }
        self.addedTokens = Dictionary(addedTokens.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        idOfAddedToken = Dictionary(addedTokens.map { ($0.content, $0.id) }, uniquingKeysWith: { _, last in last })
        addedSpellings = Dictionary(searched.map { ($0.id, $0.content) }, uniquingKeysWith: { _, last in last })
        let specials = Set(addedTokens.filter(\.isSpecial).map(\.content))
        specialIDs = TokenSet(addedSpellings.filter { specials.contains($0.value) }.keys)
        plainBytes = Self.plainBytes(model, decoder, addedSpellings)
        rawMatcher = AddedTokenMatcher(searched.filter { !$0.normalized })
        normalizedMatcher = AddedTokenMatcher(searched.filter(\.normalized))
        specialTokens = special.names
        bosTokenID = special.bos
        eosTokenIDs = special.eos
        self.splitsSpecialTokens = splitsSpecialTokens
        self.hidesControlTokens = hidesControlTokens
        self.notices = notices
    }

    /// A byte-level BPE tokenizer.
    init(
        model: BytePairModel, normalizer: Normalizer?, preTokenizer: PreTokenizer, postProcessor: PostProcessor,
        addedTokens: [AddedToken], special: SpecialTokens, hidesControlTokens: Bool = false
    ) {
        self.init(
            model: .byteLevelBPE(model), normalizer: normalizer, preTokenizer: preTokenizer,
            postProcessor: postProcessor, decoder: .byteLevel, addedTokens: addedTokens, special: special,
            hidesControlTokens: hidesControlTokens)
    }

    private static func plainBytes(
        _ model: TokenizerModel, _ decoder: TokenDecoder, _ added: [Int32: [UInt8]]
    ) -> Vocabulary? {
        guard case .byteLevelBPE(let model) = model, decoder.isPlainByteLevel else { return nil }
        var vocabulary = model.vocabulary
        for (id, spelling) in added { spelling.withUnsafeBufferPointer { vocabulary.set(Int(id), spelling: $0) } }
        return vocabulary
    }

    /// The special tokens that have a role.
    struct SpecialTokens {
        var names = JSONObject()
        var bos: Int32?
        var eos: [Int32] = []
    }
}

// MARK: - Vocabulary

extension Tokenizer {
    /// One more than the highest token id, added tokens included.
    public var vocabSize: Int { max(model.count, addedTokens.keys.max().map { Int($0) + 1 } ?? 0) }

    /// The id of the token that ends a text, if the model has one.
    public var eosTokenID: Int32? { eosTokenIDs.first }

    /// The text of the token that begins a text, for templates.
    public var bosToken: String? { specialTokens["bos_token"]?.stringValue }

    /// The text of the token that ends a text, for templates.
    public var eosToken: String? { specialTokens["eos_token"]?.stringValue }

    /// The bytes that the token adds to decoded text in its middle; empty for an id without token.
    public func tokenBytes(_ id: Int32) -> [UInt8] {
        if let plainBytes { return Array(plainBytes.bytes(Int(id))) }
        return spelling(id).map(decoder.bytes(of:)) ?? []
    }

    /// The token as tokenizer.json spells it, for instance `Ġthe`; nil for an id without token.
    public func tokenString(_ id: Int32) -> String? { spelling(id).map { String(decoding: $0, as: UTF8.self) } }

    /// The token as the decoder takes it.
    func spelling(_ id: Int32) -> [UInt8]? { addedSpellings[id] ?? model.spelling(Int(id)) }

    /// The id of a token in the spelling of tokenizer.json.
    public func id(of token: String) -> Int32? {
        let spelling = Array(token.utf8)
        return idOfAddedToken[spelling] ?? model.id(spelling: spelling)
    }

    /// True for tokens that `skipSpecialTokens` leaves out.
    public func isSpecial(_ id: Int32) -> Bool { specialIDs.contains(id) }
}
