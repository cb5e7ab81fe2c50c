extension ToolCallFormat {
    /// `<|tools_prefix|>[{NAME: {…}}, …]<|tools_suffix|>` of Apertus.
    static let apertus = ToolCallFormat(
        "apertus", markers: ["<|tools_prefix|>", "<|tools_suffix|>"], contentTrimming: .whitespace
    ) { _ in
        let steps: [CallPattern.Step] = [.space, .array, .space, .looseEnd("<|tools_suffix|>")]
        return PatternSyntax(["<|tools_prefix|>": [CallPattern(steps: steps) { apertusCalls($0.json) }]])
    }

    /// The calls of a list of objects with one member each, a function's name with its arguments.
    private static func apertusCalls(_ json: ArraySlice<UInt8>?) -> [FoundCall]? {
        guard let json, case .array(let elements)? = PythonJSON(json), !elements.isEmpty else { return nil }
        let calls = elements.compactMap { element in
            guard case .object(let members) = element, members.count == 1 else { return nil as FoundCall? }
            return JSONCalls().call(
                .object([("name", .string(members[0].key)), ("arguments", members[0].value)]))
        }
        return calls.count == elements.count ? calls : nil
    }
}
