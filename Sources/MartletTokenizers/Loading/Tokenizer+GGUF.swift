import MartletJSON

extension Tokenizer {
    /// Loads the vocabulary of a GGUF file.
    ///
    /// **Throws** `TokenizerError.unsupported` for models other than "gpt2" (byte-level BPE) and unknown `pre`,
    /// `.malformed` where the lists contradict each other.
    public init(gguf: GGUFVocabulary) throws(TokenizerError) {
        guard gguf.model == "gpt2" else {
            throw .unsupported(part: "GGUF model", name: gguf.model, supported: "gpt2")
        }
        let family = try GGUFPreTokenizer(pre: gguf.pre)
        guard gguf.tokenTypes.isEmpty || gguf.tokenTypes.count == gguf.tokens.count else {
            throw .malformed("\(gguf.tokenTypes.count) token types for \(gguf.tokens.count) tokens")
        }
        var vocabulary = Vocabulary(arenaCapacity: 1 << 20)
        for (id, token) in gguf.tokens.enumerated() {
            token.withUnsafeBufferPointer { vocabulary.set(id, spelling: $0) }
        }
        vocabulary.buildIndex()
        var builder = MergeTableBuilder(vocabulary: vocabulary, capacity: gguf.merges.count)
        for merge in gguf.merges {
            guard merge.withUnsafeBufferPointer({ builder.add(pair: $0) }) else {
                throw .malformed("merge \(builder.count - 1) is no pair of tokens whose union is a token")
            }
        }
        let special = try SpecialTokens(gguf)
        let addsBOS = gguf.addBOS ?? family.addsBOS
        self.init(
            model: BytePairModel(vocabulary: vocabulary, merges: builder.table, ignoreMerges: family.ignoreMerges),
            normalizer: family.normalizer, preTokenizer: PreTokenizer(stages: family.stages),
            postProcessor: PostProcessor(
                prefix: addsBOS ? special.bos.map { [$0] } ?? [] : [],
                suffix: gguf.addEOS == true ? gguf.eosTokenID.map { [$0] } ?? [] : []),
            addedTokens: Self.addedTokens(of: gguf), special: special)
    }

    private static func addedTokens(of gguf: GGUFVocabulary) -> [AddedToken] {
        var added: [AddedToken] = []
        for (id, type) in gguf.tokenTypes.enumerated() {
            switch GGUFVocabulary.TokenType(rawValue: type) {
            case .control, .unknown:
                added.append(AddedToken(id: Int32(id), content: gguf.tokens[id], isSpecial: true))
            case .userDefined:
                added.append(AddedToken(id: Int32(id), content: gguf.tokens[id], isSpecial: false))
            default: break
            }
        }
        return added
    }
}

extension Tokenizer.SpecialTokens {
    fileprivate init(_ gguf: GGUFVocabulary) throws(TokenizerError) {
        let roles = [
            ("bos_token", gguf.bosTokenID), ("eos_token", gguf.eosTokenID), ("unk_token", gguf.unknownTokenID),
            ("pad_token", gguf.paddingTokenID), ("eot_token", gguf.eotTokenID),
        ]
        for case (let role, let id?) in roles {
            guard gguf.tokens.indices.contains(Int(id)) else { throw .malformed("\(role) \(id) is no token") }
            names[role] = .string(String(decoding: gguf.tokens[Int(id)], as: UTF8.self))
        }
        bos = gguf.bosTokenID
        eos = [gguf.eosTokenID, gguf.eotTokenID].compactMap { $0 }
        if eos.count == 2, eos[0] == eos[1] { eos.removeLast() }
    }
}
