extension ToolCallFormat {
    private static let deepSeekMarkers = [
        "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>", "<｜tool▁sep｜>",
    ]
    private static let deepSeekRepetition = CallPattern.Repetition(
        start: "<｜tool▁call▁begin｜>", end: "<｜tool▁calls▁end｜>")

    /// DeepSeek V3 and R1: a section of `function<｜tool▁sep｜>NAME` with the arguments in a fenced JSON block.
    static let deepSeekV3 = ToolCallFormat("deepseek_v3", markers: deepSeekMarkers) { _ in
        let steps: [CallPattern.Step] = [
            .space, .literal("<｜tool▁call▁begin｜>"), .name(until: ["<｜tool▁sep｜>"]), .literal("<｜tool▁sep｜>"),
            .name(until: ["\n"]), .space, .literal("```json"), .space, .optionalObject, .space, .literal("```"),
            .space, .literal("<｜tool▁call▁end｜>"),
        ]
        let pattern = CallPattern(steps: steps, repetition: deepSeekRepetition) {
            JSONCalls().verbatim(name: $0.names[1], arguments: $0.json)
        }
        return PatternSyntax(["<｜tool▁calls▁begin｜>": [pattern]])
    }

    /// DeepSeek V3.1: a section of `NAME<｜tool▁sep｜>{…}`.
    static let deepSeekV31 = ToolCallFormat("deepseek_v31", markers: deepSeekMarkers) { _ in
        let steps: [CallPattern.Step] = [
            .space, .literal("<｜tool▁call▁begin｜>"), .name(until: ["<｜tool▁sep｜>"]), .literal("<｜tool▁sep｜>"),
            .space, .optionalObject, .space, .literal("<｜tool▁call▁end｜>"),
        ]
        let pattern = CallPattern(steps: steps, repetition: deepSeekRepetition) {
            JSONCalls().verbatim(name: $0.names[0], arguments: $0.json)
        }
        return PatternSyntax(["<｜tool▁calls▁begin｜>": [pattern]])
    }
}
