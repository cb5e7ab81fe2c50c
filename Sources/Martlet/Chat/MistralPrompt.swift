import MartletChat
import MartletJSON
import MartletTokenizers

/// How requests of a Mistral model without chat template become prompts.
///
/// **Source** mistral_common `MistralTokenizer.encode_chat_completion`.
struct MistralPrompt: Sendable {
    let version: MistralVersion
    /// `model_settings_builder` of tekken.json.
    var modelSettings: JSONValue?

    /// What a tekken.json says; nil for a version without a chat format.
    init?(_ file: TekkenFile) {
        guard let version = MistralVersion(file.version) else { return nil }
        self.version = version
        modelSettings = file.modelSettingsBuilder
    }

    /// What the name of a SentencePiece file says, such as `tokenizer.model.v3` or `mistral_instruct_tokenizer.model.v7m1`.
    init?(fileName: String) {
        guard let version = Self.version(of: fileName) else { return nil }
        self.version = version
    }

    /// The version in the name of a SentencePiece file; a second number is that of what it knows of images.
    static func version(of fileName: String) -> MistralVersion? {
        let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 2, parts[parts.count - 2] == "model" else { return nil }
        return MistralVersion(String(parts[parts.count - 1].prefix { $0 != "m" }))
    }

    /// The prompt's token ids.
    ///
    /// **Throws** `invalidRequest` naming the message at fault.
    func tokenIDs(for request: ChatRenderRequest, tokenizer: Tokenizer) throws(LLMError) -> [Int32] {
        let chat = MistralChatRequest(
            messages: request.messages, tools: request.tools, continueFinalMessage: request.continueFinalMessage != nil,
            reasoningEffort: request.variables["reasoning_effort"]?.stringValue)
        let segments: [PromptSegment]
        do { segments = try chat.segments(version: version, modelSettings: modelSettings) } catch {
            throw .invalidRequest(param: error.field, message: error.reason)
        }
        var ids: [Int32] = []
        for segment in segments {
            switch segment {
            case .control(let name):
                guard let id = tokenizer.id(of: name) else {
                    throw .invalidRequest(
                        param: "messages", message: "the model's vocabulary has no \(name), which this request needs")
                }
                ids.append(id)
            case .text(let text): ids += tokenizer.encode(text, addSpecialTokens: false, parseSpecial: false)
            }
        }
        return ids
    }
}
