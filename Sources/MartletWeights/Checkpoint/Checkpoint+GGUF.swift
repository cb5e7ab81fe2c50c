internal import MartletJSON
internal import MartletModelIR

extension Checkpoint {
    /// The checkpoint in the parts of one GGUF model.
    static func open(parts: [GGUF], configOverrides: JSONObject) throws(CheckpointError) -> Checkpoint {
        let model = GGUFModel(parts: parts)
        if model.isWhisper { return try Checkpoint(whisper: model, configOverrides: configOverrides) }
        return try Checkpoint(model, configOverrides: configOverrides)
    }

    /// The checkpoint of a language model; the metadata are those of the first part.
    private init(_ model: GGUFModel, configOverrides: JSONObject) throws(CheckpointError) {
        let architecture = try GGUFArchitecture(model)
        let vocabulary = try GGUFVocabularyMetadata(model.main)
        let json = try GGUFConfig.json(architecture, model, vocabulary: vocabulary)
        let weights = try GGUFWeights(model, architecture, config: json)
        config = ModelConfig(json: ModelConfig.json(json, overriddenBy: configOverrides), origin: model.main.file.path)
        self.weights = weights
        generationConfig = nil
        tokenizer = .gguf(vocabulary)
        chatTemplates = try model.reader.chatTemplates()
        let tensors = model.parts.flatMap(\.tensors).filter { !GGUFTensorNames.configuration.contains($0.name) }
        formats = FormatSummary.summarize(
            tensors.map { (($0.format.map { "\($0)".uppercased() } ?? $0.typeName), $0.range?.count ?? 0) })
        parameterCount = tensors.reduce(0) { $0 + $1.elementCount }
        mappings = weights.files
    }
}
