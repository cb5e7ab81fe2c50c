internal import MartletJSON
internal import MartletModelIR

extension Checkpoint {
    /// The checkpoint in a folder that has config.json and safetensors files.
    init(folder: Folder, configOverrides: JSONObject) throws(CheckpointError) {
        guard let stored = try folder.object(in: "config.json") else {
            throw .notFound(path: folder.path(of: "config.json"), message: "no such file")
        }
        let generationConfig = try folder.object(in: "generation_config.json")
        let json = Self.addingAlignmentHeads(of: generationConfig, to: stored, overriddenBy: configOverrides)
        let (files, index) = try Self.weightFiles(folder)
        let origin = folder.path(of: "config.json")
        let quantization = try QuantizationConfig.find(in: json, origin: origin)
        let weights = try SafetensorsWeights(folder: folder, files: files, index: index, quantization: quantization)
        let part = LanguageModelPart(config: json)
        let renaming = part?.names(of: weights.names)
        let names = renaming?.map(\.plain) ?? weights.names
        config = ModelConfig(
            json: Self.settlingTies(part?.config ?? json, names: names, isPart: part != nil),
            origin: origin + (part.map { $0.path.isEmpty ? "" : ": \($0.path)" } ?? ""))
        quantization?.note(in: config)
        self.weights = renaming.map { RenamedWeights(weights, $0) } ?? weights
        self.generationConfig = generationConfig
        preprocessorConfig = try folder.object(in: "preprocessor_config.json")
        tokenizer = .huggingFace(directory: folder.path)
        chatTemplates = try folder.chatTemplates()
        let storedNames = renaming.map { Set($0.map(\.stored)) }
        let entries = weights.entries.filter { storedNames?.contains($0.name) ?? true }
        formats = FormatSummary.summarize(entries.map { ($0.dtype.name, $0.range.count) })
        parameterCount = weights.parameterCount(of: renaming?.map(\.stored) ?? weights.names)
        mappings = weights.files
        mediaTokenIDs = part?.mediaTokenIDs ?? []
    }

    /// The configuration with `tie_word_embeddings` as the weights have it: an `lm_head`, which Whisper calls `proj_out`,
    /// that is there is used, and a multimodal model without one shares the embeddings, whichever of its sections says so.
    ///
    /// **Source** transformers `PreTrainedModel.tie_weights`.
    static func settlingTies(_ json: JSONObject, names: [String], isPart: Bool) -> JSONObject {
        let hasHead = names.contains("lm_head.weight") || names.contains("proj_out.weight")
        guard hasHead || isPart else { return json }
        var json = json
        json["tie_word_embeddings"] = .bool(!hasHead)
        return json
    }

    /// The configuration with the alignment heads of generation_config.json, where Whisper's checkpoints keep them.
    static func addingAlignmentHeads(
        of generationConfig: JSONObject?, to stored: JSONObject, overriddenBy overrides: JSONObject
    ) -> JSONObject {
        var stored = stored
        let key = "alignment_heads"
        if stored["model_type"] == "whisper", stored[key]?.isNull ?? true { stored[key] = generationConfig?[key] }
        return ModelConfig.json(stored, overriddenBy: overrides)
    }

    private static let indexName = "model.safetensors.index.json"

    /// The index's shards, else model.safetensors, else all safetensors files but those of other formats and adapters.
    private static func weightFiles(_ folder: Folder) throws(CheckpointError) -> ([String], SafetensorsIndex?) {
        if folder.contains(indexName) {
            let index = try SafetensorsIndex(folder: folder, name: indexName)
            guard !index.shards.isEmpty else {
                throw .malformed(file: folder.path(of: indexName), message: "weight_map names no weights")
            }
            return (index.shards, index)
        }
        if folder.contains("model.safetensors") { return (["model.safetensors"], nil) }
        let files = folder.names.filter {
            $0.hasSuffix(".safetensors") && !$0.hasPrefix("consolidated") && !$0.hasPrefix("adapter_")
        }
        guard !files.isEmpty else {
            throw .notFound(
                path: folder.path,
                message: "no weights; looked for \(indexName), model.safetensors and *.safetensors "
                    + "(consolidated*.safetensors and adapter_*.safetensors do not count)")
        }
        return (files, nil)
    }
}
