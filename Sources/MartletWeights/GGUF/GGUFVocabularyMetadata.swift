/// The tokenizer of a GGUF file as its `tokenizer.ggml.*` metadata give it.
///
/// **Source** ggml docs/gguf.md, section Tokenizer, and llama.cpp `llama-arch.cpp` for the keys that it leaves out.
public struct GGUFVocabularyMetadata: Sendable {
    /// `tokenizer.ggml.model`: `gpt2` is byte-level BPE, `llama` SentencePiece.
    public let model: String
    /// `general.name`, which tells models with peculiar tokens.
    public let name: String?
    /// `tokenizer.ggml.pre`: which pre-tokenizer, for instance `llama-bpe`, `qwen2`, `smollm`.
    public let pre: String?
    /// Every token's bytes as the file spells them, by id.
    public let tokens: PackedStrings
    /// llama.cpp's type of each token, empty when the file has none: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.
    public let tokenTypes: [Int]
    /// Merges in order of rank, each two spellings with a space between.
    public let merges: PackedStrings
    /// SentencePiece scores, empty when the file has none.
    public let scores: [Float]
    /// SentencePiece's normalisation, empty when the file has none.
    public let charsMap: [UInt8]
    /// Beginning of sequence.
    public let bosTokenID: Int?
    /// End of sequence.
    public let eosTokenID: Int?
    /// End of turn.
    public let eotTokenID: Int?
    /// End of message.
    public let eomTokenID: Int?
    /// Unknown token.
    public let unknownTokenID: Int?
    /// Separates texts, and ends them in BERT.
    public let separatorTokenID: Int?
    /// Padding.
    public let paddingTokenID: Int?
    /// Stands for a text as a whole.
    public let classifierTokenID: Int?
    /// Stands for a token that is to be guessed.
    public let maskTokenID: Int?
    /// Whether a prompt starts with `bosTokenID`; nil when the file does not say.
    public let addBOS: Bool?
    /// Whether a prompt ends with `eosTokenID`; nil when the file does not say.
    public let addEOS: Bool?
    /// Whether SentencePiece puts a space before the text; nil when the file does not say.
    public let addSpacePrefix: Bool?
    /// Whether runs of spaces count as one; nil when the file does not say.
    public let removeExtraWhitespaces: Bool?
    /// Whether BERT's text is made lower case; nil when the file does not say.
    public let lowercases: Bool?
    /// Whether BERT's text loses its accents; nil when the file does not say.
    public let stripsAccents: Bool?

    /// Reads the tokenizer keys of `gguf`.
    ///
    /// **Throws** `malformed` when keys are missing, have the wrong type or disagree in length.
    public init(_ gguf: GGUF) throws(CheckpointError) {
        let reader = GGUFMetadataReader(gguf)
        model = try reader.string("tokenizer.ggml.model")
        name = try reader.optionalString("general.name")
        pre = try reader.optionalString("tokenizer.ggml.pre")
        guard let tokens = try reader.array("tokenizer.ggml.tokens", "strings", \.strings) else {
            throw reader.error("tokenizer.ggml.tokens", "is missing")
        }
        self.tokens = tokens
        tokenTypes = try reader.array("tokenizer.ggml.token_type", "integers", \.integers) ?? []
        merges = try reader.array("tokenizer.ggml.merges", "strings", \.strings) ?? PackedStrings()
        scores =
            try reader.array("tokenizer.ggml.scores", "numbers") { $0.floats ?? $0.integers?.map { Float($0) } } ?? []
        charsMap = (try reader.array("tokenizer.ggml.precompiled_charsmap", "integers", \.integers) ?? []).map {
            UInt8(truncatingIfNeeded: $0)
        }
        for (key, count) in [("token_type", tokenTypes.count), ("scores", scores.count)] {
            guard count == 0 || count == tokens.count else {
                throw reader.error("tokenizer.ggml.\(key)", "has \(count) entries for \(tokens.count) tokens")
            }
        }
        func id(_ key: String) throws(CheckpointError) -> Int? {
            let key = "tokenizer.ggml.\(key)_token_id"
            guard let id = try reader.optionalInt(key) else { return nil }
            guard tokens.indices.contains(id) else {
                throw reader.error(key, "is \(id), but there are \(tokens.count) tokens")
            }
            return id
        }
        bosTokenID = try id("bos")
        eosTokenID = try id("eos")
        eotTokenID = try id("eot")
        eomTokenID = try id("eom")
        unknownTokenID = try id("unknown")
        separatorTokenID = try id("seperator")
        paddingTokenID = try id("padding")
        classifierTokenID = try id("cls")
        maskTokenID = try id("mask")
        addBOS = try reader.optionalBool("tokenizer.ggml.add_bos_token")
        addEOS = try reader.optionalBool("tokenizer.ggml.add_eos_token")
        addSpacePrefix = try reader.optionalBool("tokenizer.ggml.add_space_prefix")
        removeExtraWhitespaces = try reader.optionalBool("tokenizer.ggml.remove_extra_whitespaces")
        lowercases = try reader.optionalBool("tokenizer.ggml.normalizer.lowercase")
        stripsAccents = try reader.optionalBool("tokenizer.ggml.normalizer.strip_accents")
    }

    /// Every id that ends a generation, in ascending order.
    public var endTokenIDs: [Int] { Set([eosTokenID, eotTokenID, eomTokenID].compactMap(\.self)).sorted() }
}
