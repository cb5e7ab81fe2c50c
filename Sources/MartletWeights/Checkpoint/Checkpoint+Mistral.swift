internal import MartletJSON
internal import MartletModelIR

extension Checkpoint {
    /// The checkpoint in a folder that has params.json and consolidated*.safetensors, as Mistral writes them.
    ///
    /// - Parameter configOverrides: Members that replace those under the names of config.json.
    init(mistral folder: Folder, configOverrides: JSONObject) throws(CheckpointError) {
        let origin = folder.path(of: "params.json")
        guard let params = try folder.object(in: "params.json") else {
            throw .notFound(path: origin, message: "no such file")
        }
        let json = ModelConfig.json(
            try MistralParams(params, origin: origin).config(), overriddenBy: configOverrides)
        let (files, index) = try Self.consolidatedFiles(folder)
        let quantization = try QuantizationConfig.find(in: json, origin: origin)
        let weights = try SafetensorsWeights(folder: folder, files: files, index: index, quantization: quantization)
        let renaming = MistralNames.renaming(weights.names)
        guard !renaming.isEmpty else {
            throw .unsupported(
                file: folder.path(of: files[0]), message: "has no weights of a language model; looked for layers.N.*")
        }
        config = ModelConfig(
            json: Self.settlingTies(json, names: renaming.map(\.plain), isPart: false), origin: origin)
        quantization?.note(in: config)
        self.weights = RenamedWeights(weights, renaming)
        generationConfig = try folder.object(in: "generation_config.json")
        tokenizer = .huggingFace(directory: folder.path)
        chatTemplates = try folder.chatTemplates()
        let stored = Set(renaming.map(\.stored))
        let entries = weights.entries.filter { stored.contains($0.name) }
        formats = FormatSummary.summarize(entries.map { ($0.dtype.name, $0.range.count) })
        parameterCount = weights.parameterCount(of: renaming.map(\.stored))
        mappings = weights.files
    }

    /// The index's shards, else consolidated.safetensors, else all consolidated*.safetensors.
    private static func consolidatedFiles(_ folder: Folder) throws(CheckpointError) -> ([String], SafetensorsIndex?) {
        let indexName = "consolidated.safetensors.index.json"
        if folder.contains(indexName) {
            let index = try SafetensorsIndex(folder: folder, name: indexName)
            guard !index.shards.isEmpty else {
                throw .malformed(file: folder.path(of: indexName), message: "weight_map names no weights")
            }
            return (index.shards, index)
        }
        if folder.contains("consolidated.safetensors") { return (["consolidated.safetensors"], nil) }
        let files = folder.names.filter { $0.hasPrefix("consolidated") && $0.hasSuffix(".safetensors") }
        guard !files.isEmpty else {
            throw .notFound(
                path: folder.path, message: "no weights; looked for \(indexName) and consolidated*.safetensors")
        }
        return (files, nil)
    }
}
