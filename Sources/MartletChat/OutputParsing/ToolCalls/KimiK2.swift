extension ToolCallFormat {
    /// Kimi K2: a section of calls headed by ids such as `functions.get_weather:0`, from which the name is taken.
    static let kimiK2 = ToolCallFormat(
        "kimi_k2",
        markers: [
            "<|tool_calls_section_begin|>", "<|tool_calls_section_end|>", "<|tool_call_begin|>",
            "<|tool_call_argument_begin|>", "<|tool_call_end|>",
        ]
    ) { tools in
        let steps: [CallPattern.Step] = [
            .space, .literal("<|tool_call_begin|>"), .space, .name(until: ["<|tool_call_argument_begin|>"]),
            .literal("<|tool_call_argument_begin|>"), .space, .optionalObject, .space, .looseEnd("<|tool_call_end|>"),
        ]
        let repetition = CallPattern.Repetition(start: "<|tool_call_begin|>", end: "<|tool_calls_section_end|>")
        let pattern = CallPattern(steps: steps, repetition: repetition) { captures in
            kimiID(captures.names[0]).flatMap {
                JSONCalls(tools: tools).verbatim(name: $0.name, arguments: captures.json, id: $0.id)
            }
        }
        return PatternSyntax(["<|tool_calls_section_begin|>": [pattern]])
    }

    /// The id that ends with a colon and digits, and the function's name in it.
    private static func kimiID(_ header: String) -> (id: String, name: String)? {
        let digits = header.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
        guard digits > 0, header.utf8.dropLast(digits).last == UInt8(ascii: ":") else { return nil }
        var name = header.utf8.prefix { $0 != UInt8(ascii: ":") }
        if name.starts(with: "functions.".utf8) { name = name.dropFirst("functions.".utf8.count) }
        return (header, String(decoding: name, as: UTF8.self))
    }
}
