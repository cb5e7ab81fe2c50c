internal import MartletModelIR

/// Dense Qwen3.5, the text model: Qwen3-Next with separate projections and dense MLPs.
///
/// **Source** transformers `modeling_qwen3_5.py`.
struct Qwen3_5: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["Qwen3_5ForCausalLM", "Qwen3_5ForConditionalGeneration"]

    private let decoder: Qwen3NextDecoder

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        decoder = try Qwen3NextDecoder(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 248_320, hiddenSize: 4096, intermediateSize: 12_288, numHiddenLayers: 32,
                numAttentionHeads: 16, numKeyValueHeads: 4, headDim: 256, maxPositionEmbeddings: 32_768,
                rope: RopeDefaults(partialRotaryFactor: 0.25), rotatesPartOfHeads: true))
    }

    /// Rows of the embedding table.
    var vocabSize: Int { decoder.shape.vocabSize }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { decoder.shape.maxPositionEmbeddings }

    /// A state or a cache per layer.
    var kvCacheSpecs: [KVCacheSpec] { decoder.kvCacheSpecs }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let shape = decoder.shape
        return decoder.record(into: &recorder, WeightScope("model"), inputs: decoder.separateInputs) {
            recorder, x, scope, _ in
            recorder.gatedMLP(x, scope, shape)
        }
    }
}

/// The text model of Qwen3.5-MoE.
///
/// **Source** transformers `modeling_qwen3_5_moe.py`.
struct Qwen3_5Moe: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["Qwen3_5MoeForCausalLM", "Qwen3_5MoeForConditionalGeneration"]

    private let decoder: Qwen3NextDecoder
    private let experts: SharedExpertLayer

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        decoder = try Qwen3NextDecoder(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 248_320, hiddenSize: 2048, intermediateSize: 512, numHiddenLayers: 40,
                numAttentionHeads: 16, numKeyValueHeads: 2, headDim: 256, maxPositionEmbeddings: 32_768,
                rope: RopeDefaults(partialRotaryFactor: 0.25), rotatesPartOfHeads: true))
        experts = try SharedExpertLayer(
            config: config, layers: decoder.shape.numHiddenLayers, count: 256, topK: 8, renormalizes: true)
        // Renormalised whatever a configuration says.
        config.readWithoutEffect("router_aux_loss_coef", "norm_topk_prob")
    }

    /// Rows of the embedding table.
    var vocabSize: Int { decoder.shape.vocabSize }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { decoder.shape.maxPositionEmbeddings }

    /// A state or a cache per layer.
    var kvCacheSpecs: [KVCacheSpec] { decoder.kvCacheSpecs }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        decoder.record(into: &recorder, WeightScope("model"), inputs: decoder.separateInputs) { recorder, x, scope, _ in
            experts.record(into: &recorder, x, scope, decoder.shape)
        }
    }
}
