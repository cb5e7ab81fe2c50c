import MartletJSON

/// What the kinds of GGUF vocabularies differ in.
struct GGUFParts {
    var model: TokenizerModel
    var normalizer: Normalizer?
    var preTokenizer = PreTokenizer(stages: [], endsInByteLevel: false)
    var decoder: TokenDecoder
    /// The ids of tokens that the file does not name, as llama.cpp supposes them.
    var defaultIDs = DefaultIDs()
    var addsBOS = false
    var addsEOS = false
    /// Texts end with the separator instead of EOS.
    var addsSeparator = false

    /// Ids by role.
    struct DefaultIDs {
        var bos: Int32?
        var eos: Int32?
        var unknown: Int32?
        var separator: Int32?
        var padding: Int32?
        var mask: Int32?
    }

    /// The id that the file gives, or the supposed one where there is such a token.
    fileprivate func id(_ given: Int32?, _ supposed: Int32?, _ gguf: GGUFVocabulary) -> Int32? {
        given ?? supposed.flatMap { gguf.tokens.indices.contains(Int($0)) ? $0 : nil }
    }

    fileprivate func special(_ gguf: GGUFVocabulary) throws(TokenizerError) -> Tokenizer.SpecialTokens {
        var special = Tokenizer.SpecialTokens()
        let ids = [
            ("bos_token", id(gguf.bosTokenID, defaultIDs.bos, gguf)),
            ("eos_token", id(gguf.eosTokenID, defaultIDs.eos, gguf)),
            ("unk_token", id(gguf.unknownTokenID, defaultIDs.unknown, gguf)),
            ("sep_token", id(gguf.separatorTokenID, defaultIDs.separator, gguf)),
            ("pad_token", id(gguf.paddingTokenID, defaultIDs.padding, gguf)),
            ("cls_token", gguf.classifierTokenID),
            ("mask_token", id(gguf.maskTokenID, defaultIDs.mask, gguf)),
            ("eot_token", gguf.eotTokenID), ("eom_token", gguf.eomTokenID),
        ]
        for case (let role, let id?) in ids {
            guard gguf.tokens.indices.contains(Int(id)) else { throw .malformed("\(role) \(id) is no token") }
            special.names[role] = .string(String(decoding: gguf.tokens[Int(id)], as: UTF8.self))
        }
        special.bos = ids[0].1
        for id in [ids[1].1, gguf.eotTokenID, gguf.eomTokenID].compactMap(\.self) where !special.eos.contains(id) {
            special.eos.append(id)
        }
        return special
    }

    fileprivate func addedTokens(_ gguf: GGUFVocabulary) -> [AddedToken] {
        var added: [AddedToken] = []
        for id in gguf.tokens.indices where !gguf.tokens[id].isEmpty {
            let type = gguf.type(id)
            guard type == .control || type == .unknown || type == .userDefined else { continue }
            var token = AddedToken(id: Int32(id), content: gguf.tokens[id], isSpecial: type != .userDefined)
            GGUFTokenFlags.set(&token, type, gguf)
            added.append(token)
        }
        return added
    }
}

extension Tokenizer {
    /// The tokenizer of these parts and what all files have in common.
    init(_ parts: GGUFParts, _ gguf: GGUFVocabulary) throws(TokenizerError) {
        let special = try parts.special(gguf)
        let separator = parts.id(gguf.separatorTokenID, parts.defaultIDs.separator, gguf)
        let end = parts.addsSeparator ? separator : special.eos.first
        let addsEnd = parts.addsSeparator || (gguf.addEOS ?? parts.addsEOS)
        self.init(
            model: parts.model, normalizer: parts.normalizer, preTokenizer: parts.preTokenizer,
            postProcessor: PostProcessor(
                prefix: gguf.addBOS ?? parts.addsBOS ? special.bos.map { [$0] } ?? [] : [],
                suffix: addsEnd ? end.map { [$0] } ?? [] : []),
            decoder: parts.decoder, addedTokens: parts.addedTokens(gguf), special: special)
    }
}

/// White space that tokens take along, which only the models' names tell.
///
/// **Source** llama.cpp `llama_vocab::impl::load`, per token attributes.
private enum GGUFTokenFlags {
    static func set(_ token: inout AddedToken, _ type: GGUFVocabulary.TokenType, _ gguf: GGUFVocabulary) {
        let name = gguf.name.lowercased()
        func isNamed(_ parts: [String]) -> Bool { parts.contains { contains(name, $0) } }
        if isNamed(["phi-3", "phi3"]) {
            let keeps = ["<unk>", "<s>", "<|endoftext|>"].contains { token.content.elementsEqual($0.utf8) }
            token.rstrip = !keeps && (type == .control || token.content.elementsEqual("</s>".utf8))
        } else if isNamed(["modern-bert"]) {
            token.lstrip = token.content.elementsEqual("[MASK]".utf8)
        } else if ["jina-v2-de", "jina-v2-es", "jina-v2-code"].contains(gguf.pre)
            || isNamed(["jina-v2-de", "jina-v2-es", "jina-v2-code"])
        {
            token.lstrip = token.content.elementsEqual("<mask>".utf8)
        }
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        let (text, part) = (Array(text.utf8), Array(part.utf8))
        guard text.count >= part.count else { return false }
        return (0...text.count - part.count).contains { text[$0..<$0 + part.count].elementsEqual(part) }
    }
}
