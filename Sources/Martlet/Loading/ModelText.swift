import MartletChat
import MartletJSON
import MartletModelIR
import MartletTokenizers
import MartletWeights

/// A model's text side: tokenizer, chat template and sampling defaults.
struct ModelText: Sendable {
    let tokenizer: Tokenizer?
    /// How chats are encoded where there is no template.
    let mistral: MistralPrompt?
    let samplingDefaults: SamplingDefaults
    /// Where the model's own cannot be used, the model still completes texts.
    let chatTemplates: ModelChatTemplates
    let chatFormats: ChatFormats

    /// Reads everything a configuration asks for.
    ///
    /// **Throws** `cannotLoad` or `unsupported`, naming the file.
    init(_ opened: OpenedModel, _ configuration: LLMConfiguration) throws(LLMError) {
        let loaded =
            configuration.loadsTokenizer
            ? try TokenizerLoading.load(
                opened.checkpoint.tokenizer, for: configuration,
                encodesChats: opened.checkpoint.chatTemplates.isEmpty && configuration.chatTemplate == nil) : nil
        tokenizer = loaded?.tokenizer
        mistral = loaded?.mistral
        samplingDefaults = try SamplingDefaults.load(
            SamplingDefaults.Inputs(opened, configuration, tokenizerEOS: tokenizer?.eosTokenIDs ?? []))
        chatTemplates = try Self.chatTemplates(opened, configuration)
        chatFormats = try ChatFormats(configuration, template: chatTemplates.mostTelling, tokenizer: tokenizer)
    }

    private static func chatTemplates(
        _ opened: OpenedModel, _ configuration: LLMConfiguration
    ) throws(LLMError) -> ModelChatTemplates {
        guard let source = configuration.chatTemplate else {
            // Mistral's own tokenizer encodes chats without one.
            let isMistral = configuration.tokenizerMode == .mistral
            return ModelChatTemplates(named: isMistral ? [:] : opened.checkpoint.chatTemplates)
        }
        do { return ModelChatTemplates(try ChatTemplate(source)) } catch {
            throw .cannotLoad("--chat-template: \(error)")
        }
    }
}

extension SamplingDefaults.Inputs {
    /// The files and flags of a model that is being loaded.
    ///
    /// **Throws** `cannotLoad` when the folder of `--generation-config` has no such file.
    init(_ opened: OpenedModel, _ configuration: LLMConfiguration, tokenizerEOS: [Int32]) throws(LLMError) {
        flag = configuration.generationConfig
        generationConfig = opened.checkpoint.generationConfig
        if flag != "auto" && flag != "vllm" {
            let path = "\(flag)/generation_config.json"
            guard let object = try TokenizerLoading.json(path)?.objectValue else {
                throw .cannotLoad("--generation-config: \(path): no such file, or no JSON object")
            }
            generationConfig = object
        }
        modelConfig = opened.checkpoint.config.json
        override = configuration.overrideGenerationConfig
        // An id the model has no logit for cannot be sampled.
        self.tokenizerEOS = tokenizerEOS.filter { Int($0) < opened.model.vocabSize }
    }
}
