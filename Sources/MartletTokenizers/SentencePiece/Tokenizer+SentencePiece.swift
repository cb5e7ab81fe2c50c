public import MartletJSON

extension Tokenizer {
    /// Loads the contents of a SentencePiece `.model` file, with the parsed tokenizer_config.json beside it if there is
    /// one. Ids and texts equal those of the sentencepiece library.
    ///
    /// Two things that serving needs go beyond the library, which knows neither. `parseSpecial` finds control pieces
    /// that are spelled out in the text; stretches of text after one get no dummy prefix unless the configuration says
    /// `legacy`, as in transformers. Decoding without `skipSpecialTokens` spells control pieces. With `parseSpecial`
    /// false and `skipSpecialTokens` true (see `hidesControlTokens`) all is as in the library.
    ///
    /// `addSpecialTokens` adds what `add_bos_token` and `add_eos_token` of the configuration say. Without them a model
    /// with a BOS piece gets that (Llama, Mistral, Gemma), one without gets EOS at the end (T5).
    ///
    /// **Throws** `TokenizerError.malformed` for files that are cut short, contradict themselves or lack pieces that
    /// they must have, `.unsupported` for unknown model types.
    public static func load(sentencePiece bytes: [UInt8], config: JSONValue?) throws(TokenizerError) -> Tokenizer {
        try bytes.withUnsafeBufferPointer { (buffer) throws(TokenizerError) in
            try load(sentencePiece: buffer, config: config)
        }
    }

    /// Loads a SentencePiece `.model` file where it lies, for instance in a mapped file; the bytes are not kept.
    public static func load(
        sentencePiece bytes: UnsafeBufferPointer<UInt8>, config: JSONValue?
    ) throws(TokenizerError) -> Tokenizer {
        var file = try SentencePieceFile(bytes)
        let unknown = try file.validate()
        let userDefined = PrefixMatcher(file.pieces)
        let model = TokenizerModel.sentencePiece(
            SentencePieceModel(file, unknown: unknown, userDefined: userDefined))
        var added = AddedTokenList(model)
        added.add(file.controlTokens)
        added.add(config: config)
        var special = SpecialTokens(config, added, model)
        special.complete(from: file)
        return Tokenizer(
            model: model,
            normalizer: .sentencePiece(
                try SentencePieceNormalizer(
                    file.normalizer, file, userDefined, prefixesAllStretches: config?["legacy"] == true)),
            preTokenizer: PreTokenizer(stages: [], endsInByteLevel: false),
            postProcessor: file.postProcessor(config, special),
            decoder: try TokenDecoder(file), addedTokens: added.tokens, special: special,
            splitsSpecialTokens: config?["split_special_tokens"] == true, hidesControlTokens: true)
    }
}

extension SentencePieceNormalizer {
    /// The normaliser that a part of a file describes.
    init(
        _ normalizer: SentencePieceFile.Normalizer, _ file: SentencePieceFile, _ userDefined: PrefixMatcher,
        prefixesAllStretches: Bool
    ) throws(TokenizerError) {
        var map: CharacterMap?
        if !normalizer.charsmap.isEmpty {
            map = CharacterMap(normalizer.charsmap[...])
            guard let map, map.isValid else {
                throw SentencePieceFile.error("precompiled_charsmap contradicts itself")
            }
        }
        self.init(
            map: map, userDefined: userDefined,
            spec: Spec(
                addsDummyPrefix: normalizer.addsDummyPrefix,
                removesExtraWhitespace: normalizer.removesExtraWhitespace,
                escapesWhitespace: normalizer.escapesWhitespace,
                treatsWhitespaceAsSuffix: file.trainer.treatsWhitespaceAsSuffix,
                prefixesAllStretches: prefixesAllStretches))
    }
}

extension TokenDecoder {
    fileprivate init(_ file: SentencePieceFile) throws(TokenizerError) {
        self.init(tokenSteps: [.sentencePiece(SentencePieceDecoder(file))])
        guard !file.denormalizer.charsmap.isEmpty else { return }
        var file = file
        file.trainer.treatsWhitespaceAsSuffix = false
        textSteps = [
            .denormalize(
                try SentencePieceNormalizer(
                    file.denormalizer, file, PrefixMatcher([]), prefixesAllStretches: false))
        ]
    }
}

extension SentencePieceFile {
    fileprivate var controlTokens: [AddedToken] {
        pieces.enumerated().filter { $0.element.type == .control }.map { id, piece in
            AddedToken(id: Int32(id), content: piece.text, isSpecial: true)
        }
    }

    /// The control piece of this name.
    fileprivate func control(_ name: [UInt8]) -> Int32? {
        pieces.firstIndex { $0.type == .control && $0.text == name }.map(Int32.init)
    }

    fileprivate func postProcessor(_ config: JSONValue?, _ special: Tokenizer.SpecialTokens) -> PostProcessor {
        let addsBOS = config?["add_bos_token"]?.boolValue ?? (special.bos != nil)
        let addsEOS = config?["add_eos_token"]?.boolValue ?? (special.bos == nil)
        return PostProcessor(
            prefix: addsBOS ? special.bos.map { [$0] } ?? [] : [], suffix: addsEOS ? special.eos : [])
    }
}

extension Tokenizer.SpecialTokens {
    /// Gives roles that the configuration leaves open to the pieces that the file names for them.
    fileprivate mutating func complete(from file: SentencePieceFile) {
        let trainer = file.trainer
        func name(_ role: String, _ piece: [UInt8], _ id: Int32?) {
            if names[role] == nil, id != nil { names[role] = .string(String(decoding: piece, as: UTF8.self)) }
        }
        let (bosID, eosID) = (file.control(trainer.bosPiece), file.control(trainer.eosPiece))
        if names["bos_token"] == nil { bos = bosID }
        if names["eos_token"] == nil { eos = eosID.map { [$0] } ?? [] }
        name("bos_token", trainer.bosPiece, bosID)
        name("eos_token", trainer.eosPiece, eosID)
        name("unk_token", trainer.unknownPiece, file.pieces.contains { $0.type == .unknown } ? 0 : nil)
        name("pad_token", trainer.padPiece, file.control(trainer.padPiece))
    }
}
