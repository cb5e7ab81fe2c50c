extension ToolCallFormat {
    /// Qwen3-Coder and Qwen3.5, `<function=NAME>` and `<parameter=KEY>`.
    ///
    /// **Source** vLLM `parser/qwen3.py`.
    static let qwen3Coder = ToolCallFormat("qwen3_coder", .qwen3)

    /// Seed-OSS: Qwen's with another section tag.
    static let seedOSS = ToolCallFormat(
        "seed_oss", .qwen3.with { ($0.sectionStarts, $0.sectionEnds) = (["<seed:tool_call>"], ["</seed:tool_call>"]) })

    /// MiMo: Qwen's, with values as they stand.
    static let miMo = ToolCallFormat("mimo", .qwen3.with { $0.valueTrimming = .none })

    /// MiniMax-M2, `<invoke name="NAME">` and `<parameter name="KEY">`.
    ///
    /// **Source** vLLM `parser/minimax_m2.py`.
    static let miniMaxM2 = ToolCallFormat(
        "minimax_m2",
        TagSpelling(
            sectionStarts: ["<minimax:tool_call>"], sectionEnds: ["</minimax:tool_call>"],
            callStart: "<invoke name=", callEnd: "</invoke>",
            parameterStart: "<parameter name=", parameterEnd: "</parameter>",
            quotesNames: true, dropsStrayEnds: true, refusesUnknownTools: true))

    /// DeepSeek-V3.2.
    ///
    /// **Source** vLLM `parser/deepseek_v32.py`.
    static let deepSeekV32 = ToolCallFormat("deepseek_v32", .dsml(["function_calls"]), contentTrimming: .none)

    /// DeepSeek-V4.
    ///
    /// **Source** vLLM `parser/deepseek_v4.py`.
    static let deepSeekV4 = ToolCallFormat(
        "deepseek_v4", .dsml(["tool_calls", "toolcalls", "tool"]), contentTrimming: .none)

    /// Step-3.
    ///
    /// **Source** vLLM `tool_parsers/step3_tool_parser.py`.
    static let step3 = ToolCallFormat(
        "step3",
        TagSpelling(
            sectionStarts: ["<｜tool_calls_begin｜>"], sectionEnds: ["<｜tool_calls_end｜>"],
            callStart: "<steptml:invoke name=", callEnd: "</steptml:invoke>",
            parameterStart: "<steptml:parameter name=", parameterEnd: "</steptml:parameter>", quotesNames: true,
            fillers: ["<｜tool_call_begin｜>", "function<｜tool_sep｜>", "<｜tool_call_end｜>"],
            valueTrimming: .whitespace))

    private init(_ name: String, _ spelling: TagSpelling, contentTrimming: OutputSink.Trimming = .whitespace) {
        let sections = spelling.sectionStarts + spelling.sectionEnds
        self.init(name, markers: sections, contentTrimming: contentTrimming) { TagSyntax(spelling, $0) }
    }
}

extension TagSpelling {
    fileprivate static let qwen3 = TagSpelling(
        sectionStarts: ["<tool_call>"], sectionEnds: ["</tool_call>"], callStart: "<function=",
        callEnd: "</function>", parameterStart: "<parameter=", parameterEnd: "</parameter>", valueTrimming: .lineBreak)

    /// DeepSeek's tags, all of which carry its mark.
    fileprivate static func dsml(_ sections: [String]) -> TagSpelling {
        TagSpelling(
            sectionStarts: sections.map { "<｜DSML｜\($0)>" }, sectionEnds: sections.map { "</｜DSML｜\($0)>" },
            callStart: "<｜DSML｜invoke name=", callEnd: "</｜DSML｜invoke>",
            parameterStart: "<｜DSML｜parameter name=", parameterEnd: "</｜DSML｜parameter>",
            quotesNames: true, hasStringAttribute: true)
    }

    /// A variation of this spelling.
    fileprivate func with(_ change: (inout TagSpelling) -> Void) -> TagSpelling {
        var spelling = self
        change(&spelling)
        return spelling
    }
}
