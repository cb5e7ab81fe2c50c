import MartletJSON

/// What a GGUF file leaves unsaid about byte-level BPE and llama.cpp deduces from `tokenizer.ggml.pre`.
///
/// **Source** llama.cpp `llama-vocab.cpp` for the names and flags; the parts are those of the family's tokenizer.json.
struct GGUFPreTokenizer {
    /// A part of the pre-tokenizer before the bytes are spelled.
    enum Cut {
        /// Matches of a regular expression and what lies between them.
        case split(String)
        /// Every digit by itself.
        case digits
        /// Runs of digits.
        case digitRuns
        /// Every character of punctuation by itself.
        case punctuation
        /// Runs of punctuation.
        case punctuationRuns
        /// GPT-2's pattern.
        case gpt2
    }

    var cuts: [Cut]
    /// Where not last, GPT-2's alphabet is what the cuts that follow see.
    var normalizer: Normalizer?
    /// A piece that is a token as a whole is not split into its merges.
    var ignoreMerges = false
    var addsBOS = false
    /// The tokens are text with `▁` for spaces, not bytes.
    var isText = false

    /// What `pre` stands for.
    init(pre: String) throws(TokenizerError) {
        guard let family = Self.families.first(where: { $0.names.contains(pre) }) else {
            let names = Self.families.flatMap(\.names).joined(separator: ", ")
            throw .unsupported(part: "GGUF pre-tokenizer", name: pre, supported: names)
        }
        self.init(cuts: family.cuts)
        if Self.composing.contains(pre) { normalizer = .nfc }
        ignoreMerges = Self.ignoringMerges.contains(pre)
        addsBOS = Self.addingBOS.contains(pre)
        isText = Self.textual.contains(pre)
    }

    private init(cuts: [Cut]) { self.cuts = cuts }

    /// The pre-tokenizer as tokenizer.json writes it.
    var json: JSONValue {
        if isText { return .null }
        var parts: [JSONValue] = cuts.map { cut in
            switch cut {
            case .split(let regex):
                ["type": "Split", "pattern": ["Regex": .string(regex)], "behavior": "Isolated", "invert": false]
            case .digits: ["type": "Digits", "individual_digits": true]
            case .digitRuns: ["type": "Digits", "individual_digits": false]
            case .punctuation: ["type": "Punctuation", "behavior": "Isolated"]
            case .punctuationRuns: ["type": "Punctuation", "behavior": "Contiguous"]
            case .gpt2: Self.byteLevel(usesRegex: true)
            }
        }
        if !cuts.contains(where: { if case .gpt2 = $0 { true } else { false } }) {
            parts.append(Self.byteLevel(usesRegex: false))
        }
        return ["type": "Sequence", "pretokenizers": .array(parts)]
    }

    private static func byteLevel(usesRegex: Bool) -> JSONValue {
        ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": .bool(usesRegex)]
    }
}
