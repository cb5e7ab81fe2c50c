import MartletJSON
import MartletModelIR
import MartletWeights
import Testing

/// What becomes of the metadata and names of each architecture; the numbers are compared in the tests of the models.
@Suite struct GGUFArchitectureTests {
    /// The tiny llama under another architecture's name, with other metadata.
    private func builder(_ architecture: String, _ change: (inout GGUFBuilder) -> Void = { _ in }) -> GGUFBuilder {
        var builder = GGUFBuilder.tinyLlama()
        builder.keys = builder.keys.map { key, value in
            (key.hasPrefix("llama.") ? architecture + key.dropFirst(5) : key, value)
        }
        builder.set("general.architecture", .string(architecture))
        change(&builder)
        return builder
    }

    private func config(_ architecture: String, _ change: (inout GGUFBuilder) -> Void) throws -> JSONObject {
        try ExactBytes(builder(architecture, change).bytes).withFile {
            try Checkpoint.open(ggufBytes: $0.bytes, name: "test").config.json
        }
    }

    private func bools(_ flags: [UInt8]) -> GGUFBuilder.Value {
        .raw(9, le(UInt32(7)) + le(UInt64(flags.count)) + flags)
    }

    @Test("Gemma's norms lose the one that the converter added")
    func gemmaNorms() throws {
        let bytes = builder("gemma") {
            $0.addTensor("output_norm.weight", dims: [64], type: 0, byteCount: 0)
            for index in 0..<64 { $0.data += le((1.5 + Float(index)).bitPattern) }
        }.bytes
        try ExactBytes(bytes).withFile {
            let checkpoint = try Checkpoint.open(ggufBytes: $0.bytes, name: "test")
            let norm = try #require(checkpoint.weights.weight("model.norm.weight"))
            #expect(norm.dequantized() == (0..<64).map { 0.5 + Float($0) })
            #expect(checkpoint.config.json["hidden_act"] == "gelu_pytorch_tanh")
        }
    }

    @Test("Gemma 2 and 3 get the scale of their scores from a head's width, the largest from the hidden size")
    func gemmaScale() throws {
        func keyLength(_ builder: inout GGUFBuilder, _ name: String) {
            builder.set("\(name).attention.key_length", .u32(32))
        }
        #expect(try config("gemma2") { keyLength(&$0, "gemma2") }["query_pre_attn_scalar"] == 32)
        let largest = try config("gemma2") {
            keyLength(&$0, "gemma2")
            $0.set("gemma2.block_count", .u32(46))
        }
        #expect(largest["query_pre_attn_scalar"] == 16)
        #expect(largest["sliding_window"] == 4096)
        #expect(largest["layer_types"]?[0] == "sliding_attention")
        #expect(largest["layer_types"]?[1] == "full_attention")
        let third = try config("gemma3") { $0.set("gemma3.attention.sliding_window", .u32(16)) }
        #expect(third["rope_local_base_freq"] == 10_000.0)
        #expect(third["layer_types"] == ["sliding_attention"])
        #expect(try config("gemma3") { _ in }["layer_types"] == ["full_attention"])
    }

    @Test("A pattern of layers with a window is a flag per layer or a period")
    func patterns() throws {
        let flags = try config("exaone4") {
            $0.set("exaone4.block_count", .u32(2))
            $0.set("exaone4.attention.sliding_window", .u32(8))
            $0.set("exaone4.attention.sliding_window_pattern", bools([0, 1]))
        }
        #expect(flags["layer_types"] == ["full_attention", "sliding_attention"])
        let period = try config("exaone4") {
            $0.set("exaone4.block_count", .u32(3))
            $0.set("exaone4.attention.sliding_window", .u32(8))
            $0.set("exaone4.attention.sliding_window_pattern", .u32(3))
        }
        #expect(period["layer_types"] == ["sliding_attention", "sliding_attention", "full_attention"])
        let failure = message {
            _ = try config("exaone4") {
                $0.set("exaone4.block_count", .u32(2))
                $0.set("exaone4.attention.sliding_window", .u32(8))
                $0.set("exaone4.attention.sliding_window_pattern", bools([1]))
            }
        }
        #expect(failure.contains("exaone4.attention.sliding_window_pattern"))
    }

