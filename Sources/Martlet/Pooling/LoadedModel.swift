import MartletJSON
import MartletModels
import MartletWeights

/// A model by what it is for.
public enum LoadedModel: Sendable {
    /// It generates text.
    case generation(LLM)
    /// It gives embeddings or scores.
    case pooling(PoolingModel)
    /// It turns speech into text.
    case transcription(TranscriptionModel)

    /// Loads what a configuration names, as what `runner` says or the model's files.
    ///
    /// **Throws** as `LLM.load`.
    public static func load(
        _ configuration: LLMConfiguration, progress: (@Sendable (LoadProgress) -> Void)? = nil
    ) async throws(LLMError) -> LoadedModel {
        let opened = try await OpenedCheckpoint.open(configuration, progress: progress)
        if configuration.runner == .auto, opened.registry.isTranscription(opened.checkpoint.config) {
            return .transcription(try await TranscriptionModel.load(opened, configuration, progress: progress))
        }
        if try opened.isForPooling(configuration) {
            return .pooling(try await PoolingModel.load(opened, configuration, progress: progress))
        }
        return .generation(try await LLM.load(OpenedModel(opened), configuration, progress: progress))
    }
}

extension OpenedCheckpoint {
    /// Whether a configuration wants embeddings or scores of this model.
    ///
    /// **Source** vLLM `ModelConfig._get_runner_type`: files of sentence-transformers make a pooling model of any.
    func isForPooling(_ configuration: LLMConfiguration) throws(LLMError) -> Bool {
        switch configuration.runner {
        case .generate: return false
        case .pooling: break
        case .auto:
            let isConverted = configuration.convert == .embed || configuration.convert == .classify
            let isPoolingOnly = registry.isPoolingOnly(checkpoint.config)
            if isConverted || isPoolingOnly { break }
            guard try hasPoolingFiles() else { return false }
        }
        if configuration.convert == .none, !registry.isPoolingOnly(checkpoint.config) {
            throw .unsupported("\(origin): generates text; --convert none leaves it no pooling model")
        }
        return true
    }

    private func hasPoolingFiles() throws(LLMError) -> Bool {
        guard let folder, let modules = try TokenizerLoading.json("\(folder)/modules.json")?.arrayValue else {
            return false
        }
        return modules.contains { $0["type"]?.stringValue?.hasSuffix(".Pooling") == true }
    }
}
