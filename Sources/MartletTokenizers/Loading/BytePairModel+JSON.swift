import MartletJSON

extension BytePairModel {
    /// The `model` of tokenizer.json, which is BPE without prefixes and suffixes.
    convenience init(_ file: TokenizerFile) throws(TokenizerError) {
        do throws(JSONError) {
            guard let vocab = file.vocab, let merges = file.merges else {
                throw JSONError("the model needs vocab and merges", offset: 0)
            }
            let vocabulary = try Self.readVocabulary(vocab)
            let unknown = file.model["unk_token"]?.stringValue
            self.init(
                vocabulary: vocabulary, merges: try Self.readMerges(merges, vocabulary),
                ignoreMerges: file.model["ignore_merges"]?.boolValue ?? false,
                unknownToken: unknown.flatMap { vocabulary.id(spelling: $0) },
                fusesUnknown: file.model["fuse_unk"]?.boolValue ?? false)
        } catch {
            throw .malformed("tokenizer.json: \(error)")
        }
    }

    private static func readVocabulary(_ start: JSONPullReader) throws(JSONError) -> Vocabulary {
        var reader = start
        var vocabulary = Vocabulary(arenaCapacity: 1 << 20)
        try reader.beginObject()
        while try reader.nextKey({ vocabulary.spell($0) }) != nil {
            let id = try reader.integer()
            guard 0..<TokenizerFile.maxID ~= id else { throw reader.error("a token id is out of range: \(id)") }
            vocabulary.setSpelled(Int(id))
        }
        vocabulary.buildIndex()
        return vocabulary
    }

    private static func readMerges(
        _ start: JSONPullReader, _ vocabulary: Vocabulary
    ) throws(JSONError) -> MergeTable {
        var reader = start
        var builder = MergeTableBuilder(vocabulary: vocabulary, capacity: vocabulary.count)
        try reader.beginArray()
        while try reader.nextElement() {
            let (number, offset) = (builder.count, reader.offset)
            let isPair: Bool
            if try reader.peek() == .array {
                isPair = try readPair(&reader, into: &builder)
            } else {
                isPair = try reader.string { builder.add(pair: $0, offset: offset) }
            }
            guard isPair else { throw noPair(number, offset) }
            if let wrong = builder.wrong { throw noPair(wrong.number, wrong.offset) }
        }
        builder.finish()
        if let wrong = builder.wrong { throw noPair(wrong.number, wrong.offset) }
        return builder.table
    }

    private static func noPair(_ number: Int, _ offset: Int) -> JSONError {
        JSONError("merge \(number) is no pair of tokens whose union is a token", offset: offset)
    }

    private static func readPair(
        _ reader: inout JSONPullReader, into builder: inout MergeTableBuilder
    ) throws(JSONError) -> Bool {
        let offset = reader.offset
        try reader.beginArray()
        guard try reader.nextElement() else { return false }
        try reader.string { builder.setLeft($0) }
        guard try reader.nextElement() else { return false }
        try reader.string { builder.addRight($0, offset: offset) }
        return try !reader.nextElement()
    }
}

extension Vocabulary {
    /// The model's token of this spelling.
    fileprivate func id(spelling: String) -> Int32? {
        var bytes: [UInt8] = []
        let isSpelled = Array(spelling.utf8).withUnsafeBufferPointer {
            ByteAlphabet.shared.appendBytes(of: $0, to: &bytes)
        }
        return isSpelled ? bytes.withUnsafeBufferPointer { id(of: $0) } : nil
    }
}
