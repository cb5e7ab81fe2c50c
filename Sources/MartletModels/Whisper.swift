internal import MartletJSON
internal import MartletModelIR

/// Whisper: an encoder over a log-mel spectrogram, and a decoder that attends to what it made of it.
///
/// Three programs: the encoder over the frames of a window, the keys and values of all cross attentions, the decoder.
///
/// **Source** transformers `modeling_whisper.py`.
struct Whisper: ModelArchitecture {
    /// The `architectures` entries served.
    static let architectures = ["WhisperForConditionalGeneration"]

    /// Frames of the spectrogram that become one position.
    static let framesPerPosition = 2

    let shape: WhisperShape
    /// Attentions of the encoder, which keep nothing.
    let encoderLayers: [AttentionSpec]
    /// Causal attentions of the decoder; their caches come first.
    let decoderLayers: [AttentionSpec]
    /// Cross attentions of the decoder, behind them.
    let crossLayers: [CrossAttentionSpec]

    /// Reads and checks a configuration.
    init(config: ModelConfig) throws(ModelError) {
        let shape = try WhisperShape(config: config)
        self.shape = shape
        guard try config.bool("is_encoder_decoder", default: true) else {
            throw config.error("is_encoder_decoder", "expected true, the decoder alone is not supported")
        }
        encoderLayers = Self.attentions(shape.encoder, shape.hiddenSize, isCausal: false)
        decoderLayers = Self.attentions(shape.decoder, shape.hiddenSize, isCausal: true)
        var firstAlignmentHead = 0
        crossLayers = try shape.alignmentHeads(config).enumerated().map { layer, heads in
            defer { firstAlignmentHead += heads.count }
            return CrossAttentionSpec(
                layer: shape.decoder.numLayers + layer, numHeads: shape.decoder.numHeads,
                headDim: shape.hiddenSize / shape.decoder.numHeads, numPositions: shape.maxSourcePositions,
                alignmentHeads: heads, firstAlignmentHead: firstAlignmentHead)
        }
        // Of training and of audio classification. transformers reads scale_embedding and multiplies nothing by it;
        // the layers are told by encoder_layers and decoder_layers, and num_hidden_layers only repeats the former.
        config.readWithoutEffect(
            "encoder_layerdrop", "decoder_layerdrop", "scale_embedding", "use_weighted_layer_sum",
            "classifier_proj_size", "num_hidden_layers")
    }

    private static func attentions(
        _ stack: WhisperShape.Stack, _ hiddenSize: Int, isCausal: Bool
    ) -> [AttentionSpec] {
        (0..<stack.numLayers).map {
            AttentionSpec(
                layer: $0, numHeads: stack.numHeads, numKVHeads: stack.numHeads,
                headDim: hiddenSize / stack.numHeads, isCausal: isCausal)
        }
    }

    /// Rows of the decoder's embedding table.
    var vocabSize: Int { shape.vocabSize }

    /// Positions of the decoder.
    var maxPositionEmbeddings: Int { shape.maxTargetPositions }

    /// The decoder's attentions, then its cross attentions.
    var kvCacheSpecs: [KVCacheSpec] { decoderLayers.map(\.kvCacheSpec) + crossLayers.map { .cross($0) } }

    /// The three programs.
    var entryPoints: Set<EntryPoint> { [.encoder, .crossAttentionKV, .decoder] }

    /// Records one of the programs.
    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        switch entry {
        case .encoder: recordEncoder(&recorder)
        case .crossAttentionKV: recordCrossAttentionKV(&recorder)
        case .decoder: recordDecoder(&recorder)
        }
    }
}
