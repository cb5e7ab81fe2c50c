"""Multi-head latent attention: name -> configuration class, changes to BASE, how it is saved; see make_models.py."""

SMALL = dict(vocab_size=96, num_key_value_heads=..., kv_lora_rank=16, qk_nope_head_dim=12, qk_rope_head_dim=8,
             v_head_dim=10, n_routed_experts=8, num_experts_per_tok=3, moe_intermediate_size=12)
YARN = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=16, beta_fast=32,
            beta_slow=1, mscale=1.0, mscale_all_dim=0.7)
FAMILIES = {
    "deepseek_v2": ("DeepseekV2Config", dict(SMALL, num_key_value_heads=4, q_lora_rank=None, n_shared_experts=2,
                                             first_k_dense_replace=1, routed_scaling_factor=2.0, rms_norm_eps=1e-3),
                    dict(legacy=True)),
    "deepseek_v2_groups": ("DeepseekV2Config", dict(SMALL, num_key_value_heads=4, q_lora_rank=20, n_shared_experts=1,
                                                    topk_method="group_limited_greedy", n_group=4, topk_group=2,
                                                    attention_bias=True, mlp_bias=True, num_hidden_layers=1,
                                                    rope_parameters=YARN), {}),
    "deepseek_v3": ("DeepseekV3Config", dict(SMALL, num_key_value_heads=4, q_lora_rank=20, n_group=4, topk_group=2,
                                             first_k_dense_replace=1, rope_parameters=YARN), dict(legacy=True)),
    "deepseek_v3_neox": ("DeepseekV3Config", dict(SMALL, num_attention_heads=6, hidden_size=36, num_key_value_heads=6,
                                                  q_lora_rank=None, n_group=1, topk_group=1, attention_bias=True,
                                                  norm_topk_prob=False, rope_interleave=False, num_hidden_layers=1,
                                                  first_k_dense_replace=0, tie_word_embeddings=True), {}),
}
