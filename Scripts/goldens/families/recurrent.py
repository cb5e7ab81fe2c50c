"""Hybrids of attention and recurrent layers: name -> configuration class, changes to BASE, how it is saved; see make_models.py."""

DELTA_NET = dict(
    hidden_size=24, intermediate_size=32, num_hidden_layers=3, num_attention_heads=2, num_key_value_heads=1, head_dim=16,
    linear_num_key_heads=2, linear_num_value_heads=6, linear_key_head_dim=8, linear_value_head_dim=10,
    linear_conv_kernel_dim=4, layer_types=["linear_attention", "full_attention", "linear_attention"],
)
EXPERTS = dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=12, shared_expert_intermediate_size=10)
MROPE = dict(rope_type="default", rope_theta=1e4, partial_rotary_factor=0.5, mrope_section=[2, 1, 1],
             mrope_interleaved=True)
GRANITE = dict(
    num_hidden_layers=3, mamba_n_heads=8, mamba_d_head=8, mamba_n_groups=2, mamba_d_state=12, mamba_d_conv=4,
    mamba_expand=2, shared_intermediate_size=20, embedding_multiplier=3.0, logits_scaling=2.0, residual_multiplier=0.5,
    attention_multiplier=0.3, layer_types=["linear_attention", "full_attention", "linear_attention"],
)
FAMILIES = {
    "qwen3_next": ("Qwen3NextConfig", dict(
        **DELTA_NET, **EXPERTS, attention_bias=True, mlp_only_layers=[1], norm_topk_prob=False), {}),
    "qwen3_5": ("Qwen3_5TextConfig", dict(**DELTA_NET, tie_word_embeddings=True, rope_parameters=MROPE), {}),
    "qwen3_5_moe": ("Qwen3_5MoeTextConfig", dict(
        **{**DELTA_NET, "intermediate_size": ...}, **EXPERTS, rope_parameters=MROPE), dict(seed=1)),
    "lfm2": ("Lfm2Config", dict(
        num_hidden_layers=3, layer_types=["conv", "full_attention", "conv"], conv_L_cache=4, conv_bias=True,
        block_multiple_of=8, block_ffn_dim_multiplier=1.3), dict(seed=1)),
    "lfm2_moe": ("Lfm2MoeConfig", dict(
        num_hidden_layers=3, layer_types=["conv", "full_attention", "conv"], num_dense_layers=1, num_experts=4,
        num_experts_per_tok=2, moe_intermediate_size=12, routed_scaling_factor=1.5), {}),
    "granite_hybrid": ("GraniteMoeHybridConfig", dict(
        **GRANITE, intermediate_size=12, num_local_experts=4, num_experts_per_tok=2, mamba_proj_bias=True,
        attention_bias=True, position_embedding_type="rope", time_step_limit=[0.1, 0.8]), dict(seed=1)),
    "granite_hybrid_dense": ("GraniteMoeHybridConfig", dict(
        **GRANITE, num_local_experts=0, mamba_conv_bias=False, tie_word_embeddings=True), {}),
    "mamba2": ("Mamba2Config", dict(
        hidden_size=20, num_heads=5, head_dim=8, n_groups=1, state_size=12, num_attention_heads=...,
        num_key_value_heads=..., intermediate_size=..., max_position_embeddings=..., use_bias=True), {}),
}
