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
    /// `tokens`, as GGUF spells them.
    public var tokens: [[UInt8]]
    /// `token_type`, parallel to `tokens`; may be empty, then all are normal.
    public var tokenTypes: [Int32]
    /// `merges`, each "left right", lowest rank first.
    public var merges: [[UInt8]]
    /// `bos_token_id`.
    public var bosTokenID: Int32?
    /// `eos_token_id`.
    public var eosTokenID: Int32?
    /// `eot_token_id`: ends a turn.
    public var eotTokenID: Int32?
    /// `unknown_token_id`.
    public var unknownTokenID: Int32?
    /// `padding_token_id`.
    public var paddingTokenID: Int32?
    /// `add_bos_token`; nil leaves it to what is usual for `pre`.
    public var addBOS: Bool?
    /// `add_eos_token`; nil means no.
    public var addEOS: Bool?

    /// The metadata of one file.
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
}
