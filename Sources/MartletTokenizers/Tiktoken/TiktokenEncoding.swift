/// What a tiktoken file does not say: how text is split, and the special tokens.
public struct TiktokenEncoding: Sendable {
    /// The splitting pattern, a regular expression whose matches are encoded one by one.
    public var pattern: String
    /// The special tokens and their ids.
    public var specialTokens: [(token: String, id: Int32)]
    /// The special token that `addSpecialTokens` puts before a text.
    public var bosToken: String?
    /// The special tokens that `addSpecialTokens` puts before a text in the place of `bosToken`.
    var prefixTokens: [String] = []
    /// The special tokens that end a text or a turn, the first of them for templates.
    public var eosTokens: [String]
    /// Text is brought into canonical composition (NFC) first.
    public var composesText: Bool

    /// An encoding that is not among the known ones.
    public init(
        pattern: String, specialTokens: [(token: String, id: Int32)] = [], bosToken: String? = nil,
        eosTokens: [String] = [], composesText: Bool = false
    ) {
        self.pattern = pattern
        self.specialTokens = specialTokens
        self.bosToken = bosToken
        self.eosTokens = eosTokens
        self.composesText = composesText
    }
}

// MARK: - Known encodings

extension TiktokenEncoding {
    /// The names of the known encodings with the numbers of their tokens.
    static let supportedNames =
        "r50k or gpt2 (50256), Whisper's gpt2.tiktoken (50256) and multilingual.tiktoken (50257), p50k (50280), "
        + "cl100k (100256), Hunyuan (127957), Llama 3 (128000), GLM-4 (151329), Qwen (151643), "
        + "Kimi K2 (163584), o200k and o200k_harmony (199998), Llama 4 (200000), or any with a pattern given"

    /// The encoding of a known vocabulary by its number of tokens, and where that leaves open two by the file's name.
    ///
    /// **Source** tiktoken_ext `openai_public`, openai-whisper `tokenizer.py`, meta-llama `tokenizer.py`, Qwen
    /// `tokenization_qwen.py`, Moonshot `tokenization_kimi.py`, GLM-4 `tokenization_chatglm.py`, Hunyuan
    /// `tokenization_hy.py`.
    static func known(tokenCount: Int, fileName: String, numLanguages: Int) -> TiktokenEncoding? {
        switch tokenCount {
        case 50256 where fileName == "gpt2.tiktoken": whisper(numTokens: tokenCount, numLanguages)
        case 50257: whisper(numTokens: tokenCount, numLanguages)
        case 50256, 50280: TiktokenEncoding(pattern: gpt2, [(endOfText, 50256)], eos: [endOfText])
        case 100256:
            TiktokenEncoding(
                pattern: cl100k,
                [(endOfText, 100257)] + numbered(["prefix", "middle", "suffix"].map { "<|fim_\($0)|>" }, from: 100258)
                    + [("<|endofprompt|>", 100276)], eos: [endOfText])
        case 127957:
            TiktokenEncoding(
                pattern: qwen,
                numbered(
                    ["endoftext", "startoftext", "bos", "eos", "pad"].map { "<|\($0)|>" } + extras, from: tokenCount),
                eos: ["<|eos|>"], composesText: true)
        case 128000: llama3
        case 151329: glm4
        case 151643:
            TiktokenEncoding(
                pattern: qwen, numbered([endOfText, "<|im_start|>", "<|im_end|>"] + extras, from: tokenCount),
                eos: [endOfText, "<|im_end|>"], composesText: true)
        case 163584:
            TiktokenEncoding(
                pattern: kimi, (163584..<163840).map { ("<|reserved_token_\($0)|>", Int32($0)) }, eos: [])
        case 199998 where fileName.contains("harmony"): harmony
        case 199998:
            TiktokenEncoding(
                pattern: o200k, [(endOfText, 199999), ("<|endofprompt|>", 200018)], eos: [endOfText])
        case 200000: llama4
        default: nil
        }
    }

    private init(
        pattern: String, _ specialTokens: [(String, Int32)], bos: String? = nil, eos: [String],
        composesText: Bool = false
    ) {
        self.init(
            pattern: pattern, specialTokens: specialTokens.map { (token: $0.0, id: $0.1) }, bosToken: bos,
            eosTokens: eos, composesText: composesText)
    }

    private static let endOfText = "<|endoftext|>"

    private static var extras: [String] { (0..<205).map { "<|extra_\($0)|>" } }

    private static func numbered(_ tokens: [String], from first: Int) -> [(String, Int32)] {
        zip(tokens, Int32(first)...).map { ($0, $1) }
    }

