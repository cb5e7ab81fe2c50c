import MartletJSON
import MartletModelIR
import MartletModels
import Testing

/// What configurations of mixtures of experts are refused, and by which key.
struct ExpertConfigTests {
    private func refusal(_ architecture: String, _ members: String) throws -> String {
        let json = try JSONReader.parse(Array(#"{"architectures": ["\#(architecture)"], \#(members)}"#.utf8))
        let config = ModelConfig(json: try #require(json.objectValue), origin: "config.json")
        do {
            _ = try ModelRegistry.builtIn.model(for: config)
            return ""
        } catch {
            return error.key
        }
    }

    @Test(
        "A key that cannot be served is named",
        arguments: [
            ("MixtralForCausalLM", #""num_experts_per_tok": 9"#, "num_experts_per_tok"),
            ("MixtralForCausalLM", #""num_experts_per_tok": 0"#, "num_experts_per_tok"),
            ("MixtralForCausalLM", #""num_local_experts": 0"#, "num_local_experts"),
            ("MixtralForCausalLM", #""num_local_experts": 9000"#, "num_local_experts"),
            ("MixtralForCausalLM", #""num_local_experts": 8, "num_experts": 16"#, "num_experts"),
            ("MixtralForCausalLM", #""num_hidden_layers": 60000, "num_local_experts": 64"#, "num_local_experts"),
            ("MixtralForCausalLM", #""n_shared_experts": 1"#, "n_shared_experts"),
            ("Qwen2MoeForCausalLM", #""decoder_sparse_step": 0"#, "decoder_sparse_step"),
            ("Qwen2MoeForCausalLM", #""mlp_only_layers": "0""#, "mlp_only_layers"),
            (
                "Qwen2MoeForCausalLM", #""num_hidden_layers": 1, "layer_types": ["sliding_attention"]"#,
                "layer_types.0"
            ),
            ("MiniMaxM2ForCausalLM", #""attn_type_list": [1, 0]"#, "attn_type_list"),
            ("MiniMaxM2ForCausalLM", #""scoring_func": "softmax""#, "scoring_func"),
            ("MiniMaxM2ForCausalLM", #""qk_norm_type": "per_head""#, "qk_norm_type"),
            ("MiniMaxM2ForCausalLM", #""shared_intermediate_size": 8"#, "shared_intermediate_size"),
            ("OlmoeForCausalLM", #""clip_qkv": -1"#, "clip_qkv"),
            ("Glm4MoeForCausalLM", #""head_dim": 128, "n_group": 3"#, "n_group"),
            ("Glm4MoeForCausalLM", #""head_dim": 128, "n_group": 128"#, "n_group"),
            ("Glm4MoeForCausalLM", #""head_dim": 128, "n_group": 8, "topk_group": 9"#, "topk_group"),
            ("Glm4MoeForCausalLM", #""head_dim": 128, "n_group": 32, "topk_group": 1"#, "topk_group"),
            ("Ernie4_5_MoeForCausalLM", #""moe_k": 65"#, "moe_k"),
            ("Ernie4_5_MoeForCausalLM", #""moe_layer_interval": 0"#, "moe_layer_interval"),
            ("Ernie4_5_MoeForCausalLM", #""moe_gate": "hash""#, "moe_gate"),
            ("GptOssForCausalLM", #""swiglu_limit": -1"#, "swiglu_limit"),
            ("GptOssForCausalLM", #""num_experts_per_tok": 4, "experts_per_token": 2"#, "experts_per_token"),
        ])
    func refused(architecture: String, members: String, key: String) throws {
        #expect(try refusal(architecture, members) == key)
    }

    @Test(
        "Configurations that leave out what equals the defaults are served",
        arguments: [
            "MixtralForCausalLM", "Qwen2MoeForCausalLM", "Qwen3MoeForCausalLM", "MiniMaxM2ForCausalLM",
            "OlmoeForCausalLM", "GraniteMoeForCausalLM", "GraniteMoeSharedForCausalLM", "Glm4MoeForCausalLM",
            "Ernie4_5_MoeForCausalLM", "GptOssForCausalLM",
        ])
    func defaults(architecture: String) throws {
        #expect(try refusal(architecture, #""head_dim": 128"#) == "")
    }
}
