import MartletJSON
import MartletModelIR
import MartletWeights
import Testing

@Suite struct MistralCheckpointTests {
    private static let shape =
        #""dim": 8, "n_layers": 4, "n_heads": 4, "n_kv_heads": 2, "hidden_dim": 12, "norm_eps": 1e-5, "vocab_size": 4"#

    private static let weights = [
        "tok_embeddings.weight", "layers.3.attention.wq.weight", "layers.3.feed_forward.w2.weight",
        "layers.3.feed_forward.experts.7.w3.weight", "layers.3.feed_forward.gate.weight", "norm.weight",
        "vision_encoder.transformer.layers.0.attention.wq.weight", "layers.x.ffn_norm.weight", "rope.freqs",
    ]

    private func folder(_ members: String = "", shape: String = shape, config: String? = nil) -> TemporaryFolder {
        let folder = TemporaryFolder()
        folder.write("params.json", Array("{\(shape)\(members.isEmpty ? "" : ", ")\(members)}".utf8))
        if let config { folder.write("config.json", Array(config.utf8)) }
        folder.write("consolidated.safetensors", file(Self.weights))
        return folder
    }

    /// A file with one float32 of each name.
    private func file(_ names: [String]) -> [UInt8] {
        let entries = names.enumerated().map {
            #""\#($1)": {"dtype": "F32", "shape": [1], "data_offsets": [\#(4 * $0), \#(4 * $0 + 4)]}"#
        }
        let header = Array("{\(entries.joined(separator: ","))}".utf8)
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
        return length + header + [UInt8](repeating: 0, count: 4 * names.count)
    }

    private func config(_ members: String, shape: String = shape) throws -> JSONObject {
        let folder = folder(members, shape: shape)
        return try withExtendedLifetime(folder) { try Checkpoint.open(path: folder.path).config.json }
    }

