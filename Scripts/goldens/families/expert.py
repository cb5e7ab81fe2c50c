"""Mixtures of experts: name -> configuration class, changes to BASE, how it is saved; see make_models.py."""

import re

import torch

SMALL = dict(hidden_size=32, num_attention_heads=4, num_key_value_heads=2)
YARN = dict(rope_type="yarn", rope_theta=150000.0, factor=8.0, beta_fast=32.0, beta_slow=1.0, truncate=False,
            original_max_position_embeddings=16)
HALF = dict(rope_type="default", rope_theta=10000.0, partial_rotary_factor=0.5)

FAMILIES = {
    "mixtral": ("MixtralConfig", dict(SMALL, intermediate_size=20, num_local_experts=5, num_experts_per_tok=2,
                                      sliding_window=8, tie_word_embeddings=True), {}),
    "qwen2_moe": ("Qwen2MoeConfig", dict(SMALL, num_hidden_layers=3, mlp_only_layers=[1], num_experts=6,
                                         num_experts_per_tok=3, moe_intermediate_size=12,
                                         shared_expert_intermediate_size=20, use_sliding_window=True, sliding_window=8,
                                         max_window_layers=2, tie_word_embeddings=True), {}),
    "qwen3_moe": ("Qwen3MoeConfig", dict(SMALL, head_dim=12, num_experts=8, num_experts_per_tok=3,
                                         moe_intermediate_size=16, norm_topk_prob=True, tie_word_embeddings=True),
                  dict(gguf=True)),
    "minimax_m2": ("MiniMaxM2Config", dict(SMALL, head_dim=12, num_attention_heads=6, intermediate_size=16,
                                           num_local_experts=6, num_experts_per_tok=2, rope_parameters=HALF,
                                           tie_word_embeddings=True), {}),
    "olmoe": ("OlmoeConfig", dict(SMALL, intermediate_size=16, num_experts=6, num_experts_per_tok=3, clip_qkv=1.5,
                                  tie_word_embeddings=True), {}),
    "granite_moe": ("GraniteMoeConfig", dict(SMALL, intermediate_size=12, num_local_experts=5, num_experts_per_tok=2,
                                             embedding_multiplier=6.0, logits_scaling=2.0, residual_multiplier=0.4,
                                             attention_multiplier=0.125, tie_word_embeddings=True), {}),
    "granite_moe_shared": ("GraniteMoeSharedConfig", dict(SMALL, intermediate_size=12, shared_intermediate_size=20,
                                                          num_local_experts=5, num_experts_per_tok=2,
                                                          attention_multiplier=0.25, tie_word_embeddings=True), {}),
    "glm4_moe": ("Glm4MoeConfig", dict(SMALL, head_dim=16, num_hidden_layers=3, n_routed_experts=12, n_group=4,
                                       topk_group=2, num_experts_per_tok=3, n_shared_experts=1,
                                       moe_intermediate_size=12, first_k_dense_replace=1, use_qk_norm=True,
                                       attention_bias=True, routed_scaling_factor=1.5, rope_parameters=HALF,
                                       tie_word_embeddings=True), {}),
    "ernie45_moe": ("Ernie4_5_MoeConfig", dict(SMALL, num_hidden_layers=3, moe_intermediate_size=12,
                                               moe_num_experts=6, moe_k=2, moe_num_shared_experts=1, use_bias=True,
                                               tie_word_embeddings=True), {}),
    "gpt_oss": ("GptOssConfig", dict(SMALL, head_dim=8, intermediate_size=16, num_local_experts=5,
                                     num_experts_per_tok=2, sliding_window=8, swiglu_limit=0.7, rope_parameters=YARN,
                                     tie_word_embeddings=True), {}),
}


def stacked(weights, count):
    """The matrices of a layer's experts in one tensor each, as llama.cpp's converter writes them."""
    result = {}
    for name, weight in weights.items():
        if match := re.fullmatch(r"(.*\.mlp\.experts)\.(\d+)\.(\w+)\.weight", name):
            layer, index, matrix = match.groups()
            if index == "0":
                parts = [weights[f"{layer}.{other}.{matrix}.weight"] for other in range(count)]
                result[f"{layer}.{matrix}.weight"] = torch.stack(parts)
        else:
            result[name] = weight
    return result
