public import MartletJSON

/// Text to token ids and back, equal to the tokenizers library on the same tokenizer.json.
///
/// A value with shared storage: copies are cheap and may be used from any thread.
public struct Tokenizer: Sendable {
    let model: BytePairModel
    let normalizer: Normalizer?
    let preTokenizer: PreTokenizer
    let postProcessor: PostProcessor
    /// All ids, the added tokens included.
    let vocabulary: Vocabulary
    let addedTokens: [Int32: AddedToken]
    let idOfAddedToken: [[UInt8]: Int32]
    /// Finds added tokens in the text as it came.
    let rawMatcher: AddedTokenMatcher
    /// Finds added tokens in the normalised text.
    let normalizedMatcher: AddedTokenMatcher

    /// The named special tokens of tokenizer_config.json or GGUF metadata as templates see them (`bos_token`, …).
    public let specialTokens: JSONObject
    /// The id of the token that begins a text, if the model has one.
    public let bosTokenID: Int32?
    /// The ids that end generation as the tokenizer knows them; generation_config.json may name more.
    public let eosTokenIDs: [Int32]

    init(
        model: BytePairModel, normalizer: Normalizer?, preTokenizer: PreTokenizer, postProcessor: PostProcessor,
        addedTokens: [AddedToken], special: SpecialTokens
    ) {
        self.model = model
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.postProcessor = postProcessor
        var vocabulary = model.vocabulary
        for token in addedTokens {
            token.content.withUnsafeBufferPointer { vocabulary.set(Int(token.id), spelling: $0) }
        }
        self.vocabulary = vocabulary
        self.addedTokens = Dictionary(addedTokens.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        idOfAddedToken = Dictionary(addedTokens.map { ($0.content, $0.id) }, uniquingKeysWith: { _, last in last })
        rawMatcher = AddedTokenMatcher(addedTokens.filter { $0.isParsed && !$0.normalized })
        normalizedMatcher = AddedTokenMatcher(
            addedTokens.filter { $0.isParsed && $0.normalized }.map { token in
                var token = token
                let content = token.content.withUnsafeBufferPointer { normalizer?.normalize($0) }
                token.content = content ?? token.content
                return token
            })
        specialTokens = special.names
        bosTokenID = special.bos
        eosTokenIDs = special.eos
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
    public var vocabSize: Int { vocabulary.count }

    /// The id of the token that ends a text, if the model has one.
    public var eosTokenID: Int32? { eosTokenIDs.first }

    /// The text of the token that begins a text, for templates.
    public var bosToken: String? { specialTokens["bos_token"]?.stringValue }

    /// The text of the token that ends a text, for templates.
    public var eosToken: String? { specialTokens["eos_token"]?.stringValue }

    /// The bytes that the token adds to decoded text; empty for an id without token.
    public func tokenBytes(_ id: Int32) -> [UInt8] { Array(vocabulary.bytes(Int(id))) }

    /// The token as tokenizer.json spells it, for instance `Ġthe`; nil for an id without token.
    public func tokenString(_ id: Int32) -> String? {
        if let added = addedTokens[id] { return String(decoding: added.content, as: UTF8.self) }
        return vocabulary.spelling(Int(id))
    }

    /// The id of a token in the spelling of tokenizer.json.
    public func id(of token: String) -> Int32? {
        let spelling = Array(token.utf8)
        if let id = idOfAddedToken[spelling] { return id }
        var bytes: [UInt8] = []
        let isSpelled = spelling.withUnsafeBufferPointer { ByteAlphabet.shared.appendBytes(of: $0, to: &bytes) }
        return isSpelled ? bytes.withUnsafeBufferPointer { model.vocabulary.id(of: $0) } : nil
    }

    /// True for tokens that `skipSpecialTokens` leaves out.
    public func isSpecial(_ id: Int32) -> Bool { addedTokens[id]?.isSpecial ?? false }
}
