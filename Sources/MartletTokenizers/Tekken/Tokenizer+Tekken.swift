import MartletJSON

extension Tokenizer {
    /// Loads the contents of a Mistral tekken.json.
    ///
    /// mistral_common never finds control tokens in text (see `hidesControlTokens`); `id(of:)` finds them by their
    /// spelling.
    ///
    /// **Throws** `TokenizerError.malformed` for files that contradict themselves, `.unsupported` for versions and
    /// splitting patterns that are not known.
    public static func load(tekken bytes: [UInt8]) throws(TokenizerError) -> Tokenizer {
        let file = try bytes.withUnsafeBufferPointer { (buffer) throws(TokenizerError) in try TekkenFile(buffer) }
        return try Tokenizer(tekken: file)
    }

    /// The tokenizer of a tekken.json.
    ///
    /// **Throws** as `load(tekken:)`.
    public init(tekken file: TekkenFile) throws(TokenizerError) {
        guard let pattern = SplitPattern(regex: file.pattern) else {
            throw .unsupported(
                part: "splitting pattern", name: file.pattern, supported: SplitPattern.supportedNames)
        }
        let special = SpecialTokens(file.specialTokens)
        self.init(
            model: BytePairModel(ranks: try file.vocabulary()), normalizer: nil,
            preTokenizer: PreTokenizer(stages: [.split(pattern)]),
            postProcessor: PostProcessor(prefix: special.bos.map { [$0] } ?? []),
            addedTokens: file.specialTokens.enumerated().map { id, token in
                AddedToken(id: Int32(id), content: Array(token.utf8), isSpecial: true)
            }, special: special, hidesControlTokens: true)
    }
}

extension Tokenizer.SpecialTokens {
    fileprivate init(_ tokens: [String]) {
        func id(_ spelling: String) -> Int32? {
            tokens.firstIndex { $0.utf8.elementsEqual(spelling.utf8) }.map(Int32.init)
        }
        bos = id("<s>")
        eos = id("</s>").map { [$0] } ?? []
        for (role, spelling) in [
            ("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>"), ("pad_token", "<pad>"),
        ] where id(spelling) != nil {
            names[role] = .string(spelling)
        }
    }
}
