internal import MartletJSON
internal import MartletModelIR

extension Checkpoint {
    /// The checkpoint in a model file of whisper.cpp; configuration and generation settings follow from its header.
    init(whisper file: WhisperGGML, configOverrides: JSONObject) throws(CheckpointError) {
        let parameters = file.hyperparameters
        let path = file.file.path
        let tensors = try WhisperTensors(
            file.tensors, path: path,
            required: WhisperNames.all(encoderLayers: parameters.audioLayer, decoderLayers: parameters.textLayer))
        config = ModelConfig(json: ModelConfig.json(file.config, overriddenBy: configOverrides), origin: path)
        weights = tensors
        generationConfig = file.generationConfig
        tokenizer = .whisper(file.vocabulary)
        chatTemplates = [:]
        formats = tensors.formats
        parameterCount = tensors.parameterCount
        mappings = [file.file]
    }
}

extension WhisperVocabularyFile {
    /// The fewest rows of a model of several languages.
    private static let multilingualSize = 51_865

    /// Whether the model knows more than English.
    ///
    /// **Source** whisper.cpp `whisper_vocab`.
    public var isMultilingual: Bool { vocabSize >= Self.multilingualSize }

    /// Tokens before the special ones.
    var numRanks: Int { isMultilingual ? 50_257 : 50_256 }

    /// The ids of special tokens that configurations name, or nothing where the embedding table is too small for them.
    func specialTokenIDs() -> JSONObject {
        var ids = JSONObject()
        let numLanguages = vocabSize - 51_765 - (isMultilingual ? 1 : 0)
        guard numLanguages >= 0 else { return ids }
        ids["eos_token_id"] = .integer(Int64(numRanks))
        ids["decoder_start_token_id"] = .integer(Int64(numRanks + 1))
        ids["no_timestamps_token_id"] = .integer(Int64(numRanks + 1 + numLanguages + 6))
        return ids
    }
}

extension WhisperGGML {
    private var isMultilingual: Bool { vocabulary.isMultilingual }

    /// What config.json would say.
    fileprivate var config: JSONObject {
        var json = JSONObject()
        json["architectures"] = ["WhisperForConditionalGeneration"]
        json["model_type"] = "whisper"
        let numbers = [
            ("vocab_size", hyperparameters.vocab), ("num_mel_bins", hyperparameters.mels),
            ("d_model", hyperparameters.audioState), ("encoder_layers", hyperparameters.audioLayer),
            ("encoder_attention_heads", hyperparameters.audioHead),
            ("encoder_ffn_dim", 4 * hyperparameters.audioState), ("decoder_layers", hyperparameters.textLayer),
            ("decoder_attention_heads", hyperparameters.textHead),
            ("decoder_ffn_dim", 4 * hyperparameters.textState), ("max_source_positions", hyperparameters.audioCtx),
            ("max_target_positions", hyperparameters.textCtx),
        ]
        for (key, number) in numbers { json[key] = .integer(Int64(number)) }
        json["alignment_heads"] = alignmentHeads
        return json
    }

    /// What generation_config.json would say.
    fileprivate var generationConfig: JSONObject {
        var json = vocabulary.specialTokenIDs()
        json["is_multilingual"] = .bool(isMultilingual)
        json["alignment_heads"] = alignmentHeads
        return json
    }

    /// Those of the published model with this shape, if there is one.
    private var alignmentHeads: JSONValue? {
        WhisperAlignment.heads(
            WhisperAlignment.Shape(
                encoderLayers: hyperparameters.audioLayer, decoderLayers: hyperparameters.textLayer,
                decoderHeads: hyperparameters.textHead, isMultilingual: isMultilingual,
                numMelBins: hyperparameters.mels)
        ).map { heads in .array(heads.map { pair in .array(pair.map { .integer(Int64($0)) }) }) }
    }
}
