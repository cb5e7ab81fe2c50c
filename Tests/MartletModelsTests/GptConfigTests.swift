import MartletJSON
import MartletModelIR
import MartletModels
import Testing

/// What configurations of GPT-like families and of latent attention may say, and what is refused.
@Suite struct GptConfigTests {
    private static let gpt2: JSONObject = {
        let json: JSONValue = ["vocab_size": 96, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64]
        return json.objectValue!
    }()
    private static let latent: JSONObject = {
        let json: JSONValue = [
            "vocab_size": 96, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
            "num_attention_heads": 4, "kv_lora_rank": 16, "qk_nope_head_dim": 12, "qk_rope_head_dim": 8,
            "v_head_dim": 10, "n_routed_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 12,
            "n_group": 4, "topk_group": 2, "q_lora_rank": .null,
        ]
        return json.objectValue!
    }()

    private static func model(
        _ architecture: String, _ changes: [(String, JSONValue)]
    ) throws(ModelError) -> any ModelArchitecture {
        var json =
            switch architecture {
            case "GPT2LMHeadModel", "GPTJForCausalLM": gpt2
            case "DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM": latent
            default: ModelRegistryTests.base
            }
        json["architectures"] = [.string(architecture)]
        for (key, value) in changes { json[key] = value }
        return try ModelRegistry.builtIn.model(for: ModelConfig(json: json, origin: "config.json"))
    }

    @Test(
        "what an architecture cannot honour is refused by the key that is written down",
        arguments: [
            ("GPT2LMHeadModel", "add_cross_attention", true), ("GPT2LMHeadModel", "n_embd", 30),
            ("GPT2LMHeadModel", "n_head", 0), ("GPT2LMHeadModel", "n_embd", 4_294_967_296),
            ("GPT2LMHeadModel", "n_inner", 4_294_967_296), ("GPT2LMHeadModel", "activation_function", "mish"),
            ("GPT2LMHeadModel", "head_dim", 7), ("GPT2LMHeadModel", "num_key_value_heads", 2),
            ("GPTJForCausalLM", "rotary_dim", 10), ("GPTJForCausalLM", "n_embd", "32"),
            ("GPTNeoXForCausalLM", "num_key_value_heads", 2), ("GPTNeoXForCausalLM", "rotary_pct", 1.5),
            ("FalconForCausalLM", "alibi", true), ("FalconForCausalLM", "num_ln_in_parallel_attn", 2),
            ("FalconForCausalLM", "partial_rotary_factor", 0.5), ("FalconForCausalLM", "num_kv_heads", 3),
            ("PhiForCausalLM", "partial_rotary_factor", 0.0), ("StableLmForCausalLM", "head_dim", 16),
            ("StableLmForCausalLM", "attention_bias", true), ("Starcoder2ForCausalLM", "sliding_window", 0),
            ("Starcoder2ForCausalLM", "partial_rotary_factor", 0.5), ("Starcoder2ForCausalLM", "norm_type", "rms"),
            ("Starcoder2ForCausalLM", "mlp_type", "gated"), ("NemotronForCausalLM", "norm_eps", 0.0),
            ("DeepseekV2ForCausalLM", "topk_method", "noaux_tc"), ("DeepseekV2ForCausalLM", "scoring_func", "sigmoid"),
            ("DeepseekV2ForCausalLM", "num_key_value_heads", 2), ("DeepseekV2ForCausalLM", "rope_interleave", false),
            ("DeepseekV3ForCausalLM", "topk_method", "greedy"), ("DeepseekV3ForCausalLM", "n_group", 3),
            ("DeepseekV3ForCausalLM", "n_group", 8), ("DeepseekV3ForCausalLM", "topk_group", 5),
            ("DeepseekV3ForCausalLM", "num_experts_per_tok", 5), ("DeepseekV3ForCausalLM", "head_dim", 16),
            ("DeepseekV3ForCausalLM", "qk_head_dim", 16), ("DeepseekV3ForCausalLM", "qk_rope_head_dim", 7),
            ("DeepseekV3ForCausalLM", "n_shared_experts", -1), ("DeepseekV3ForCausalLM", "moe_layer_freq", 0),
            ("DeepseekV3ForCausalLM", "first_k_dense_replace", -1), ("DeepseekV3ForCausalLM", "v_head_dim", 1_048_576),
            ("DeepseekV3ForCausalLM", "n_routed_experts", 1_073_741_824),
            ("DeepseekV3ForCausalLM", "norm_topk_prob", 1),
        ] as [(String, String, JSONValue)])
    func refusal(_ architecture: String, _ key: String, _ value: JSONValue) {
        let error = #expect(throws: ModelError.self) { try Self.model(architecture, [(key, value)]) }
        #expect(error?.key == key)
    }

