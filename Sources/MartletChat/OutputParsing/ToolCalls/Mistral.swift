extension ToolCallFormat {
    /// Mistral: `[TOOL_CALLS][{"name": …, "arguments": {…}}, …]` up to its tokenizer's version 7, from version 11
    /// `[TOOL_CALLS]NAME[ARGS]{…}`, repeated, with `[CALL_ID]ID` after the name in between.
    static let mistral = ToolCallFormat(
        "mistral", markers: ["[TOOL_CALLS]", "[ARGS]", "[CALL_ID]"], contentTrimming: .whitespace, idStyle: .mistral
    ) { tools in
        // vLLM strips the content before calls of the newer spelling only.
        let calls = JSONCalls(argumentsMayBeMissing: true, trimming: OutputSink.Trimming.none)
        let again = CallPattern.Step.anyNumber(of: "[TOOL_CALLS]")
        let list = CallPattern(firstBytes: Array("[".utf8), steps: [again, .space, .array]) { calls.list($0.json) }
        let single = CallPattern(firstBytes: Array("{".utf8), steps: [.object]) { calls.call($0.json) }
        let named = CallPattern(steps: [
            .name(until: ["[ARGS]", "[CALL_ID]", "{"]), .anyNumber(of: "[CALL_ID]"), .name(until: ["[ARGS]", "{"]),
            .anyNumber(of: "[ARGS]"), .space, .object,
        ]) { captures in
            let id = captures.names[1]
            return JSONCalls(tools: tools).verbatim(
                name: captures.names[0], arguments: captures.json, id: id.isEmpty ? nil : id)
        }
        return PatternSyntax(["[TOOL_CALLS]": [list, single, named]])
    }
}
