public import MartletTokenizers
import MartletWeights

extension LLM {
    /// The tokenizer alone of what a configuration names: a folder, a tokenizer file, a `.gguf` file, a hub model or
    /// the built-in model. The model itself may be of a kind that this engine does not run.
    ///
    /// **Throws** `modelNotFound`, `cannotLoad` or `unsupported`, naming the file.
    public static func loadTokenizer(
        _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> Tokenizer {
        let encodesChats = configuration.tokenizerMode == .mistral
        if let path = configuration.tokenizer {
            return try await BlockingWork.run { () throws(LLMError) in
                try TokenizerLoading.load(path: path, encodesChats: encodesChats).tokenizer
            }
        }
        guard configuration.model != nil else {
            let checkpoint = try OpenedModel.demoCheckpoint()
            return try TokenizerLoading.load(checkpoint.tokenizer, replacement: nil).tokenizer
        }
        let path = try await ModelLocator(configuration).path(progress: progress)
        return try await BlockingWork.run { () throws(LLMError) in
            try TokenizerLoading.load(path: path, encodesChats: encodesChats).tokenizer
        }
    }
}
