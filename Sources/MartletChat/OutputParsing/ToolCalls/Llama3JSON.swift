extension ToolCallFormat {
    /// `{"name": …, "parameters": {…}}` of Llama 3.1 and later, after `<|python_tag|>` or bare, several parted by `;`.
    ///
    /// A bare object counts wherever it stands in the content, as in vLLM, when it has a name and arguments.
    static let llama3JSON = ToolCallFormat("llama3_json", markers: ["<|python_tag|>"]) { _ in
        let calls = JSONCalls(argumentKeys: ["arguments", "parameters"])
        let repetition = CallPattern.Repetition(start: "{", separator: ";")
        let tagged = CallPattern(steps: [.space, .object], repetition: repetition) { calls.call($0.json) }
        var bare = tagged
        (bare.steps, bare.readsOpener) = ([.object], true)
        return PatternSyntax(["<|python_tag|>": [tagged], "{": [bare]])
    }
}
