/// A splitting pattern for which there is a scanner.
///
/// Each equals a regular expression that published tokenizers use; `init(regex:)` knows their spellings.
enum SplitPattern: Sendable, Equatable {
    /// GPT-2: contractions, words, numbers and other characters, each with an optional space before.
    case gpt2
    /// cl100k and its descendants (Llama 3, Qwen).
    case cl100k(maxDigits: Int, marksJoinLetters: Bool)
    /// o200k and Mistral's tekken: words also end where lower case meets upper case.
    case o200k(maxDigits: Int, contractions: Bool)
    /// DeepSeek V3's last pattern: punctuation may lead a word.
    case deepSeekV3
    /// Numbers of up to `max` characters.
    case numbers(max: Int)
    /// Runs of Han, Hiragana and Katakana as DeepSeek V3 delimits them.
    case cjk
    /// What the `Digits` pre-tokenizer isolates: each numeric character, or runs of them.
    case digits(individual: Bool)

    /// The names in error messages.
    static let supportedNames = "the patterns of GPT-2, cl100k/Llama 3, Qwen2, Qwen3.5, o200k, tekken and DeepSeek V3"

    /// The scanner for a regular expression, or nil where there is none.
    init?(regex: String) {
        guard let pattern = Self.known[regex] else { return nil }
        self = pattern
    }

    /// The patterns by their spellings.
    static let known: [String: SplitPattern] = {
        let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
        let spaces = #"\s*[\r\n]+|\s+(?!\S)|\s+"#
        let symbols = #" ?[^\s\p{L}\p{N}]+[\r\n]*|"#
        let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
        let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
        let lead = #"[^\r\n\p{L}\p{N}]?"#
        let symbolsOrSlash = #" ?[^\s\p{L}\p{N}]+[\r\n/]*|"#
        let gpt2Rest = #" ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
        return [
            "'s|'t|'re|'ve|'m|'ll|'d|" + gpt2Rest: .gpt2,
            "'(?:[sdmt]|ll|ve|re)|" + gpt2Rest: .gpt2,
            "\(contractions)|\(lead)\\p{L}+|\\p{N}{1,3}|\(symbols)\(spaces)":
                .cl100k(maxDigits: 3, marksJoinLetters: false),
            "\(contractions)|\(lead)\\p{L}+|\\p{N}|\(symbols)\(spaces)":
                .cl100k(maxDigits: 1, marksJoinLetters: false),
            // Ant's spelling of the same: what is possessive there could give nothing back that would match.
            #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|"#
                + #"\s+(?!\S)|\s+"#: .cl100k(maxDigits: 1, marksJoinLetters: false),
            "\(contractions)|\(lead)[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\(spaces)":
                .cl100k(maxDigits: 1, marksJoinLetters: true),
            "\(lead)\(upper)*\(lower)+\(contractions)?|\(lead)\(upper)+\(lower)*\(contractions)?"
                + "|\\p{N}{1,3}|\(symbolsOrSlash)\(spaces)": .o200k(maxDigits: 3, contractions: true),
            "\(lead)\(upper)*\(lower)+|\(lead)\(upper)+\(lower)*|\\p{N}|\(symbolsOrSlash)\(spaces)":
                .o200k(maxDigits: 1, contractions: false),
            #"\p{N}"#: .numbers(max: 1),
            #"\p{N}{1,3}"#: .numbers(max: 3),
            "[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+": .cjk,
            ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"##
                + #"| ?[\p{P}\p{S}]+[\r\n]*|"# + spaces: .deepSeekV3,
        ]
    }()
}