    @Test("A llama file with experts is Mixtral, stacked or one tensor per matrix")
    func mixtral() throws {
        let bytes = builder("llama") {
            $0.set("llama.expert_count", .u32(2))
            $0.set("llama.expert_used_count", .u32(1))
            $0.addTensor("blk.0.ffn_gate_exps.weight", dims: [4, 3, 2], type: 0, byteCount: 96)
            $0.addTensor("blk.0.ffn_down.1.weight", dims: [3, 4], type: 0, byteCount: 48)
        }.bytes
        try ExactBytes(bytes).withFile {
            let checkpoint = try Checkpoint.open(ggufBytes: $0.bytes, name: "test")
            #expect(checkpoint.config.json["architectures"]?[0] == "MixtralForCausalLM")
            #expect(checkpoint.config.json["num_local_experts"] == 2)
            let scope = "model.layers.0.block_sparse_moe.experts.1"
            #expect(checkpoint.weights.weight("\(scope).w1.weight")?.shape == [3, 4])
            #expect(checkpoint.weights.weight("\(scope).w2.weight")?.shape == [4, 3])
        }
    }

    @Test("A fused projection is shown as the three that the model asks for")
    func fusedProjection() throws {
        let bytes = builder("llama") {
            $0.set("llama.attention.head_count_kv", .u32(2))
            $0.addTensor("blk.0.attn_qkv.weight", dims: [64, 128], type: 0, byteCount: 64 * 128 * 4)
        }.bytes
        try ExactBytes(bytes).withFile {
            let weights = try Checkpoint.open(ggufBytes: $0.bytes, name: "test").weights
            let key = try #require(weights.weight("model.layers.0.self_attn.k_proj.weight"))
            let value = try #require(weights.weight("model.layers.0.self_attn.v_proj.weight"))
            #expect(key.shape == [32, 64] && value.shape == [32, 64])
            #expect(value.bytes.baseAddress == key.bytes.baseAddress.map { $0 + 32 * 64 * 4 })
        }
    }

    @Test("Parts of a weight that the file has apart are found by what a program asks for")
    func rearranged() throws {
        let bytes = builder("deepseek2") {
            $0.set("deepseek2.rope.dimension_count", .u32(2))
            $0.set("deepseek2.attention.key_length_mla", .u32(4))
            $0.set("deepseek2.attention.value_length_mla", .u32(1))
            // Two heads of a key part [latent 3, nope 2] and of a value part [1, latent 3].
            $0.addTensor("blk.0.attn_k_b.weight", dims: [2, 3, 2], type: 0, byteCount: 0)
            for index in 0..<12 { $0.data += le(Float(index).bitPattern) }
            $0.addTensor("blk.0.attn_v_b.weight", dims: [3, 1, 2], type: 0, byteCount: 24)
        }.bytes
        try ExactBytes(bytes).withFile {
            let checkpoint = try Checkpoint.open(ggufBytes: $0.bytes, name: "test")
            #expect(checkpoint.config.json["qk_nope_head_dim"] == 2)
            #expect(checkpoint.config.json["v_head_dim"] == 1)
            let up = WeightRef(name: "model.layers.0.self_attn.kv_b_proj.weight", shape: [6, 3])
            let keys = try checkpoint.weights.checked(
                up.rows(start: 0, length: 2, stride: 3, count: 2), backend: "test")
            #expect(keys.dequantized() == [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
            let values = try checkpoint.weights.checked(
                up.rows(start: 2, length: 1, stride: 3, count: 2), backend: "test")
            #expect(values.shape == [2, 3])
        }
    }

    @Test("Layers that predict further tokens are left out")
    func prediction() throws {
        let bytes = builder("glm4moe") {
            $0.set("glm4moe.block_count", .u32(2))
            $0.set("glm4moe.nextn_predict_layers", .u32(1))
            $0.addTensor("blk.1.nextn.eh_proj.weight", dims: [64, 2], type: 0, byteCount: 512)
        }.bytes
        try ExactBytes(bytes).withFile {
            let checkpoint = try Checkpoint.open(ggufBytes: $0.bytes, name: "test")
            #expect(checkpoint.config.json["num_hidden_layers"] == 1)
            #expect(checkpoint.weights.names == ["model.embed_tokens.weight"])
        }
    }

    @Test("What a family cannot do is refused by the name of the key")
    func refusals() {
        let refused: [(String, String, GGUFBuilder.Value)] = [
            ("gemma", "attn_logit_softcapping", .f32(30)), ("glm4moe", "expert_gating_func", .u32(1)),
            ("deepseek2", "attention.temperature_scale", .f32(0.1)), ("granite", "rope.freq_base_swa", .f32(1)),
            ("qwen2moe", "expert_group_count", .u32(2)), ("phi3", "expert_count", .u32(2)),
        ]
        for (architecture, key, value) in refused {
            let failure = message { _ = try config(architecture) { $0.set("\(architecture).\(key)", value) } }
            #expect(failure.contains("\(architecture).\(key)"), "\(architecture).\(key): \(failure)")
        }
    }
}
