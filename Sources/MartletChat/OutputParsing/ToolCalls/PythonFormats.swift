extension ToolCallFormat {
    /// A list of Python calls and nothing else: Llama 3.2, ToolACE, Gemma 3.
    static let pythonic = ToolCallFormat("pythonic", markers: []) { _ in PythonicSyntax() }

    /// The same with Llama 4's markers.
    static let llama4Pythonic = ToolCallFormat(
        "llama4_pythonic", markers: ["<|python_start|>", "<|python_end|>"]
    ) { _ in PythonicSyntax(opener: "<|python_start|>", closer: "<|python_end|>") }

    /// LFM2: a list of Python calls between markers.
    ///
    /// **Source** vLLM `tool_parsers/lfm2_tool_parser.py`.
    static let lfm2 = ToolCallFormat(
        "lfm2", markers: ["<|tool_call_start|>", "<|tool_call_end|>"], contentTrimming: .whitespace
    ) { _ in
        FramedCallSyntax(opener: "<|tool_call_start|>", closer: "<|tool_call_end|>") { PythonCalls.lists($0) }
    }

    /// OLMo 3: Python calls line by line.
    ///
    /// **Source** vLLM `tool_parsers/olmo3_tool_parser.py`.
    static let olmo3 = ToolCallFormat(
        "olmo3", markers: ["<function_calls>", "</function_calls>"], contentTrimming: .whitespace
    ) { _ in
        FramedCallSyntax(opener: "<function_calls>", closer: "</function_calls>") { PythonCalls.lines($0) }
    }
}
