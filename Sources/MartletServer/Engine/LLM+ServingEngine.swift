public import Martlet
import MartletChat
public import MartletEngine
import MartletJSON
import MartletTokenizers

extension LLM: ServingEngine {
    /// What `/v1/models` tells of this model.
    public var servedModel: ServedModel {
        ServedModel(
            name: info.name, root: info.origin, maxModelLen: info.maxModelLen, blockSize: info.memory.blockSize,
            numBlocks: info.memory.numBlocks, kvCacheDType: info.kvCacheDType)
    }

    /// What the engine is doing now.
    public var load: EngineStatistics { statistics }

    /// The bytes a token adds to decoded text.
    public func bytes(ofToken tokenID: Int32) -> [UInt8] { tokenizer.tokenBytes(tokenID) }

    /// The token as tokenizer.json spells it; empty for an id without token.
    public func vocabularyEntry(_ tokenID: Int32) -> String { tokenizer.tokenString(tokenID) ?? "" }

    /// The prompt of a conversation; a continued message stays open at its end.
    public func renderChat(_ chat: ChatPrompt) throws(LLMError) -> String {
        guard chat.continueFinalMessage else { return try renderChat(chat.renderRequest(chat.messages)) }
        guard let continued = ContinuedMessage(chat.messages) else {
            throw .invalidRequest(
                param: "continue_final_message", message: "the last message has no text that could be continued")
        }
        guard let prompt = continued.cut(try renderChat(chat.renderRequest(continued.messages))) else {
            throw .invalidRequest(
                param: "continue_final_message", message: "the model's chat template does not show the last message")
        }
        return prompt
    }

    /// Starts the outputs of one prompt.
    public func events(
        for request: GenerationRequest
    ) async throws(LLMError) -> any AsyncSequence<GenerationEvent, LLMError> & Sendable {
        try await generate(request)
    }
}

extension ChatPrompt {
    fileprivate func renderRequest(_ messages: [JSONValue]) -> ChatRenderRequest {
        ChatRenderRequest(
            messages: messages, documents: documents.isEmpty ? nil : documents,
            addGenerationPrompt: addGenerationPrompt, variables: templateVariables, now: .now())
    }
}
