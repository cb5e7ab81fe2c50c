/// The `tokenizer.ggml.*` metadata of a GGUF file.
public struct GGUFVocabulary: Sendable {
    /// What a token is, by GGUF's numbers.
    public enum TokenType: Int32, Sendable {
        case normal = 1
        case unknown = 2
        case control = 3
        case userDefined = 4
        case unused = 5
        case byte = 6
    }

    /// `model`, for instance "gpt2".
    public var model: String
    /// `pre`: which splitting pattern.
    public var pre: String
    /// `general.name`: some models' tokens strip white space, which only their names tell.
    public var name = ""
    /// `tokens`, as GGUF spells them.
    public var tokens: [[UInt8]]
    /// `token_type`, parallel to `tokens`; may be empty, then all are normal.
    public var tokenTypes: [Int32]
    /// `scores`, parallel to `tokens`; may be empty, then all are zero.
    public var scores: [Float] = []
    /// `merges`, each "left right", lowest rank first.
    public var merges: [[UInt8]]
    /// `precompiled_charsmap`: SentencePiece's normalisation; empty for none.
    public var charsMap: [UInt8] = []

    /// `bos_token_id`.
    public var bosTokenID: Int32?
    /// `eos_token_id`.
    public var eosTokenID: Int32?
    /// `eot_token_id`: ends a turn.
    public var eotTokenID: Int32?
    /// `eom_token_id`: ends a message.
    public var eomTokenID: Int32?
    /// `unknown_token_id`.
    public var unknownTokenID: Int32?
    /// `seperator_token_id`, spelled so.
    public var separatorTokenID: Int32?
    /// `padding_token_id`.
    public var paddingTokenID: Int32?
    /// `cls_token_id`.
    public var classifierTokenID: Int32?
    /// `mask_token_id`.
    public var maskTokenID: Int32?

    /// `add_bos_token`; nil leaves it to what is usual for `model` and `pre`.
    public var addBOS: Bool?
    /// `add_eos_token`; nil leaves it to what is usual for `model`.
    public var addEOS: Bool?
    /// `add_space_prefix`; nil leaves it to what is usual for `model`.
    public var addSpacePrefix: Bool?
    /// `remove_extra_whitespaces`; nil means no.
    public var removeExtraWhitespaces: Bool?
    /// `normalizer.lowercase`; nil means yes.
    public var lowercases: Bool?
    /// `normalizer.strip_accents`; nil means as `lowercases`.
    public var stripsAccents: Bool?

    /// The metadata of one file; the members that are left out are set one by one.
    public init(
        model: String, pre: String, tokens: [[UInt8]], tokenTypes: [Int32] = [], merges: [[UInt8]],
        bosTokenID: Int32? = nil, eosTokenID: Int32? = nil, eotTokenID: Int32? = nil, unknownTokenID: Int32? = nil,
        paddingTokenID: Int32? = nil, addBOS: Bool? = nil, addEOS: Bool? = nil
    ) {
        self.model = model
        self.pre = pre
        self.tokens = tokens
        self.tokenTypes = tokenTypes
        self.merges = merges
        self.bosTokenID = bosTokenID
        self.eosTokenID = eosTokenID
        self.eotTokenID = eotTokenID
        self.unknownTokenID = unknownTokenID
        self.paddingTokenID = paddingTokenID
        self.addBOS = addBOS
        self.addEOS = addEOS
    }

    /// What the token `id` is.
    func type(_ id: Int) -> TokenType {
        tokenTypes.indices.contains(id) ? TokenType(rawValue: tokenTypes[id]) ?? .normal : .normal
    }
}
