internal import MartletJSON
internal import MartletModelIR

extension Checkpoint {
    /// The checkpoint in the parts of one GGUF model; the metadata are those of the first.
    init(parts: [GGUF], configOverrides: JSONObject) throws(CheckpointError) {
        let gguf = parts[0]
        let architecture = try GGUFArchitecture(gguf)
        let vocabulary = try GGUFVocabularyMetadata(gguf)
        let json = try GGUFConfig.json(architecture, parts: parts, vocabulary: vocabulary)
        let weights = try GGUFWeights(parts: parts)
        config = ModelConfig(json: ModelConfig.json(json, overriddenBy: configOverrides), origin: gguf.file.path)
        self.weights = weights
        generationConfig = nil
        tokenizer = .gguf(vocabulary)
        chatTemplates = try GGUFMetadataReader(gguf).chatTemplates()
        let tensors = parts.flatMap(\.tensors).filter { $0.name != GGUFTensorName.rotaryFactors }
        formats = FormatSummary.summarize(
            tensors.map { (($0.format.map { "\($0)".uppercased() } ?? $0.typeName), $0.range?.count ?? 0) })
        parameterCount = tensors.reduce(0) { $0 + $1.elementCount }
        mappings = weights.files
    }
}
