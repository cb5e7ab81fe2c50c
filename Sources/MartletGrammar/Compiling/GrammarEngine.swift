/// One generation of a grammar at work: its automaton with the masks made so far. Reached through the lock of its
/// `CompiledGrammar` only.
final class GrammarEngine {
    let automaton: Automaton
    let ignoredKeywords: [IgnoredKeyword]
    private let table: TokenTable
    private let builder: MaskBuilder
    @exclusivity(unchecked) private var masks: [ConfigurationMask] = []
    /// By configuration: the index in `masks`, -1 where there is none yet.
    @exclusivity(unchecked) private var maskIndex = GrowableBuffer<Int32>()
    private var maskBytes = 0
    /// The configurations after each byte of the token that was decided about last.
    private var path: [Int32] = []

    init(_ grammar: RuleGrammar, table: TokenTable, store: LexemeMaskStore) throws(GrammarError) {
        automaton = try Automaton(grammar, lexemes: LexemeAutomaton(terms: grammar.rules.terms))
        ignoredKeywords = grammar.ignored
        self.table = table
        builder = MaskBuilder(automaton, table: table, store: store)
    }

    /// Bytes of memory held, about.
    var byteCount: Int {
        automaton.byteCount + automaton.lexemes.byteCount + automaton.rules.byteCount
            + maskBytes + maskIndex.byteCount
    }

    /// Number of masks kept.
    var numMasks: Int { masks.count }

    /// The configuration after `bytes`, which are appended to `text`; 0 where they are not allowed, and then (as where
    /// an error is thrown) `text` is as before.
    func advance(
        _ configuration: Int32, _ bytes: some Sequence<UInt8>, text: inout [UInt8]
    ) throws(GrammarError) -> Int32 {
        let length = text.count
        var configuration = configuration
        for byte in bytes {
            text.append(byte)
            do throws(GrammarError) {
                configuration = try automaton.advance(configuration, byte, text: text)
            } catch {
                text.removeLast(text.count - length)
                throw error
            }
            guard configuration != 0 else {
                text.removeLast(text.count - length)
                return 0
            }
        }
        return configuration
    }

    /// The configuration after a token that is not end of sequence; else as `advance`.
    func advance(
        _ configuration: Int32, token: Int, text: inout [UInt8]
    ) throws(GrammarError) -> Int32 {
        guard table.vocabulary.tokens.indices.contains(token) else { return 0 }
        let bytes = table.vocabulary.tokens[token]
        guard !bytes.isEmpty else { return 0 }
        guard table.isSpecial(token) else { return try advance(configuration, bytes, text: &text) }
        let length = text.count
        var configuration = configuration
        for byte in bytes {
            configuration = try advance(
                try automaton.tags(of: configuration), CollectionOfOne(byte), text: &text)
            guard configuration != 0 else {
                text.removeLast(text.count - length)
                return 0
            }
        }
        return configuration
    }

    /// Sets the bits of the tokens allowed in a configuration after `text`, which is changed in between only.
    func fill(
        _ words: UnsafeMutableBufferPointer<UInt32>, _ configuration: Int32, text: inout [UInt8]
    ) throws(GrammarError) {
        let index = try maskNumber(configuration)
        masks[index].fill(words, endOfSequence: table.endOfSequence)
        guard !masks[index].uncertain.isEmpty else { return }
        let length = text.count
        defer { text.removeLast(text.count - length) }
        path.removeAll(keepingCapacity: true)
        path.append(configuration)
        for token in masks[index].uncertain {
            if try isAllowed(Int(token), configuration, after: length, text: &text) {
                words[Int(token) >> 5] |= 1 << UInt32(token & 31)
            }
        }
    }

    /// Whether a token is allowed after the first `length` bytes of `text`. What it has in common with the token before it
    /// is not read again.
    private func isAllowed(
        _ token: Int, _ configuration: Int32, after length: Int, text: inout [UInt8]
    ) throws(GrammarError) -> Bool {
        if table.isSpecial(token) {
            text.removeLast(text.count - length)
            path.removeLast(path.count - 1)
            defer { text.removeLast(text.count - length) }
            return try advance(configuration, token: token, text: &text) != 0
        }
        let bytes = table.vocabulary.tokens[token]
        var count = 0
        while count < min(bytes.count, path.count - 1), bytes[count] == text[length + count] { count += 1 }
        text.removeLast(text.count - length - count)
        path.removeLast(path.count - 1 - count)
        while count < bytes.count, path[count] != 0 {
            text.append(bytes[count])
            path.append(0)
            path[count + 1] = try automaton.advance(path[count], bytes[count], text: text)
            count += 1
        }
        return count == bytes.count && path[count] != 0
    }

    private func maskNumber(_ configuration: Int32) throws(GrammarError) -> Int {
        maskIndex.extend(to: Int(configuration) + 1, with: -1)
        let known = maskIndex[Int(configuration)]
        if known >= 0 { return Int(known) }
        let mask = try builder.mask(of: configuration)
        maskBytes += mask.byteCount
        masks.append(mask)
        maskIndex[Int(configuration)] = Int32(masks.count - 1)
        return masks.count - 1
    }

    /// The only byte that can come next and the configuration after it; nil where there is none or a choice.
    func forced(_ configuration: Int32, text: inout [UInt8]) throws(GrammarError) -> (byte: UInt8, next: Int32)? {
        guard !automaton.accepts(configuration) else { return nil }
        var forced: (byte: UInt8, next: Int32)?
        for byte in UInt8.min...UInt8.max {
            let next = try advance(configuration, CollectionOfOne(byte), text: &text)
            guard next != 0 else { continue }
            text.removeLast()
            guard forced == nil else { return nil }
            forced = (byte, next)
        }
        return forced
    }
}
