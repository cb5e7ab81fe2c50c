internal import MartletJSON
internal import MartletModelIR

/// Mamba-2: nothing but Mamba-2 mixers.
///
/// **Source** transformers `modeling_mamba2.py`.
struct Mamba2LM: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["Mamba2ForCausalLM"]

    /// Rows of the embedding table.
    let vocabSize: Int
    private let hiddenSize: Int
    private let numHiddenLayers: Int
    private let eps: Float
    private let tieWordEmbeddings: Bool
    private let mamba: MambaShape

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        vocabSize = try config.size("vocab_size", default: 32_768)
        hiddenSize = try config.size("hidden_size", default: 4096)
        numHiddenLayers = try config.size("num_hidden_layers", default: 64, limit: 65_536)
        eps = try config.epsilon("layer_norm_epsilon", default: 1e-5)
        tieWordEmbeddings = try config.bool("tie_word_embeddings", default: false)
        let limit = try config.timeStepLimit("time_step_limit")
        mamba = try MambaShape(
            numHeads: config.size("num_heads", default: 128, limit: 65_536),
            headDim: config.size("head_dim", default: 64, limit: 65_536),
            numGroups: config.size("n_groups", default: 8, limit: 65_536),
            stateDim: config.size("state_size", default: 128, limit: 65_536),
            convKernel: config.size("conv_kernel", default: 4, limit: 65_536),
            hasConvBias: config.bool("use_conv_bias", default: true),
            hasProjectionBias: config.bool("use_bias", default: false),
            activation: config.activation("hidden_act", default: "silu"), minTimeStep: limit.min,
            maxTimeStep: limit.max, normEps: eps)
        try mamba.check(config, headsKey: "num_heads", groupsKey: "n_groups")
        let expanded = try config.size("expand", default: 2, limit: 65_536) * hiddenSize
        guard mamba.innerWidth == expanded else {
            throw config.error(
                "num_heads",
                "expected num_heads * head_dim = expand * hidden_size = \(expanded), "
                    + "found \(mamba.innerWidth)")
        }
        // Numbers of the initialisation and of how sums are grouped; layers that are all alike.
        config.readWithoutEffect(
            "residual_in_fp32", "rescale_prenorm_residual", "chunk_size", "time_step_rank", "time_step_min",
            "time_step_max", "time_step_floor", "layer_types", "norm_before_gate", "time_step_scale")
        try config.expect("rms_norm", oneOf: true)
    }

    /// No positions are told apart; what servers may plan for.
    var maxPositionEmbeddings: Int { 131_072 }

    /// A state per layer.
    var kvCacheSpecs: [KVCacheSpec] {
        (0..<numHiddenLayers).map { .recurrent(mamba.recurrentSpec(layer: $0)) }
    }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("backbone")
        let embedding = model["embeddings"].weight(out: vocabSize, in: hiddenSize)
        func norm(_ x: Value, _ scope: WeightScope, _ recorder: inout Recorder) -> Value {
            recorder.norm(x, .rms(scope.weight(hiddenSize), eps: eps), scope)
        }
        var x = recorder.emit(.embed(embedding, .tokenID), name: model["embeddings"].path)
        for index in 0..<numHiddenLayers {
            let layer = model["layers"][index]
            let mixed = recorder.mambaMixer(
                norm(x, layer["norm"], &recorder), layer["mixer"], layer: index, mamba, hiddenSize: hiddenSize)
            x = recorder.add(x, mixed, layer["mixer"])
        }
        let normed = norm(recorder.gatherLogitRows(x), model["norm_f"], &recorder)
        let head = tieWordEmbeddings ? embedding : WeightScope("lm_head").weight(out: vocabSize, in: hiddenSize)
        return recorder.emit(.linear(normed, [head], bias: []), name: "lm_head")
    }
}
