extension GGUFPreTokenizer {
    /// Names whose family composes the text canonically first, which llama.cpp leaves out.
    static let composing: Set<String> = [
        "qwen2", "deepseek-r1-qwen", "megrez", "f2llmv2", "qwen35", "command-r", "tiny_aya", "cohere2moe", "mpt",
        "olmo", "modern-bert",
    ]

    /// Names whose vocabularies have tokens that their merges do not reach.
    static let ignoringMerges: Set<String> = [
        "minicpm5", "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
        "jina-v5-nano", "youtu", "glm4", "glm5", "tekken", "granite-embed-multi-97m", "kimi-k2",
    ]

    /// Names whose prompts begin with BOS where the file does not say.
    static let addingBOS: Set<String> = [
        "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano",
        "tekken", "chameleon", "gemma4", "granite-embed-multi-311m",
    ]

    /// Names whose tokens are text with `▁` for spaces.
    static let textual: Set<String> = ["gemma4", "granite-embed-multi-311m", "sarvam-moe"]

    /// The cuts of all names.
    static let families: [(names: [String], cuts: [Cut])] = [
        (["default"], [.split(symbols), .gpt2Split, .split(#"\p{N}+"#), .split("[0-9][0-9][0-9]")]),
        (
            [
                "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum",
                "modern-bert", "jina-v1-en", "jina-v2-code", "roberta-bpe", "mpt", "olmo", "jais", "trillion",
                "granite-docling", "exaone4",
            ], [.gpt2]
        ),
        (
            [
                "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
                "jina-v5-nano", "dbrx", "smaug-bpe", "chatglm-bpe", "glm4", "glm5",
            ], [.split(cl100k("|\\p{N}{1,3}"))]
        ),
        (
            [
                "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan", "solar-open",
                "grok-2",
            ], [.split(cl100k("|\\p{N}"))]
        ),
        (["laguna"], [.split(#"[^\n]+|[\n]+"#), .split(cl100k("|\\p{N}"))]),
        (["minicpm5"], [.split(#"\p{N}{1,3}"#), .split(cl100k("|\\p{N}+"))]),
        (["qwen35"], [.split(qwen35)]),
        (["jais-2"], [.split(jais2)]),
        (["ufakzeka"], [.split(#"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"# + symbolsAndSpaces)]),
        (["seed-coder"], [.split(seedCoder)]),
        (["exaone-moe"], [.split(exaoneMoE)]),
        (["bailingmoe", "bailingmoe2", "llada-moe"], [.split(bailing)]),
        (
            [
                "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2",
            ], [.digits, .gpt2]
        ),
        (["falcon"], [.punctuationRuns, .gpt2, .digitRuns, .split("[0-9][0-9][0-9]")]),
        (
            ["chameleon"],
            [
                .split("<sentinel:[0-9]+>"), .split("(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z"),
                .split("([\t\n]|    |  )"), .digits, .punctuation, .gpt2,
            ]
        ),
        (["tekken"], [.split(o200k("", "|\\p{N}"))]),
        (
            ["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2", "granite-embed-multi-97m"],
            [.split(o200k(contractions + "?", "|\\p{N}{1,3}"))]
        ),
        (
            ["tiny_aya", "cohere2moe"],
            [.split(#"\d{1,3}(?=(?:\d{3})*\b)"#), .split(o200k(contractions + "?", "|\\p{N}{1,3}"))]
        ),
        (["youtu"], [.split(youtu), .split(o200k(contractions + "?", "|\\p{N}"))]),
        (["kimi-k2"], [.split(kimi)]),
        (
            ["deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"],
            [.split(#"\p{N}{1,3}"#), .split(kanaAndHan), .split(deepSeekV3)]
        ),
        (
            ["spark2_5"],
            [.split(#"\p{N}{1,3}"#), .split(kanaAndHan), .split(spark), .split(#"\p{N}"#)]
        ),
        (
            ["afmoe"],
            [.split(#"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))"#), .split(afmoeScripts), .split(deepSeekV3)]
        ),
        (
            ["deepseek-llm"],
            [
                .split("[\r\n]"), .split(deepSeekLetters), .split(#"\s?[!-/:-~！-／：-～‘-‟　-。]+"#), .split(#"\s+$"#),
                .split(deepSeekHan), .digits,
            ]
        ),
        (
            ["deepseek-coder"],
            [.split("[\r\n]"), .split(#"\s?\p{L}+"#), .split(#"\s?\p{P}+"#), .split(deepSeekHan), .digits]
        ),
        (["superbpe"], [.split(#"\p{N}+"#), .split(#"(?=(\d{3})+(?!\d))"#)]),
        (["poro-chat", "bloom", "gpt3-finnish"], [.split(bloom)]),
        (["viking"], [.split(bloom), .digits]),
        (["gemma4", "granite-embed-multi-311m", "sarvam-moe"], []),
    ]
}

extension GGUFPreTokenizer.Cut {
    /// GPT-2's pattern before further cuts of the text itself.
    fileprivate static let gpt2Split = GGUFPreTokenizer.Cut.split(
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#)
}

// MARK: - Patterns

private let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
private let lead = #"[^\r\n\p{L}\p{N}]?"#
private let spaces = #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
private let symbolsAndSpaces = #"| ?[^\s\p{L}\p{N}]+[\r\n]*"# + spaces
private let symbols = #"[\p{P}\$\+<=>\^~\|]+"#

private func cl100k(_ numbers: String) -> String { "\(contractions)|\(lead)\\p{L}+\(numbers)\(symbolsAndSpaces)" }

private func o200k(_ ending: String, _ numbers: String) -> String {
    let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    return "\(lead)\(upper)*\(lower)+\(ending)|\(lead)\(upper)+\(lower)*\(ending)\(numbers)"
        + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + spaces
}

private let qwen35 = "\(contractions)|\(lead)[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*\(spaces)"
private let jais2: String = {
    let widths = [512, 256, 128, 64, 32, 16, 8, 4].map { #"|\s{\#($0)}(?!\S)"# }.joined()
    return "\(contractions)|\(lead)\\p{L}+|\\p{N}{1,3}" + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"# + widths
        + #"|\s{1,2}(?!\S)|\s{1}"#
}()
private let seedCoder = "\(contractions)|\(lead)\\p{L}+|\\p{N}{1}" + #"| ?[^\s\p{L}\p{N}\r\n]+"# + spaces
private let exaoneMoE =
    "\(contractions)|\(lead)" + #"(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?"#
    + #"|\s*[\r\n]|\s+(?!\S)|\s+"#
private let bailing =
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#
private let kimi: String = {
    let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"#
    let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"#
    return #"[\p{Han}]+|"# + "\(lead)\(upper)*\(lower)+\(contractions)?|\(lead)\(upper)+\(lower)*\(contractions)?"
        + "|\\p{N}{1,3}\(symbolsAndSpaces)"
}()
private let youtu = "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+"
private let bloom = #" ?[^(\s|[.,!?…。，、।۔،])]+"#

/// DeepSeek V3's Han, Hiragana and Katakana, as `SplitPattern` spells them.
private let kanaAndHan = "[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+"
private let punctuationLead = ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"##
private let deepSeekV3 =
    punctuationLead + #"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"# + spaces
private let spark =
    punctuationLead + #"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+|[\r\n]|\s+(?!\S)|\s+"#
private let deepSeekHan = "[一-龥ࠀ-一가-\u{D7FF}]+"

/// The characters between two code points each, written in hexadecimal.
private func characters(_ ranges: String) -> String {
    let parts = ranges.split(separator: " ").map { range in
        range.split(separator: "-").map { String(Unicode.Scalar(UInt32($0, radix: 16)!)!) }.joined(separator: "-")
    }
    return parts.joined()
}

private let deepSeekLetters =
    #"\s?["#
    + characters(
        """
        41-5A 61-7A B5 C0-D6 D8-F6 F8-1BA 1BC-1BF 1C4-293 295-2AF 370-373 376 377 37B-37D 37F 386 388-38A \
        38C 38E-3A1 3A3-3F5 3F7-481 48A-52F 531-556 10A0-10C5 13A0-13F5 13F8-13FD 1C90-1CBA 1CBD-1CBF \
        1D00-1D2B 1D6B-1D77 1D79-1D9A 1E00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D \
        1F5F-1F7D 1F80-1FB4 1FB6-1FBC 1FBE 1FC2-1FC4 1FC6-1FCC 1FD0-1FD3 1FD6-1FDB 1FE0-1FEC 1FF2-1FF4 \
        1FF6-1FFC 2102 2107 210A-2113 2115 2119-211D 2124 2126 2128 212A-212D 212F-2134 2139 213C-213F \
        2145-2149 214E 2183 2184 2C00-2C7B 2C7E-2CE4 2CEB-2CEE 2CF2 2CF3 A640-A66D A680-A69B A722-A76F \
        A771-A787 A78B-A78E AB70-ABBF FB00-FB06 FB13-FB17 FF21-FF3A FF41-FF5A 10400-1044F 104B0-104D3 \
        104D8-104FB 10C80-10CB2 10CC0-10CF2 118A0-118DF 1E900-1E943
        """) + "]+"

private let afmoeScripts =
    "["
    + characters(
        """
        4E00-9FFF 3400-4DBF F900-FAFF 3040-309F 30A0-30FF FF65-FF9F 2F00-2FDF E40-E7F E80-EFF 1780-17FF \
        1000-109F AA60-AA7F A9E0-A9FF AC00-D7AF 1100-11FF
        """) + "]+"
