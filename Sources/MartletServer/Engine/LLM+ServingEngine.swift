public import Martlet
import MartletChat
public import MartletEngine
import MartletJSON
import MartletTokenizers

extension LLM: ServingEngine {
    /// What `/v1/models` tells of this model.
    public var servedModel: ServedModel {
        var model = ServedModel(
            name: info.name, root: info.origin, maxModelLen: info.maxModelLen, blockSize: info.memory.blockSize,
            numBlocks: info.memory.numBlocks, kvCacheDType: info.kvCacheDType)
        model.samplingDefaults = samplingDefaults.parameters
        return model
    }

    /// What the engine is doing now.
    public var load: EngineStatistics { statistics }

    /// The bytes a token adds to decoded text.
    public func bytes(ofToken tokenID: Int32) -> [UInt8] { tokenizer.tokenBytes(tokenID) }

    /// The token as tokenizer.json spells it; empty for an id without token.
    public func vocabularyEntry(_ tokenID: Int32) -> String { tokenizer.tokenString(tokenID) ?? "" }

    /// The prompt of a conversation, and how its answers are read.
    public func prepare(_ chat: ChatPrompt) throws(LLMError) -> PreparedChat {
        var template: ChatTemplate?
        if let source = chat.chatTemplate {
            do { template = try ChatTemplate(source) } catch {
                throw .invalidRequest(param: "chat_template", message: error.description)
            }
        }
        return try prepareChat(
            chat.renderRequest, template: template, toolChoice: chat.toolChoice,
            allowsParallelToolCalls: chat.allowsParallelToolCalls)
    }

    /// Starts the outputs of one prompt.
    public func events(
        for request: GenerationRequest
    ) async throws(LLMError) -> any AsyncSequence<GenerationEvent, LLMError> & Sendable {
        try await generate(request)
    }
}

extension ChatPrompt {
    fileprivate var renderRequest: ChatRenderRequest {
        ChatRenderRequest(
            messages: messages, tools: tools.isEmpty ? nil : tools, documents: documents.isEmpty ? nil : documents,
            addGenerationPrompt: addGenerationPrompt, continueFinalMessage: continueFinalMessage ? "content" : nil,
            variables: templateVariables, now: .now())
    }
}
