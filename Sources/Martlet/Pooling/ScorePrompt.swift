/// How two texts are put before a model that scores them.
enum ScorePrompt: Sendable, Hashable {
    /// As the tokenizer puts pairs together.
    case pair
    /// One after the other, as models made from text models without a format of their own get them.
    case concatenated
    /// The question Qwen3-Reranker was trained to answer with yes or no.
    case qwen3

    /// The instruction Qwen3-Reranker's authors use where there is none.
    private static let defaultInstruction =
        "Given a web search query, retrieve relevant passages that answer the query"

    func input(_ query: String, _ document: String, instruction: String?) -> PoolingInput {
        switch self {
        case .pair: return .pair(query, document)
        case .concatenated: return .text(query + document)
        case .qwen3:
            let question =
                "<Instruct>: \(instruction ?? Self.defaultInstruction)\n<Query>: \(query)\n<Document>: \(document)"
            return .text(
                "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the "
                    + "Instruct provided. Note that the answer can only be \"yes\" or \"no\".<|im_end|>\n"
                    + "<|im_start|>user\n\(question)<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n")
        }
    }
}