    @Test("combinations that the reference has no arithmetic for are refused")
    func combinations() {
        let isNew = ("new_decoder_architecture", JSONValue.bool(true))
        var error = #expect(throws: ModelError.self) {
            try Self.model("FalconForCausalLM", [isNew, ("parallel_attn", false)])
        }
        #expect(error?.key == "parallel_attn")
        error = #expect(throws: ModelError.self) {
            try Self.model("FalconForCausalLM", [("multi_query", false), ("num_kv_heads", 2)])
        }
        #expect(error?.key == "num_kv_heads")
        error = #expect(throws: ModelError.self) {
            try Self.model("DeepseekV2ForCausalLM", [("topk_method", "group_limited_greedy"), ("n_group", .null)])
        }
        #expect(error?.key == "n_group")
    }

    @Test("sizes are read under both names a class has for them, but not under both at once")
    func spellings() throws {
        var json = Self.gpt2
        json["architectures"] = ["GPT2LMHeadModel"]
        json["max_position_embeddings"] = 16
        func model() throws -> any ModelArchitecture {
            try ModelRegistry.builtIn.model(for: ModelConfig(json: json, origin: "config.json"))
        }
        #expect(throws: ModelError.self) { try model() }
        json["n_positions"] = nil
        #expect(try model().maxPositionEmbeddings == 16)
        json["max_position_embeddings"] = nil
        #expect(try model().maxPositionEmbeddings == 1024)
    }

    @Test("what published configurations carry along is accepted")
    func published() throws {
        _ = try Self.model(
            "GPT2LMHeadModel",
            [
                ("n_ctx", 1024), ("summary_activation", "tanh"), ("summary_proj_to_labels", true),
                ("task_specific_params", ["text-generation": ["do_sample": true]]),
            ])
        _ = try Self.model(
            "DeepseekV3ForCausalLM",
            [
                ("num_nextn_predict_layers", 1), ("ep_size", 1), ("topk_method", "noaux_tc"), ("aux_loss_alpha", 0.001),
                ("scoring_func", "sigmoid"), ("seq_aux", true), ("moe_layer_freq", 1), ("pretraining_tp", 1),
                ("num_key_value_heads", 4),
            ])
        _ = try Self.model(
            "Starcoder2ForCausalLM",
            [
                ("norm_type", "layer_norm"), ("mlp_type", "default"), ("embedding_dropout", 0.1),
                ("residual_dropout", 0.1),
            ])
        _ = try Self.model(
            "GPTJForCausalLM",
            [("rotary", true), ("rotary_dim", 4), ("scale_attn_weights", true), ("gradient_checkpointing", false)])
        _ = try Self.model(
            "GPTNeoXForCausalLM",
            [
                ("rotary_emb_base", 10_000), ("rotary_pct", 0.5), ("use_parallel_residual", true),
                ("attention_probs_dropout_prob", 0.1), ("hidden_dropout_prob", 0.1), ("num_key_value_heads", 4),
            ])
    }

    @Test("Falcon's first files have other keys for the same program")
    func refinedWeb() throws {
        func program(_ architecture: String, _ members: JSONValue) throws -> Program {
            var json = try #require(members.objectValue)
            json["architectures"] = [.string(architecture)]
            json["vocab_size"] = 96
            json["hidden_size"] = 24
            let model = try ModelRegistry.builtIn.model(for: ModelConfig(json: json, origin: "config.json"))
            var recorder = Recorder()
            let output = try model.record(.decoder, into: &recorder)
            return recorder.finish(output)
        }
        let large = try program(
            "RWForCausalLM", ["model_type": "RefinedWeb", "n_layer": 2, "n_head": 6, "n_head_kv": 2])
        #expect(
            try large
                == program(
                    "FalconForCausalLM",
                    [
                        "new_decoder_architecture": true, "num_hidden_layers": 2, "num_attention_heads": 6,
                        "num_kv_heads": 2,
                    ]))
        let small = try program("RWForCausalLM", ["model_type": "RefinedWebModel", "n_layer": 1, "n_head": 6])
        #expect(try small == program("FalconForCausalLM", ["num_hidden_layers": 1, "num_attention_heads": 6]))
    }

    @Test("rotary heads of latent attention are rotated in full, whatever the partial factor")
    func partialFactor() throws {
        for factor in [0.5, 1.0] {
            let model = try Self.model("DeepseekV3ForCausalLM", [("partial_rotary_factor", .double(factor))])
            guard case .latent(let spec) = model.kvCacheSpecs[0] else {
                Issue.record("expected latent attention")
                return
            }
            #expect(spec.rotary.rotaryDim == 8 && spec.cachedWidth == 24)
        }
    }
}
