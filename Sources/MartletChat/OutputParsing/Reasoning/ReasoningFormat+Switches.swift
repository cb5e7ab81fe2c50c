public import MartletJSON

extension ReasoningFormat {
    /// Whether the output is to be divided, given a request's `chat_template_kwargs`: for most models `enable_thinking`
    /// or `thinking` can switch reasoning off, and vLLM then leaves all text in the content.
    public func isEnabled(by chatTemplateKwargs: JSONObject) -> Bool {
        switch name {
        case "qwen3", "mimo", "seed_oss", "nemotron_v3", "granite_thinking_parser":
            return chatTemplateKwargs["enable_thinking"].map(Self.isTrue) ?? true
        case "glm45", "glm47", "kimi_k2", "holo2", "deepseek_v3":
            let switches = [chatTemplateKwargs["thinking"], chatTemplateKwargs["enable_thinking"]].compactMap { $0 }
            let decided = switches.filter { !$0.isNull }
            return decided.isEmpty ? name != "deepseek_v3" : decided.contains(where: Self.isTrue)
        default: return true
        }
    }

    /// Python's truth of a value.
    private static func isTrue(_ value: JSONValue) -> Bool {
        switch value {
        case .null: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .longInteger: true
        case .double(let value): value != 0
        case .string(let value): !value.isEmpty
        case .array(let value): !value.isEmpty
        case .object(let value): !value.isEmpty
        }
    }
}
