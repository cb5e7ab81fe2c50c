/// A vocabulary made ready for walks: shared by all grammars of a compiler.
final class TokenTable: Sendable {
    let vocabulary: TokenVocabulary
    /// All tokens that are text: not special, not end of sequence, not empty.
    let trie: FlatTrie
    /// The special tokens that have a text and do not end the output.
    let special: FlatTrie
    /// The ids that end the output, those that exist.
    let endOfSequence: [Int]

    /// The place of each token of `trie` in the order of their strings; 0 for all others.
    let ranks: [Int32]

    private enum Kind: UInt8 {
        case text, special, endOfSequence
    }

    private let kinds: [Kind]

    init(_ vocabulary: TokenVocabulary) {
        self.vocabulary = vocabulary
        endOfSequence = vocabulary.endOfSequence.filter { vocabulary.tokens.indices.contains($0) }.sorted()
        var kinds = Array(repeating: Kind.text, count: vocabulary.tokens.count)
        for id in vocabulary.special where kinds.indices.contains(id) { kinds[id] = .special }
        for id in endOfSequence { kinds[id] = .endOfSequence }
        self.kinds = kinds
        trie = Self.trie(vocabulary) { id in
            kinds[id] == .text
        }
        var ranks = Array(repeating: 0 as Int32, count: kinds.count)
        for (rank, token) in trie.tokens.enumerated() { ranks[Int(token)] = Int32(rank) }
        self.ranks = ranks
        special = Self.trie(vocabulary) { id in
            kinds[id] == .special
        }
    }

    /// Number of token ids.
    var count: Int { vocabulary.tokens.count }

    func isSpecial(_ token: Int) -> Bool { kinds[token] == .special }

    func isEndOfSequence(_ token: Int) -> Bool { kinds.indices.contains(token) && kinds[token] == .endOfSequence }

    private static func trie(_ vocabulary: TokenVocabulary, where isIncluded: (Int) -> Bool) -> FlatTrie {
        var text: [UInt8] = []
        var entries: [FlatTrie.Entry] = []
        for (id, bytes) in vocabulary.tokens.enumerated()
        where !bytes.isEmpty && bytes.count <= UInt16.max && isIncluded(id) {
            entries.append(
                FlatTrie.Entry(start: Int32(text.count), end: Int32(text.count + bytes.count), token: Int32(id)))
            text.append(contentsOf: bytes)
        }
        return FlatTrie(text, entries)
    }
}
