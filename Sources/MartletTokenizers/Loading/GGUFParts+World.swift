extension GGUFParts {
    /// RWKV's World vocabulary: the longest token wins; tokens are any bytes, written with escapes.
    static func world(_ gguf: GGUFVocabulary) -> GGUFParts {
        let tokens = gguf.tokens.map(unescaped)
        let model = LongestMatchModel(tokens: tokens, unknownToken: gguf.unknownTokenID)
        return GGUFParts(model: .longestMatch(model), decoder: .byteLevel)
    }

    /// The bytes of a token with Python's escapes.
    private static func unescaped(_ token: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = 0
        while index < token.count {
            guard token[index] == UInt8(ascii: "\\"), index + 1 < token.count else {
                bytes.append(token[index])
                index += 1
                continue
            }
            index += 2
            switch token[index - 1] {
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "x"):
                let digits = String(decoding: token[index..<min(index + 2, token.count)], as: UTF8.self)
                bytes.append(UInt8(digits, radix: 16) ?? 0)
                index += 2
            case let other: bytes.append(other)
            }
        }
        return bytes
    }
}
