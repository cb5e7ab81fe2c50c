internal import MartletModelIR

/// Falcon with rotary embeddings: fused query, key and value rows by key head, in three arrangements of norms.
///
/// **Source** transformers `modeling_falcon.py`.
struct Falcon: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["FalconForCausalLM", refinedWeb]

    /// The name of Falcon's first files, whose keys are other ones; of their two model types the larger is the new
    /// decoder architecture.
    private static let refinedWeb = "RWForCausalLM"

    /// Where the MLP's input comes from.
    private enum Arrangement: Hashable, Sendable {
        /// The norm that attention has.
        case sharedNorm
        /// A norm of its own over the same input.
        case twoNorms
        /// A norm after attention was added.
        case sequential
    }

    private let shape: DecoderShape
    private let arrangement: Arrangement
    private let bias: Bool
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        guard try !config.bool("alibi", default: false) else {
            throw config.error("alibi", "expected false: position biases are not supported, rotary embeddings are")
        }
        let isRefinedWeb = config.architecture == Self.refinedWeb
        let isLarge = try config.string("model_type", default: "falcon") == "RefinedWeb"
        let isNew = try config.bool("new_decoder_architecture", default: isRefinedWeb && isLarge)
        let isMultiQuery = try config.bool("multi_query", default: true)
        let config = config.spelling(isRefinedWeb ? Self.refinedWebSpellings : Self.spellings)
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 65_024, hiddenSize: 4544, intermediateSize: 4 * config.size("hidden_size", default: 4544),
                numHiddenLayers: 32, numAttentionHeads: 71, activation: ("activation", "gelu"),
                normEps: ("layer_norm_epsilon", 1e-5), tieWordEmbeddings: true, maxPositionEmbeddings: 2048))
        self.shape = shape
        try shape.refuseOtherHeadDim(config)
        bias = try config.bool("bias", default: false)
        arrangement = try Self.arrangement(config, isNew: isNew)
        let heads = shape.numAttentionHeads
        guard isNew || isMultiQuery || shape.numKeyValueHeads == heads else {
            throw config.error("num_kv_heads", "expected \(heads) without multi_query, found \(shape.numKeyValueHeads)")
        }
        // multi_query means one key head, whatever num_kv_heads says; the new architecture goes by num_kv_heads.
        let keyHeads = isNew ? shape.numKeyValueHeads : isMultiQuery ? 1 : heads
        layers = (0..<shape.numHiddenLayers).map {
            AttentionSpec(layer: $0, numHeads: heads, numKVHeads: keyHeads, headDim: shape.headDim)
        }
    }

    private static let spellings = ["intermediate_size": "ffn_hidden_size", "num_key_value_heads": "num_kv_heads"]
    private static let refinedWebSpellings = [
        "intermediate_size": "ffn_hidden_size", "num_key_value_heads": "n_head_kv", "num_hidden_layers": "n_layer",
        "num_attention_heads": "n_head",
    ]

    private static func arrangement(_ config: ModelConfig, isNew: Bool) throws(ModelError) -> Arrangement {
        let isParallel = try config.bool("parallel_attn", default: true)
        let numNorms = try config.int("num_ln_in_parallel_attn", default: isNew ? 2 : 1)
        if isNew && !isParallel {
            throw config.error("parallel_attn", "expected true beside new_decoder_architecture")
        }
        guard isParallel else { return .sequential }
        guard numNorms == 1 || isNew && numNorms == 2 else {
            throw config.error(
                "num_ln_in_parallel_attn", "expected 1, or 2 beside new_decoder_architecture, found \(numNorms)")
        }
        return numNorms == 2 ? .twoNorms : .sharedNorm
    }

    /// Rows of the embedding table.
    var vocabSize: Int { shape.vocabSize }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { shape.maxPositionEmbeddings }

    /// One full cache per layer.
    var kvCacheSpecs: [KVCacheSpec] { layers.map(\.kvCacheSpec) }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("transformer")
        var x = recorder.embedding(model["word_embeddings"], shape)
        for spec in layers {
            let layer = model["h"][spec.layer]
            let attention = layer["self_attention"]
            let normed = recorder.layerNorm(
                x, layer[arrangement == .twoNorms ? "ln_attn" : "input_layernorm"], shape, bias: true)
            let qkv = recorder.groupedQKV(normed, attention["query_key_value"], spec, shape, bias: bias)
            let attended = recorder.output(
                recorder.attention(qkv, attention, spec, rotary: shape.rotary), attention["dense"], spec, shape,
                bias: bias)
            let sum = recorder.add(x, attended, attention)
            let mlpInput =
                switch arrangement {
                case .sharedNorm: normed
                case .twoNorms: recorder.layerNorm(x, layer["ln_mlp"], shape, bias: true)
                case .sequential: recorder.layerNorm(sum, layer["post_attention_layernorm"], shape, bias: true)
                }
            let mlp = recorder.mlp(
                mlpInput, layer["mlp"], first: "dense_h_to_4h", second: "dense_4h_to_h", shape, bias: bias)
            x = recorder.add(sum, mlp, layer["mlp"])
        }
        return recorder.layerNormHead(x, norm: model["ln_f"], embedding: model["word_embeddings"], shape)
    }
}
