internal import MartletJSON
internal import MartletModelIR

/// GPT-2: learned positions, LayerNorm, projections stored as `[in, out]`.
///
/// **Source** transformers `modeling_gpt2.py`.
struct GPT2: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["GPT2LMHeadModel"]

    private let shape: DecoderShape
    private let layers: [AttentionSpec]

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        let config = config.spelling(GPTKeys.spellings)
        let shape = try DecoderShape(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 50_257, hiddenSize: 768, intermediateSize: 4 * config.size("hidden_size", default: 768),
                numHiddenLayers: 12, numAttentionHeads: 12, activation: ("activation_function", "gelu_new"),
                normEps: ("layer_norm_epsilon", 1e-5), tieWordEmbeddings: true, maxPositionEmbeddings: 1024,
                isRotary: false))
        self.shape = shape
        try GPTKeys.refuseOtherShapes(config, shape)
        try config.expect("add_cross_attention", oneOf: false)
        // The order in which the reference scales; in float32 it is the same product.
        _ = try config.bool("reorder_and_upcast_attn", default: false)
        let isScaled = try config.bool("scale_attn_weights", default: true)
        let isScaledByLayer = try config.bool("scale_attn_by_inverse_layer_idx", default: false)
        layers = (0..<shape.numHiddenLayers).map { layer in
            let scale = isScaled ? 1 / Float(shape.headDim).squareRoot() : 1
            return shape.attention(layer: layer, scale: isScaledByLayer ? scale / Float(layer + 1) : scale)
        }
    }

    /// Rows of the embedding table.
    var vocabSize: Int { shape.vocabSize }

    /// Rows of the table of positions.
    var maxPositionEmbeddings: Int { shape.maxPositionEmbeddings }

    /// One full cache per layer.
    var kvCacheSpecs: [KVCacheSpec] { layers.map(\.kvCacheSpec) }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let model = WeightScope("transformer")
        let hidden = shape.hiddenSize
        let positionTable = model["wpe"].weight(out: shape.maxPositionEmbeddings, in: hidden)
        let tokens = recorder.embedding(model["wte"], shape)
        let positions = recorder.emit(.embed(positionTable, .position(offset: 0)), name: model["wpe"].path)
        var x = recorder.add(tokens, positions, model["wpe"])
        for spec in layers {
            let layer = model["h"][spec.layer]
            let qkv = recorder.conv1D(
                recorder.layerNorm(x, layer["ln_1"], shape, bias: true), layer["attn"]["c_attn"], out: spec.qkvWidth,
                in: hidden)
            let attended = recorder.conv1D(
                recorder.attention(qkv, layer["attn"], spec, rotary: nil), layer["attn"]["c_proj"], out: hidden,
                in: hidden)
            x = recorder.add(x, attended, layer["attn"])
            let widened = recorder.conv1D(
                recorder.layerNorm(x, layer["ln_2"], shape, bias: true), layer["mlp"]["c_fc"],
                out: shape.intermediateSize, in: hidden)
            let activated = recorder.emit(.activation(widened, shape.activation), name: layer["mlp"]["act"].path)
            let mlp = recorder.conv1D(
                activated, layer["mlp"]["c_proj"], out: hidden, in: shape.intermediateSize)
            x = recorder.add(x, mlp, layer["mlp"])
        }
        return recorder.layerNormHead(x, norm: model["ln_f"], embedding: model["wte"], shape)
    }
}

extension Recorder {
    /// A linear layer with a bias, whose weight the file has as `[in, out]`.
    fileprivate mutating func conv1D(_ x: Value, _ scope: WeightScope, out: Int, in width: Int) -> Value {
        emit(.linear(x, [scope.weight(out: out, in: width).transposed], bias: [scope.bias(out)]), name: scope.path)
    }
}
