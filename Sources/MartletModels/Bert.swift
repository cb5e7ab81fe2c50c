internal import MartletModelIR

/// BERT and RoBERTa encoders: learned positions, a LayerNorm after every sum.
///
/// **Source** transformers `modeling_bert.py`, `modeling_roberta.py`, `modeling_xlm_roberta.py`.
struct Bert: ModelArchitecture {
    /// The `architectures` entries served; heads for language modelling are left out.
    static let architectures =
        ["BertModel", "BertForMaskedLM", "BertForPreTraining", "BertForSequenceClassification"]
        + ["Roberta", "XLMRoberta", "Camembert"].flatMap {
            ["\($0)Model", "\($0)ForMaskedLM", "\($0)ForSequenceClassification"]
        }

    private let shape: Shape
    private let layers: [AttentionSpec]

    /// What to do once the hidden states are there: by default the first token's.
    let poolingHead: PoolingHead

    /// The numbers of the configuration.
    private struct Shape: Hashable {
        let vocabSize, hiddenSize, intermediateSize, numHiddenLayers, numHeads: Int
        let positionRows, positionOffset, tokenTypes: Int
        let activation: Activation
        let eps: Float

        func norm(_ scope: WeightScope) -> Norm {
            .layer(scope.weight(hiddenSize), bias: scope.bias(hiddenSize), eps: eps)
        }
    }

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        for key in ["is_decoder", "add_cross_attention"] where try config.bool(key, default: false) {
            throw config.error(key, "expected false, this architecture is served as an encoder")
        }
        let positions = try config.string("position_embedding_type", default: "absolute")
        guard positions == "absolute" else {
            throw config.error("position_embedding_type", "\(positions) is not supported; supported: absolute")
        }
        let isRoberta = !config.architecture.hasPrefix("Bert")
        let shape = try Self.shape(config, isRoberta: isRoberta)
        self.shape = shape
        guard shape.hiddenSize % shape.numHeads == 0 else {
            throw config.error("hidden_size", "\(shape.hiddenSize) is no multiple of \(shape.numHeads) heads")
        }
        layers = (0..<shape.numHiddenLayers).map {
            AttentionSpec(
                layer: $0, numHeads: shape.numHeads, numKVHeads: shape.numHeads,
                headDim: shape.hiddenSize / shape.numHeads, isCausal: false)
        }
        poolingHead =
            config.architecture.hasSuffix("ForSequenceClassification")
            ? Self.classifier(shape, numLabels: try config.numLabels(), isRoberta: isRoberta) : PoolingHead(.cls)
        // Written by old converters and by transformers, without effect on the hidden states.
        for key in [
            "tie_word_embeddings", "pooler_num_attention_heads", "pooler_size_per_head", "pooler_num_fc_layers",
        ] {
            _ = config.present(key)
        }
    }

    private static func shape(_ config: ModelConfig, isRoberta: Bool) throws(ModelError) -> Shape {
        let rows = try config.size("max_position_embeddings", default: 512)
        var offset = 0
        if isRoberta {
            // Positions are counted from behind the padding token's id.
            offset = try config.isNull("pad_token_id") ? 0 : config.int("pad_token_id", default: 1) + 1
            guard offset >= 0, offset < rows else {
                throw config.error("pad_token_id", "leaves no positions of \(rows) after \(offset)")
            }
            config.note("position_offset", value: offset, source: "pad_token_id", rule: "pad_token_id + 1")
        }
        return Shape(
            vocabSize: try config.size("vocab_size", default: 30_522),
            hiddenSize: try config.size("hidden_size", default: 768),
            intermediateSize: try config.size("intermediate_size", default: 3072),
            numHiddenLayers: try config.size("num_hidden_layers", default: 12, limit: EncoderShape.countLimit),
            numHeads: try config.size("num_attention_heads", default: 12, limit: EncoderShape.countLimit),
            positionRows: rows, positionOffset: offset,
            tokenTypes: try config.size("type_vocab_size", default: 2),
            activation: try config.activation("hidden_act", default: "gelu"),
            eps: try config.epsilon("layer_norm_eps", default: 1e-12))
    }

    /// BERT's pooler and classifier, RoBERTa's classification head.
    private static func classifier(_ shape: Shape, numLabels: Int, isRoberta: Bool) -> PoolingHead {
        let dense = isRoberta ? WeightScope("classifier")["dense"] : WeightScope("pooler")["dense"]
        let output = isRoberta ? WeightScope("classifier")["out_proj"] : WeightScope("classifier")
        return PoolingHead(
            .cls,
            layers: [
                .linear(
                    [dense.weight(out: shape.hiddenSize, in: shape.hiddenSize)], bias: dense.bias(shape.hiddenSize)),
                .activation(.tanh),
                .linear([output.weight(out: numLabels, in: shape.hiddenSize)], bias: output.bias(numLabels)),
            ])
    }

    /// Rows of the embedding table.
    var vocabSize: Int { shape.vocabSize }

    /// Positions there are embeddings for.
    var maxPositionEmbeddings: Int { shape.positionRows - shape.positionOffset }

    /// Nothing is kept between steps.
    var kvCacheSpecs: [KVCacheSpec] { [] }

    /// An encoder only.
    var entryPoints: Set<EntryPoint> { [.encoder] }

    /// With the prefix that heads put before the encoder; with the norms' parameters as the first checkpoints spell them.
    func aliases(of weight: String) -> [String] {
        var spelled = [weight]
        if weight.hasSuffix("LayerNorm.weight") { spelled.append(weight.dropLast("weight".count) + "gamma") }
        if weight.hasSuffix("LayerNorm.bias") { spelled.append(weight.dropLast("bias".count) + "beta") }
        return ["", "bert.", "roberta."].flatMap { prefix in spelled.map { prefix + $0 } }
    }

    /// Records the encoder.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        var x = embeddings(into: &recorder)
        for spec in layers {
            let layer = WeightScope("encoder")["layer"][spec.layer]
            let attended = attention(x, layer["attention"], spec, into: &recorder)
            x = normalizedSum(x, attended, layer["attention"]["output"]["LayerNorm"], into: &recorder)
            let inner = recorder.linear(
                x, [(layer["intermediate"]["dense"], shape.intermediateSize)], in: shape.hiddenSize, bias: true,
                name: layer["intermediate"]["dense"].path)
            let activated = recorder.emit(
                .activation(inner, shape.activation), name: layer["intermediate"]["act"].path)
            let output = recorder.linear(
                activated, [(layer["output"]["dense"], shape.hiddenSize)], in: shape.intermediateSize, bias: true,
                name: layer["output"]["dense"].path)
            x = normalizedSum(x, output, layer["output"]["LayerNorm"], into: &recorder)
        }
        return recorder.emit(.gatherLogitRows(x), name: "wanted_rows")
    }

    private func embeddings(into recorder: inout Recorder) -> Value {
        let scope = WeightScope("embeddings")
        func lookUp(_ name: String, rows: Int, _ index: EmbeddingIndex, _ recorder: inout Recorder) -> Value {
            recorder.emit(
                .embed(scope[name].weight(out: rows, in: shape.hiddenSize), index), name: scope[name].path)
        }
        let words = lookUp("word_embeddings", rows: shape.vocabSize, .tokenID, &recorder)
        let types = lookUp("token_type_embeddings", rows: shape.tokenTypes, .tokenType, &recorder)
        let positions = lookUp(
            "position_embeddings", rows: shape.positionRows, .position(offset: shape.positionOffset), &recorder)
        let sum = recorder.emit(.add(words, types), name: scope["typed"].path)
        return normalizedSum(sum, positions, scope["LayerNorm"], into: &recorder)
    }

    private func attention(
        _ x: Value, _ scope: WeightScope, _ spec: AttentionSpec, into recorder: inout Recorder
    ) -> Value {
        let own = scope["self"]
        let qkv = recorder.linear(
            x, ["query", "key", "value"].map { (own[$0], shape.hiddenSize) }, in: shape.hiddenSize, bias: true,
            name: own["qkv"].path)
        let attended = recorder.emit(.attention(qkv, spec), name: own["attention"].path)
        return recorder.linear(
            attended, [(scope["output"]["dense"], shape.hiddenSize)], in: shape.hiddenSize, bias: true,
            name: scope["output"]["dense"].path)
    }

    private func normalizedSum(
        _ x: Value, _ y: Value, _ norm: WeightScope, into recorder: inout Recorder
    ) -> Value {
        let sum = recorder.emit(.add(x, y), name: norm["residual"].path)
        return recorder.emit(.norm(sum, shape.norm(norm)), name: norm.path)
    }
}