    @Test("weights of the language model have their usual names, others are left out")
    func names() throws {
        let folder = folder()
        let checkpoint = try Checkpoint.open(path: folder.path)
        #expect(
            checkpoint.weights.names == [
                "model.embed_tokens.weight", "model.layers.3.self_attn.q_proj.weight",
                "model.layers.3.mlp.down_proj.weight", "model.layers.3.block_sparse_moe.experts.7.w3.weight",
                "model.layers.3.block_sparse_moe.gate.weight", "model.norm.weight",
            ])
        #expect(checkpoint.parameterCount == 6)
        #expect(checkpoint.weights.weight("model.norm.weight")?.shape == [1])
        #expect(checkpoint.weights.weight("norm.weight") == nil)
    }

    @Test("params.json says what config.json would say")
    func translation() throws {
        let plain = try config("")
        let expected: JSONValue = [
            "hidden_size": 8, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
            "intermediate_size": 12, "vocab_size": 4, "head_dim": 2, "rms_norm_eps": 1e-5, "hidden_act": "silu",
            "tie_word_embeddings": false, "max_position_embeddings": 128_000, "sliding_window": .null,
            "rope_theta": 1_000_000.0, "rope_interleave": true, "rope_parameters": ["rope_type": "default"],
            "architectures": ["MistralForCausalLM"],
        ]
        #expect(plain == expected.objectValue)

        let window = try config(#""sliding_window": 16, "max_seq_len": 64, "max_position_embeddings": 32"#)
        #expect(window["sliding_window"] == 16)
        #expect(window["layer_types"] == nil)
        #expect(window["rope_theta"]?.doubleValue == 10_000)
        #expect(window["max_position_embeddings"] == 32)

        let pattern = try config(#""sliding_window": [null, 16], "head_dim": 6, "tied_embeddings": true"#)
        #expect(
            pattern["layer_types"] == ["full_attention", "sliding_attention", "full_attention", "sliding_attention"])
        #expect(pattern["architectures"]?[0] == "MinistralForCausalLM")
        #expect(pattern["head_dim"] == 6)
        #expect(pattern["tie_word_embeddings"] == true)

        let yarn = #""yarn": {"factor": 4, "original_max_position_embeddings": 8, "beta": 32, "alpha": 1"#
        let scaled = try config("\(yarn)}")["rope_parameters"]
        #expect(scaled?["rope_type"] == "yarn")
        #expect(scaled?["beta_fast"]?.doubleValue == 32)
        #expect(scaled?["attention_factor"] == nil)
        let unscaled = try config(#"\#(yarn), "apply_scale": false}, "llama_4_scaling": {"beta": 0.1}"#)
        #expect(unscaled["rope_parameters"]?["attention_factor"]?.doubleValue == 1)
        #expect(unscaled["architectures"]?[0] == "Ministral3ForCausalLM")

        let experts = try config(#""moe": {"num_experts": 8, "num_experts_per_tok": 2}"#)
        #expect(experts["num_local_experts"] == 8)
        #expect(experts["architectures"]?[0] == "MixtralForCausalLM")
        let dynamic = try config(#""quantization": {"qformat_weight": "fp8_e4m3", "qscheme_act": "NO_SCALES"}"#)
        #expect(dynamic["quantization_config"]?["activation_scheme"] == "dynamic")
    }

    @Test(
        "a member that is not understood is refused by name",
        arguments: [
            (#""new_gate": 2"#, "new_gate: 2 is not supported"), (#""use_biases": true"#, "use_biases"),
            (#""n_layers": "x""#, "n_layers: expected an integer"), (#""causal": false"#, "causal"),
            (#""model_type": "mamba""#, "mamba"), (#""qk_nope_head_dim": 64"#, "qk_nope_head_dim"),
            (#""yarn": {"factor": 4, "mystery": 2}"#, "yarn.mystery"), (#""yarn": {"beta": 4}"#, "yarn.factor"),
            (#""yarn": 3"#, "yarn: expected an object"),
            (#""moe": {"num_experts": 8}"#, "moe.num_experts_per_tok: is missing"),
            (#""moe": {"num_experts": 8, "num_experts_per_tok": 2, "num_shared_experts": 1}"#, "num_shared_experts"),
            (#""moe": {"num_experts": 8, "num_experts_per_tok": 2}, "sliding_window": [null, 4]"#, "sliding_window"),
            (#""sliding_window": [4, 8]"#, "expected one width"), (#""sliding_window": [4, 4, null]"#, "4 layers"),
            (#""sliding_window": ["x"]"#, "sliding_window: expected integers"),
            (#""quantization": {"qformat_weight": "fp4"}"#, "quantization.qformat_weight"),
            (#""quantization": {"qformat_weight": "fp8_e4m3", "qscheme_act": "ROW"}"#, "quantization.qscheme_act"),
            (#""quantization": {"quant_method": "awq"}"#, "quantization.quant_method"),
            (#""multimodal": {"whisper_model_args": {"a": 1}}"#, "multimodal.whisper_model_args"),
        ])
    func refusals(_ members: String, _ expected: String) {
        let text = message { _ = try config(members) }
        #expect(text.contains(expected) && text.contains("params.json"), "\(text)")
    }

    @Test("sizes that are missing are named, sizes out of any range do no harm")
    func sizes() throws {
        #expect(message { _ = try config("", shape: #""dim": 8"#) }.contains("n_layers: is missing"))
        #expect(message { _ = try config(#""n_heads": 0"#) }.contains("head_dim: is missing"))
        let huge = #""n_layers": 9223372036854775807, "sliding_window": [null, 4]"#
        #expect(message { _ = try config(huge) }.contains("sliding_window"))
    }

    @Test("overrides replace members under the names of config.json")
    func overrides() throws {
        let overrides = try #require(JSONReader.parse(Array(#"{"rope_theta": 5e5}"#.utf8)).objectValue)
        let folder = folder()
        let checkpoint = try Checkpoint.open(path: folder.path, configOverrides: overrides)
        #expect(checkpoint.config.json["rope_theta"]?.doubleValue == 5e5)
    }

    @Test("where both forms lie in a folder the usual one is taken unless another is asked for")
    func choice() throws {
        let both = folder(config: #"{"architectures": ["LlamaForCausalLM"]}"#)
        // Without weights of its own config.json does not count.
        #expect(try Checkpoint.open(path: both.path).config.architecture == "MistralForCausalLM")
        both.write("model.safetensors", file(["model.norm.weight"]))
        #expect(try Checkpoint.open(path: both.path).config.architecture == "LlamaForCausalLM")
        #expect(try Checkpoint.open(path: both.path, format: .huggingFace).weights.names == ["model.norm.weight"])
        #expect(try Checkpoint.open(path: both.path, format: .mistral).config.architecture == "MistralForCausalLM")
        #expect(message { _ = try Checkpoint.open(path: both.path, format: .gguf) }.contains("no .gguf file"))
        let alone = TemporaryFolder()
        #expect(message { _ = try Checkpoint.open(path: alone.path, format: .mistral) }.contains("params.json"))
        #expect(message { _ = try Checkpoint.open(path: alone.path, format: .huggingFace) }.contains("config.json"))
        let file = both.path + "/params.json"
        #expect(message { _ = try Checkpoint.open(path: file, format: .mistral) }.contains("is a file"))
    }

    @Test("weights may lie in shards, with or without an index")
    func shards() throws {
        let folder = TemporaryFolder()
        folder.write("params.json", Array("{\(Self.shape)}".utf8))
        folder.write("consolidated-00001-of-00002.safetensors", file(["norm.weight"]))
        folder.write("consolidated-00002-of-00002.safetensors", file(["output.weight"]))
        #expect(try Checkpoint.open(path: folder.path).weights.names == ["model.norm.weight", "lm_head.weight"])
        let index = #"{"weight_map": {"norm.weight": "consolidated-00003-of-00003.safetensors"}}"#
        folder.write("consolidated.safetensors.index.json", Array(index.utf8))
        #expect(message { _ = try Checkpoint.open(path: folder.path) }.contains("consolidated-00003"))
        let empty = TemporaryFolder()
        empty.write("params.json", Array("{\(Self.shape)}".utf8))
        empty.write("consolidated.safetensors", file(["x"]))
        #expect(message { _ = try Checkpoint.open(path: empty.path) }.contains("no weights of a language model"))
    }
}
