import Martlet

extension GenerationRequest {
    /// Keeps the last `limit` tokens of the prompt; -1 keeps as many as the model takes.
    mutating func truncate(to limit: Int?, engine: any ServedEngine, promptParam: String) throws(APIError) {
        guard let limit else { return }
        guard limit != 0 else {
            throw .badRequest(
                "`truncate_prompt_tokens` must be -1 or at least 1", param: "truncate_prompt_tokens",
                code: "invalid_value")
        }
        let ids: [Int32]
        switch prompt {
        case .tokenIDs(let tokenIDs): ids = tokenIDs
        case .text(let text):
            do throws(LLMError) {
                ids = try engine.encode(text, addSpecialTokens: addSpecialTokens)
            } catch {
                throw APIError(error, promptParam: promptParam)
            }
        }
        // One token must be left for the answer.
        let keep = limit == -1 ? max(1, engine.servedModel.maxModelLen - (sampling.maxTokens ?? 1)) : limit
        prompt = .tokenIDs(Array(ids.suffix(keep)))
    }
}
