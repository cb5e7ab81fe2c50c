public import MartletJSON

/// Mistral's `tekken.json`: byte-level tokens in the order of their ranks, and control tokens before them.
///
/// **Source** mistral_common `Tekkenizer.from_file`.
public struct TekkenFile: Sendable {
    /// How requests are encoded for this vocabulary: "v3", "v7", "v11", "v13" and so on.
    public private(set) var version = ""
    /// The settings that a v15 model takes, and their defaults; nil where the file names none.
    public private(set) var modelSettingsBuilder: JSONValue?
    /// True where the file says how images are cut into tokens.
    public private(set) var takesImages = false
    /// True where the file says how audio is cut into tokens.
    public private(set) var takesAudio = false

    private(set) var pattern = ""
    /// All ids, the control tokens among them.
    private(set) var vocabSize = 0
    private(set) var numSpecialTokens = 0
    /// The spelling of the control token of each id.
    private(set) var specialTokens: [String] = []
    private var tokens = TokenArena()

    /// Reads a file; the bytes are not kept.
    ///
    /// **Throws** `TokenizerError.malformed` where the file contradicts itself, `.unsupported` for unknown versions.
    public init(_ bytes: UnsafeBufferPointer<UInt8>) throws(TokenizerError) {
        var (config, listed) = (JSONValue.null, JSONValue.null)
        do throws(JSONError) {
            var reader = JSONPullReader(bytes, maxDepth: 64)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "config": config = try reader.value()
                case "special_tokens": listed = try reader.value()
                case "vocab": try tokens.read(&reader)
                case "image", "multimodal": takesImages = try !reader.value().isNull
                case "audio": takesAudio = try !reader.value().isNull
                case "model_settings_builder":
                    let value = try reader.value()
                    modelSettingsBuilder = value.isNull ? nil : value
                default: try reader.skip()
                }
            }
            try reader.finish()
        } catch {
            throw .malformed("tekken.json: \(error)")
        }
        try read(config: config)
        try read(specialTokens: listed)
    }

    private mutating func read(config: JSONValue) throws(TokenizerError) {
        guard let version = config["version"]?.stringValue, let pattern = config["pattern"]?.stringValue,
            let vocabSize = config["default_vocab_size"]?.intValue,
            let numSpecialTokens = config["default_num_special_tokens"]?.intValue
        else {
            throw .malformed(
                "tekken.json: config needs version, pattern, default_vocab_size and default_num_special_tokens")
        }
        guard Self.versions.contains(version) else {
            throw .unsupported(
                part: "tekken version", name: version, supported: Self.versions.joined(separator: ", "))
        }
        guard numSpecialTokens >= 0, numSpecialTokens <= vocabSize, Int64(vocabSize) < TokenizerFile.maxID,
            vocabSize - numSpecialTokens <= tokens.count
        else {
            throw .malformed(
                "tekken.json: default_vocab_size \(vocabSize) is not made of default_num_special_tokens "
                    + "\(numSpecialTokens) and some of the \(tokens.count) tokens in vocab")
        }
        (self.version, self.pattern, self.vocabSize) = (version, pattern, vocabSize)
        self.numSpecialTokens = numSpecialTokens
    }

    private mutating func read(specialTokens listed: JSONValue) throws(TokenizerError) {
        if listed.isNull {
            guard Self.versionsWithoutList.contains(version) else {
                throw .malformed("tekken.json: version \(version) needs special_tokens")
            }
            specialTokens = Self.unlistedSpecialTokens
        } else {
            for (rank, entry) in (listed.arrayValue ?? []).enumerated() {
                guard entry["rank"]?.intValue == rank, let token = entry["token_str"]?.stringValue else {
                    throw .malformed("tekken.json: special_tokens[\(rank)] needs a token_str and the rank \(rank)")
                }
                specialTokens.append(token)
            }
        }
        guard specialTokens.count <= numSpecialTokens else {
            throw .malformed(
                "tekken.json: \(specialTokens.count) special_tokens, but default_num_special_tokens is "
                    + "\(numSpecialTokens)")
        }
        for id in specialTokens.count..<numSpecialTokens { specialTokens.append("<SPECIAL_\(id)>") }
        guard Set(specialTokens.map { Array($0.utf8) }).count == specialTokens.count else {
            throw .malformed("tekken.json: special_tokens has a token twice")
        }
    }

    /// The tokens by id, without the control tokens.
    func vocabulary() throws(TokenizerError) -> Vocabulary {
        var vocabulary = Vocabulary(arenaCapacity: tokens.bytes.count)
        for rank in 0..<vocabSize - numSpecialTokens {
            vocabulary.set(rank + numSpecialTokens, bytes: tokens[rank])
        }
        vocabulary.buildIndex()
        for byte in 0..<min(256, vocabSize - numSpecialTokens) where !tokens[byte].elementsEqual([UInt8(byte)]) {
            throw .malformed("tekken.json: vocab[\(byte)] is not the byte \(byte)")
        }
        let empty = (0..<vocabSize - numSpecialTokens).first { tokens[$0].isEmpty }
        if let rank = empty ?? vocabulary.firstRepeated.map({ $0 - numSpecialTokens }) {
            throw .malformed("tekken.json: vocab[\(rank)] is empty or a token for the second time")
        }
        return vocabulary
    }
}

extension TekkenFile {
    private static let versions = ["v1", "v2", "v3", "v7", "v11", "v13", "v15"]

    /// The versions that know their control tokens where the file does not list them.
    private static let versionsWithoutList = ["v1", "v2", "v3", "v7"]

    private static let unlistedSpecialTokens = [
        "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
        "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]",
        "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
    ]
}
