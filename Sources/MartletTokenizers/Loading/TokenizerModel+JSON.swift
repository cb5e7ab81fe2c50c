import MartletJSON

extension TokenizerModel {
    private static let supported = "BPE, Unigram, WordPiece, WordLevel"

    /// The `model` of tokenizer.json; `endsInByteLevel` tells that its pieces are bytes.
    ///
    /// What the reference only finds out while it encodes, such as an unknown token that is none, goes to `notices`.
    init(_ file: TokenizerFile, endsInByteLevel: Bool, notices: inout [String]) throws(TokenizerError) {
        switch Self.type(of: file) {
        case "BPE": self = try Self.pairs(file, endsInByteLevel: endsInByteLevel)
        case "Unigram": self = .unigram(try UnigramModel(file))
        case "WordPiece": self = .wordPiece(try WordPieceModel(file))
        case "WordLevel": self = .wordLevel(try WordLevelModel(file))
        case let type: throw .unsupported(part: "model", name: type, supported: Self.supported)
        }
        if dropsText { notices.append("the tokenizer has no unknown token: text outside its vocabulary is dropped") }
    }

    /// The type, which old files leave to the members that each has.
    private static func type(of file: TokenizerFile) -> String {
        if let type = file.model["type"]?.stringValue { return type }
        if file.merges != nil { return "BPE" }
        if file.model["continuing_subword_prefix"] != nil { return "WordPiece" }
        return file.model["unk_token"] != nil ? "WordLevel" : "Unigram"
    }

    private static func pairs(_ file: TokenizerFile, endsInByteLevel: Bool) throws(TokenizerError) -> TokenizerModel {
        if let dropout = file.model["dropout"]?.doubleValue, dropout != 0 {
            throw .unsupported(part: "BPE setting", name: "dropout = \(dropout)", supported: "0")
        }
        let affixes = ["continuing_subword_prefix", "end_of_word_suffix"].compactMap { file.model[$0]?.stringValue }
        if endsInByteLevel, affixes.allSatisfy(\.isEmpty) {
            let model = try BytePairModel(file)
            if file.model["byte_fallback"] != true || !model.tokenOfByte.contains(nil) { return .byteLevelBPE(model) }
        }
        return .characterBPE(try CharacterPairModel(file))
    }

    /// True where text without token becomes nothing; the reference refuses such text, or drops it as well.
    private var dropsText: Bool {
        switch self {
        case .byteLevelBPE(let model): model.unknownToken == nil && model.tokenOfByte.contains(nil)
        case .characterBPE(let model):
            model.options.unknownToken == nil && (model.tokenOfByte.isEmpty || model.tokenOfByte.contains(nil))
        case .unigram(let model): model.unknownToken == nil
        case .wordPiece(let model): model.unknownToken == nil
        case .wordLevel(let model): model.unknownToken == nil
        case .longestMatch(let model): model.unknownToken == nil
        case .leastCost: false
        case .sentencePiece: false
        }
    }
}

extension TokenizerFile {
    /// The vocabulary of a model whose tokens are text.
    func spellings() throws(TokenizerError) -> SpellingTable {
        do throws(JSONError) {
            guard var reader = vocab else { throw JSONError("the model needs vocab", offset: 0) }
            var table = SpellingTable(arenaCapacity: 1 << 20)
            var spelling: [UInt8] = []
            try reader.beginObject()
            while try reader.nextKey({ key -> Void in
                spelling.removeAll(keepingCapacity: true)
                spelling.append(contentsOf: key)
            }) != nil {
                let id = try reader.integer()
                guard 0..<Self.maxID ~= id else { throw reader.error("a token id is out of range: \(id)") }
                spelling.withUnsafeBufferPointer { table.set(Int(id), $0) }
            }
            table.buildIndex()
            return table
        } catch {
            throw .malformed("tokenizer.json: \(error)")
        }
    }

    /// A text that the model must have.
    func text(_ member: String, of type: String) throws(TokenizerError) -> [UInt8] {
        guard let text = model[member]?.stringValue else {
            throw .malformed("tokenizer.json: the \(type) model needs \(member)")
        }
        return Array(text.utf8)
    }
}

extension WordLevelModel {
    fileprivate init(_ file: TokenizerFile) throws(TokenizerError) {
        let vocabulary = try file.spellings()
        self.init(
            vocabulary: vocabulary, unknownToken: vocabulary.id(of: try file.text("unk_token", of: "WordLevel")))
    }
}

extension WordPieceModel {
    fileprivate init(_ file: TokenizerFile) throws(TokenizerError) {
        let vocabulary = try file.spellings()
        guard let maxCharacters = file.model["max_input_chars_per_word"]?.intValue, maxCharacters >= 0 else {
            throw .malformed("tokenizer.json: the WordPiece model needs max_input_chars_per_word")
        }
        self.init(
            vocabulary: vocabulary, unknownToken: vocabulary.id(of: try file.text("unk_token", of: "WordPiece")),
            continuingPrefix: try file.text("continuing_subword_prefix", of: "WordPiece"),
            maxCharacters: maxCharacters)
    }
}