    /// The names of Llama 3.1 and later; the file is the one of Llama 3, where some of these ids are only reserved.
    private static var llama3: TiktokenEncoding {
        let tokens =
            [
                "begin_of_text", "end_of_text", "reserved_special_token_0", "reserved_special_token_1",
                "finetune_right_pad_id", "step_id", "start_header_id", "end_header_id", "eom_id", "eot_id",
                "python_tag", "image",
            ] + reserved(2..<246)
        return TiktokenEncoding(
            pattern: llama, numbered(tokens.map { "<|\($0)|>" }, from: 128000), bos: "<|begin_of_text|>",
            eos: ["<|end_of_text|>", "<|eom_id|>", "<|eot_id|>"])
    }

    private static var llama4: TiktokenEncoding {
        let text =
            ["begin_of_text", "end_of_text", "fim_prefix", "fim_middle", "fim_suffix", "header_start", "header_end"]
            + ["eom", "eot", "step"] + reserved(0..<6, "text_post_train_")
            + ["python_start", "python_end", "finetune_right_pad"] + reserved(8..<69, "text_post_train_")
        let vision =
            ["image_start", "image_end"] + reserved(0..<2, "vision_") + ["tile_x_separator", "tile_y_separator"]
            + reserved(2..<6, "vision_") + ["image"] + reserved(6..<7, "vision_") + ["patch"]
            + reserved(7..<1048, "vision_")
        let reasoning = reserved(0..<8, "reasoning_") + ["reasoning_thinking_start", "reasoning_thinking_end"]
        let tokens = text + vision + reasoning + reserved(0..<904)
        return TiktokenEncoding(
            pattern: o200k, numbered(tokens.map { "<|\($0)|>" }, from: 200000), bos: "<|begin_of_text|>",
            eos: ["<|end_of_text|>", "<|eom|>", "<|eot|>"])
    }

    private static func reserved(_ range: Range<Int>, _ kind: String = "") -> [String] {
        range.map { "\(kind)reserved_special_token_\($0)" }
    }

    private static var glm4: TiktokenEncoding {
        let names =
            ["system", "user", "assistant", "observation"]
            + ["image", "video"].flatMap { ["begin_of_\($0)", "end_of_\($0)"] }
        let tokens = [endOfText, "[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>"] + names.map { "<|\($0)|>" }
        var encoding = TiktokenEncoding(
            pattern: llama, numbered(tokens, from: 151329), eos: [endOfText, "<|user|>", "<|observation|>"])
        encoding.prefixTokens = ["[gMASK]", "<sop>"]
        return encoding
    }

    private static var harmony: TiktokenEncoding {
        let names = [
            199998: "startoftext", 199999: "endoftext", 200002: "return", 200003: "constrain", 200005: "channel",
            200006: "start", 200007: "end", 200008: "message", 200012: "call", 200018: "endofprompt",
        ]
        return TiktokenEncoding(
            pattern: o200k,
            (199998..<201088).flatMap { id in
                // The base encoding's token has two names.
                (id == 200018 ? [id] : []).map { ("<|reserved_\($0)|>", Int32($0)) }
                    + [("<|\(names[id] ?? "reserved_\(id)")|>", Int32(id))]
            }, bos: nil, eos: ["<|return|>", "<|call|>", endOfText])
    }

    /// Whisper's vocabulary of `numTokens` ranks, followed by its special tokens and timestamps.
    static func whisper(numTokens: Int, _ numLanguages: Int) -> TiktokenEncoding {
        let tokens =
            [endOfText, "<|startoftranscript|>"] + languages.prefix(numLanguages).map { "<|\($0)|>" }
            + ["translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"].map { "<|\($0)|>" }
            + (0...1500).map { step in
                let hundredths = step * 2
                return "<|\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)|>"
            }
        return TiktokenEncoding(pattern: gpt2, numbered(tokens, from: numTokens), eos: [endOfText])
    }

    /// Whisper's languages in the order of their tokens.
    private static let languages = """
        en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi \
        ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd \
        gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su yue
        """.split(separator: " ")
}

// MARK: - Patterns

extension TiktokenEncoding {
    private static let gpt2 = #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    private static let spaces = #"\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let llama =
        contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + spaces
    private static let qwen =
        contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + spaces
    /// As tiktoken has it now: unlike in the first version white space at the very end stays in one piece.
    private static let cl100k =
        #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]"#
        + #"|\s+(?!\S)|\s"#
    private static let o200k = words() + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|"# + spaces
    private static let kimi =
        #"[\p{Han}]+|"# + words(except: #"&&[^\p{Han}]"#) + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + spaces

    private static func words(except: String = "") -> String {
        let (upper, lower) = (
            #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"# + except + "]", #"[\p{Ll}\p{Lm}\p{Lo}\p{M}"# + except + "]"
        )
        let lead = #"[^\r\n\p{L}\p{N}]?"#
        return "\(lead)\(upper)*\(lower)+\(contractions)?|\(lead)\(upper)+\(lower)*\(contractions)?"
    }
}
