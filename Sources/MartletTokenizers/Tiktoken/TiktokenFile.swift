/// The contents of a tiktoken file: on each line a token in base64 and its rank, which is its id. A token may be empty;
/// no text becomes it.
///
/// **Source** tiktoken `load_tiktoken_bpe`.
struct TiktokenFile {
    /// The tokens by rank.
    let vocabulary: Vocabulary
    /// How many tokens there are; some ranks may have none.
    let tokenCount: Int

    /// Reads a file; the bytes are not kept.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(TokenizerError) {
        var vocabulary = Vocabulary(arenaCapacity: bytes.count / 2)
        var token: [UInt8] = []
        var (start, number, count) = (0, 0, 0)
        while start < bytes.count {
            let rest = UnsafeBufferPointer(rebasing: bytes[start...])
            let length = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.count
            number += 1
            start += length + 1
            var line = UnsafeBufferPointer(rebasing: rest[..<length])
            if line.last == UInt8(ascii: "\r") { line = UnsafeBufferPointer(rebasing: line.dropLast()) }
            if line.isEmpty { continue }
            token.removeAll(keepingCapacity: true)
            guard let rank = Self.read(line, &token) else {
                throw .malformed("tiktoken file: line \(number) is no token in base64, a space and a rank")
            }
            guard vocabulary.bytes(rank).isEmpty else {
                throw .malformed("tiktoken file: line \(number) gives the rank \(rank) for the second time")
            }
            vocabulary.set(rank, bytes: token)
            count += 1
        }
        try self.init(vocabulary, tokenCount: count)
    }

    /// Takes the tokens of another file in the order of their ranks.
    init(tokens: [[UInt8]]) throws(TokenizerError) {
        var vocabulary = Vocabulary(arenaCapacity: tokens.reduce(0) { $0 + $1.count })
        for (rank, token) in tokens.enumerated() { vocabulary.set(rank, bytes: token) }
        try self.init(vocabulary, tokenCount: tokens.count)
    }

    private init(_ tokens: Vocabulary, tokenCount: Int) throws(TokenizerError) {
        var vocabulary = tokens
        vocabulary.buildIndex()
        try Self.check(vocabulary)
        self.vocabulary = vocabulary
        self.tokenCount = tokenCount
    }

    /// Appends a line's token to `token` and returns its rank.
    private static func read(_ line: UnsafeBufferPointer<UInt8>, _ token: inout [UInt8]) -> Int? {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")), space > 0 else { return nil }
        // Whisper's multilingual vocabulary has a rank without bytes, written `=`.
        let text = UnsafeBufferPointer(rebasing: line[..<space])
        guard text.elementsEqual([UInt8(ascii: "=")]) || Base64.append(text, to: &token) else { return nil }
        let digits = line[(space + 1)...]
        guard let rank = Int(String(decoding: digits, as: UTF8.self)), rank >= 0,
            Int64(rank) < TokenizerFile.maxID
        else { return nil }
        return rank
    }

    private static func check(_ vocabulary: Vocabulary) throws(TokenizerError) {
        for byte in UInt8.min...UInt8.max {
            let id = withUnsafePointer(to: byte) { vocabulary.id(of: UnsafeBufferPointer(start: $0, count: 1)) }
            guard id != nil else { throw .malformed("tiktoken file: there is no token for the byte \(byte)") }
        }
        if let id = vocabulary.firstRepeated {
            let first = vocabulary.bytes(id).withUnsafeBufferPointer { vocabulary.id(of: $0) }
            throw .malformed("tiktoken file: the ranks \(first ?? -1) and \(id) have the same token")
        }
    }
}
