internal import MartletJSON
internal import MartletModelIR

extension Checkpoint {
    /// The checkpoint in a GGUF file with Whisper's tensors under Hugging Face's or OpenAI's names.
    ///
    /// No converter for such files is the usual one. candle's have no metadata and a config.json beside them; others
    /// have the `whisper.*` keys of GGUF's specification. Both are read, and the tokenizer is in the file or beside it.
    /// **Source** candle `tensor-tools`, ggml docs/gguf.md, section Whisper.
    init(whisper model: GGUFModel, configOverrides: JSONObject) throws(CheckpointError) {
        let path = model.main.file.path
        let folder = try Folder(path: Folder.parent(of: path))
        let generationConfig = try folder.object(in: "generation_config.json")
        let entries = try Self.whisperTensors(model)
        let beside = try folder.object(in: "config.json")
        let stored: JSONObject
        if let beside { stored = beside } else { stored = try WhisperGGUFConfig(model, entries).json() }
        func layers(_ key: String) throws(CheckpointError) -> Int {
            guard let count = stored[key]?.intValue, (1...1024).contains(count) else {
                throw .malformed(file: path, message: "\(key) must be 1 to 1024")
            }
            return count
        }
        let tensors = try WhisperTensors(
            entries, path: path,
            required: WhisperNames.all(
                encoderLayers: try layers("encoder_layers"), decoderLayers: try layers("decoder_layers")))
        let json = Self.settlingTies(
            Self.addingAlignmentHeads(of: generationConfig, to: stored, overriddenBy: configOverrides),
            names: tensors.names, isPart: false)
        config = ModelConfig(json: json, origin: path)
        weights = tensors
        self.generationConfig = generationConfig
        preprocessorConfig = try folder.object(in: "preprocessor_config.json")
        if model.main["tokenizer.ggml.model"] == nil {
            tokenizer = .huggingFace(directory: folder.path)
        } else {
            tokenizer = .gguf(try GGUFVocabularyMetadata(model.main))
        }
        chatTemplates = [:]
        formats = tensors.formats
        parameterCount = tensors.parameterCount
        mappings = tensors.files
    }

    private static func whisperTensors(_ model: GGUFModel) throws(CheckpointError) -> [WhisperTensors.Entry] {
        var entries: [WhisperTensors.Entry] = []
        for gguf in model.parts {
            for tensor in gguf.tensors {
                guard let format = tensor.format, let range = tensor.range else {
                    throw GGUFWeights.unsupportedType(tensor, gguf)
                }
                guard let name = WhisperNames.huggingFace(tensor.name) else {
                    throw .unsupported(
                        file: gguf.file.path,
                        message: "tensor \"\(tensor.name)\" has no known part in a Whisper model; names are those of "
                            + "Hugging Face or of OpenAI")
                }
                entries.append(
                    WhisperTensors.Entry(
                        name: name, format: format, shape: tensor.shape, file: gguf.file, range: range))
            }
        }
        return entries
    }
}

extension GGUFModel {
    /// Whether the file holds a Whisper model: it says so, or says nothing and has its first convolution.
    var isWhisper: Bool {
        guard let architecture = main["general.architecture"] else {
            return tensors.keys.contains { WhisperNames.huggingFace($0) == "model.encoder.conv1.weight" }
        }
        return architecture.stringValue == "whisper"
    }
}

extension Folder {
    /// The folder a file lies in.
    static func parent(of path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        return folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
    }
}
