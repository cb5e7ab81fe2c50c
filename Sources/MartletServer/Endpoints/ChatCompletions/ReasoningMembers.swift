import MartletJSON

extension JSONObject {
    /// vLLM's name for a message's reasoning, and the one of DeepSeek's API that most clients read.
    static let reasoningNames = ["reasoning", "reasoning_content"]

    /// Adds a message's reasoning.
    mutating func setReasoning(_ text: String) {
        for name in Self.reasoningNames { self[name] = .string(text) }
    }
}
