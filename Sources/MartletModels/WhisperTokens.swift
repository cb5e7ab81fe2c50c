internal import MartletJSON
internal import MartletModelIR

/// Finds Whisper's special tokens in a vocabulary, and compares them with what the configuration says.
struct WhisperTokens {
    let settings: WhisperSettings
    let vocabSize: Int
    let tokenID: (String) -> Int32?

    private var config: ModelConfig { settings.config }

    /// The id of a token that must be there.
    ///
    /// - Parameter key: The member of the configuration that names it too.
    func id(_ token: String, or other: String? = nil, saidBy key: String? = nil) throws(ModelError) -> Int32 {
        guard let id = tokenID(token) ?? other.flatMap(tokenID) else {
            let names = other.map { "\(token) nor \($0)" } ?? token
            throw config.error("tokenizer", "has no token \(names), which every Whisper vocabulary has")
        }
        try check(id, token)
        guard let key, let value = settings.present(key) else { return id }
        // Ends of text may be several.
        let named = value.arrayValue ?? [value]
        guard named.contains(where: { $0.intValue == Int(id) }) else {
            throw config.error(key, "is \(JSONWriter.string(value)), but the tokenizer has \(token) at \(id)")
        }
        return id
    }

    private func check(_ id: Int32, _ token: String) throws(ModelError) {
        guard (0..<vocabSize).contains(Int(id)) else {
            throw config.error(
                "vocab_size", "is \(vocabSize), but the tokenizer has \(token) at \(id); do they belong together?")
        }
    }

    /// The first and last timestamp, which follow `<|notimestamps|>` and which older tokenizers leave out.
    func timestamps(after noTimestamps: Int32) throws(ModelError) -> (first: Int32, last: Int32) {
        let first = tokenID("<|0.00|>") ?? noTimestamps + 1
        guard first == noTimestamps + 1 else {
            throw config.error(
                "tokenizer", "has <|0.00|> at \(first), expected \(noTimestamps + 1), behind <|notimestamps|>")
        }
        try check(first, "<|0.00|>")
        return (first, min(first + WhisperInfo.lastTimestampIndex, Int32(vocabSize - 1)))
    }

    /// The languages there are tokens for.
    func languages() throws(ModelError) -> [(language: WhisperLanguage, id: Int32)] {
        let said = settings.present("lang_to_id")?.objectValue ?? JSONObject()
        var languages: [(language: WhisperLanguage, id: Int32)] = []
        for language in WhisperLanguage.all {
            let token = "<|\(language.code)|>"
            guard let id = tokenID(token) else { continue }
            try check(id, token)
            if let named = said[token]?.intValue, named != Int(id) {
                throw config.error("lang_to_id", "has \(token) at \(named), the tokenizer at \(id)")
            }
            languages.append((language, id))
        }
        return languages.sorted { $0.id < $1.id }
    }

    // MARK: What is not spoken

    private static let symbols =
        "\"#()*+/:;<=>@[\\]^_`{|}~「」『』".map(String.init)
        + "<< >> <<< >>> -- --- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪".split(separator: " ").map(String.init)
    /// Of these the first token is enough where they have several: it is that of all such signs.
    private static let notes = "♩♪♫♬♭♮♯".map(String.init)

    /// The tokens of speaker tags, annotations and notes, ascending.
    ///
    /// **Source** openai-whisper `tokenizer.py` `non_speech_tokens`.
    static func nonSpeech(_ encode: (String) -> [Int32]) -> [Int32] {
        // Within words hyphens and apostrophes are fine, at their beginning they are not.
        var tokens = Set([" -", " '"].compactMap { encode($0).first })
        for (symbol, isNote) in symbols.map({ ($0, false) }) + notes.map({ ($0, true) }) {
            for ids in [encode(symbol), encode(" " + symbol)] where ids.count == 1 || isNote {
                if let first = ids.first { tokens.insert(first) }
            }
        }
        return tokens.sorted()
    }
}
