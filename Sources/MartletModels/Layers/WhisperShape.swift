internal import MartletJSON
internal import MartletModelIR

/// The numbers of a Whisper configuration.
struct WhisperShape: Hashable, Sendable {
    /// Layers of the encoder or of the decoder.
    struct Stack: Hashable, Sendable {
        let numLayers, numHeads, intermediateSize: Int
    }

    let vocabSize, hiddenSize, numMelBins: Int
    let encoder, decoder: Stack
    /// Positions of the encoder: one for every two frames of the spectrogram.
    let maxSourcePositions: Int
    let maxTargetPositions: Int
    let activation: Activation
    let tieWordEmbeddings: Bool

    /// **Source** transformers `configuration_whisper.py`.
    init(config: ModelConfig) throws(ModelError) {
        vocabSize = try config.size("vocab_size", default: 51_865)
        hiddenSize = try config.size("d_model", default: 384)
        numMelBins = try config.size("num_mel_bins", default: 80, limit: EncoderShape.countLimit)
        encoder = try Self.stack("encoder", config, hiddenSize)
        decoder = try Self.stack("decoder", config, hiddenSize)
        maxSourcePositions = try config.size("max_source_positions", default: 1500, limit: EncoderShape.countLimit)
        maxTargetPositions = try config.size("max_target_positions", default: 448, limit: EncoderShape.countLimit)
        activation = try config.activation("activation_function", default: "gelu")
        tieWordEmbeddings = try config.bool("tie_word_embeddings", default: true)
    }

    private static func stack(
        _ part: String, _ config: ModelConfig, _ hiddenSize: Int
    ) throws(ModelError) -> Stack {
        let limit = EncoderShape.countLimit
        let numHeads = try config.size("\(part)_attention_heads", default: 6, limit: limit)
        guard hiddenSize % numHeads == 0 else {
            throw config.error("d_model", "\(hiddenSize) is no multiple of \(numHeads) \(part)_attention_heads")
        }
        return Stack(
            numLayers: try config.size("\(part)_layers", default: 4, limit: limit), numHeads: numHeads,
            intermediateSize: try config.size("\(part)_ffn_dim", default: 1536))
    }

    /// The heads of every decoder layer whose cross attention tells when a token was spoken.
    ///
    /// `[[layer, head], ...]` under `alignment_heads`, which checkpoints keep in generation_config.json; without it all
    /// heads of the upper half of the layers.
    /// **Source** openai-whisper `model.py` `set_alignment_heads`.
    func alignmentHeads(_ config: ModelConfig) throws(ModelError) -> [[Int]] {
        let key = "alignment_heads"
        guard let pairs = config.present(key) else {
            config.note(key, value: "all heads of the upper half of the layers", source: nil)
            return (0..<decoder.numLayers).map { $0 < decoder.numLayers / 2 ? [] : Array(0..<decoder.numHeads) }
        }
        guard let pairs = pairs.arrayValue else {
            throw config.error(key, "expected pairs of layer and head, found \(pairs.kindName)")
        }
        var heads = [Set<Int>](repeating: [], count: decoder.numLayers)
        for pair in pairs {
            guard let pair = pair.arrayValue, pair.count == 2, let layer = pair[0].intValue,
                let head = pair[1].intValue,
                heads.indices.contains(layer), (0..<decoder.numHeads).contains(head)
            else {
                throw config.error(
                    key,
                    "expected pairs of a layer below \(decoder.numLayers) and a head below \(decoder.numHeads), found "
                        + JSONWriter.string(pair))
            }
            guard heads[layer].insert(head).inserted else {
                throw config.error(key, "has head \(head) of layer \(layer) twice")
            }
        }
        return heads.map { $0.sorted() }
    }
}
