internal import MartletJSON

/// The members of config.json as the metadata and the tensors of a Whisper GGUF file give them.
///
/// **Source** ggml docs/gguf.md, section Whisper.
struct WhisperGGUFConfig {
    private let reader: GGUFMetadataReader
    private let shapes: [String: [Int]]

    init(_ model: GGUFModel, _ entries: [WhisperTensors.Entry]) {
        reader = model.reader
        shapes = Dictionary(entries.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    }

    /// **Throws** naming the first key that is missing.
    func json() throws(CheckpointError) -> JSONObject {
        var json = JSONObject()
        json["architectures"] = ["WhisperForConditionalGeneration"]
        json["model_type"] = "whisper"
        let numbers = [
            ("num_mel_bins", try number("whisper.encoder.mels_count")),
            ("d_model", try number("whisper.encoder.embedding_length")),
            ("max_source_positions", try number("whisper.encoder.context_length")),
            ("encoder_layers", try number("whisper.encoder.block_count")),
            ("encoder_attention_heads", try number("whisper.encoder.attention.head_count")),
            ("max_target_positions", try number("whisper.decoder.context_length")),
            ("decoder_layers", try number("whisper.decoder.block_count")),
            ("decoder_attention_heads", try number("whisper.decoder.attention.head_count")),
            ("vocab_size", try rows("model.decoder.embed_tokens.weight")),
            ("encoder_ffn_dim", try rows("model.encoder.layers.0.fc1.weight")),
            ("decoder_ffn_dim", try rows("model.decoder.layers.0.fc1.weight")),
        ]
        for (key, number) in numbers { json[key] = .integer(Int64(number)) }
        return json
    }

    private func number(_ key: String) throws(CheckpointError) -> Int {
        guard let number = try reader.optionalInt(key) else {
            throw reader.error(key, "is missing, and there is no config.json beside the file that would say it")
        }
        return number
    }

    private func rows(_ name: String) throws(CheckpointError) -> Int {
        guard let rows = shapes[name]?.first else { throw reader.error("tensors", "\(name) is missing") }
        return rows
    }
}
