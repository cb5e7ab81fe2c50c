internal import MartletModelIR

/// Qwen3-Next: gated DeltaNet layers, every fourth layer gated attention, experts with a shared one.
///
/// **Source** transformers `modeling_qwen3_next.py`.
struct Qwen3Next: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["Qwen3NextForCausalLM"]

    private let decoder: Qwen3NextDecoder
    private let experts: SharedExpertLayer
    private let hasExperts: [Bool]

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        decoder = try Qwen3NextDecoder(
            config: config,
            defaults: DecoderDefaults(
                vocabSize: 151_936, hiddenSize: 2048, intermediateSize: 5632, numHiddenLayers: 48,
                numAttentionHeads: 16, numKeyValueHeads: 2, headDim: 256, maxPositionEmbeddings: 32_768,
                rope: RopeDefaults(partialRotaryFactor: 0.25), rotatesPartOfHeads: true))
        experts = try SharedExpertLayer(
            config: config, layers: decoder.shape.numHiddenLayers, count: 512, topK: 10,
            renormalizes: config.bool("norm_topk_prob", default: true))
        hasExperts = try SparseLayers(
            config: config, numHiddenLayers: decoder.shape.numHiddenLayers, experts: experts.settings
        ).hasExperts
        config.readWithoutEffect("router_aux_loss_coef")
    }

    /// Rows of the embedding table.
    var vocabSize: Int { decoder.shape.vocabSize }

    /// Positions the checkpoint was made for.
    var maxPositionEmbeddings: Int { decoder.shape.maxPositionEmbeddings }

    /// A state or a cache per layer.
    var kvCacheSpecs: [KVCacheSpec] { decoder.kvCacheSpecs }

    /// Records the decoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        decoder.record(into: &recorder, WeightScope("model"), inputs: fusedInputs) { recorder, x, scope, layer in
            hasExperts[layer]
                ? experts.record(into: &recorder, x, scope, decoder.shape)
                : recorder.gatedMLP(x, scope, decoder.shape)
        }
    }

    /// `in_proj_qkvz` and `in_proj_ba` have their rows grouped by key head: q, k, the v and the z of its value heads;
    /// b and a of its value heads.
    private func fusedInputs(_ recorder: inout Recorder, _ x: Value, _ scope: WeightScope) -> DeltaNetInputs {
        let net = decoder.net
        let hidden = decoder.shape.hiddenSize
        let valueRows = net.valueHeadsPerKeyHead * net.valueDim
        let group = 2 * net.keyDim + 2 * valueRows
        let fused = scope["in_proj_qkvz"].weight(out: group * net.numKeyHeads, in: hidden)
        let gates = scope["in_proj_ba"].weight(out: 2 * net.numValueHeads, in: hidden)
        func part(_ weight: WeightRef, _ start: Int, _ length: Int, of group: Int) -> WeightRef {
            weight.rows(start: start, length: length, stride: group, count: net.numKeyHeads)
        }
        let qkv = [
            part(fused, 0, net.keyDim, of: group), part(fused, net.keyDim, net.keyDim, of: group),
            part(fused, 2 * net.keyDim, valueRows, of: group),
        ]
        let z = part(fused, 2 * net.keyDim + valueRows, valueRows, of: group)
        let heads = net.valueHeadsPerKeyHead
        let ba = [part(gates, 0, heads, of: 2 * heads), part(gates, heads, heads, of: 2 * heads)]
        return DeltaNetInputs(
            qkv: recorder.emit(.linear(x, qkv, bias: []), name: scope["qkv"].path),
            z: recorder.emit(.linear(x, [z], bias: []), name: scope["z"].path),
            gates: recorder.emit(.linear(x, ba, bias: []), name: scope["b_a"].path))
    }
}
