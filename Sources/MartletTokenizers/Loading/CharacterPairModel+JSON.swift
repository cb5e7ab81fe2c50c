import MartletJSON

extension CharacterPairModel {
    /// The `model` of tokenizer.json.
    init(_ file: TokenizerFile) throws(TokenizerError) {
        let vocabulary = try file.spellings()
        var options = Options()
        options.unknownToken = file.model["unk_token"]?.stringValue.flatMap { vocabulary.id(of: Array($0.utf8)) }
        options.fusesUnknown = file.model["fuse_unk"]?.boolValue ?? false
        options.byteFallback = file.model["byte_fallback"]?.boolValue ?? false
        options.ignoreMerges = file.model["ignore_merges"]?.boolValue ?? false
        options.continuingPrefix = Array((file.model["continuing_subword_prefix"]?.stringValue ?? "").utf8)
        options.wordSuffix = Array((file.model["end_of_word_suffix"]?.stringValue ?? "").utf8)
        do throws(JSONError) {
            guard let merges = file.merges else { throw JSONError("the model needs merges", offset: 0) }
            let table = try Self.readMerges(merges, vocabulary, prefixLength: options.continuingPrefix.count)
            self.init(vocabulary: vocabulary, merges: table, options: options)
        } catch {
            throw .malformed("tokenizer.json: \(error)")
        }
    }

    private static func readMerges(
        _ start: JSONPullReader, _ vocabulary: SpellingTable, prefixLength: Int
    ) throws(JSONError) -> MergeTable {
        var reader = start
        var pairs = PairReader(vocabulary: vocabulary, prefixLength: prefixLength)
        try reader.beginArray()
        while try reader.nextElement() {
            if try reader.peek() == .array {
                try reader.beginArray()
                pairs.begin()
                while try reader.nextElement() { try reader.string { pairs.append($0) } }
            } else {
                try reader.string { text in
                    pairs.begin()
                    for part in text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false) {
                        pairs.append(UnsafeBufferPointer(rebasing: part))
                    }
                }
            }
            guard pairs.finish() else {
                throw reader.error("merge \(pairs.rank) is no pair of tokens whose union is a token")
            }
        }
        return pairs.table
    }
}

/// Resolves merges that come as parts of text.
private struct PairReader {
    let vocabulary: SpellingTable
    let prefixLength: Int
    private(set) var table: MergeTable
    /// The rank of the next merge.
    private(set) var rank = 0
    private var union: [UInt8] = []
    private var ids: [Int32?] = []
    private var isLong = true

    init(vocabulary: SpellingTable, prefixLength: Int) {
        self.vocabulary = vocabulary
        self.prefixLength = prefixLength
        table = MergeTable(count: vocabulary.count)
    }

    mutating func begin() {
        union.removeAll(keepingCapacity: true)
        ids.removeAll(keepingCapacity: true)
        isLong = true
    }

    mutating func append(_ part: UnsafeBufferPointer<UInt8>) {
        // The second token goes on without the prefix that says so.
        let dropped = ids.isEmpty ? 0 : prefixLength
        isLong = isLong && part.count >= dropped
        union.append(contentsOf: part.dropFirst(dropped))
        ids.append(vocabulary.id(of: part))
    }

    /// Adds the merge; false where it is none.
    mutating func finish() -> Bool {
        guard ids.count == 2, isLong, let left = ids[0], let right = ids[1], let result = vocabulary.id(of: union)
        else { return false }
        table.add(left, right, rank: rank, result: result)
        rank += 1
        return true
    }
}
