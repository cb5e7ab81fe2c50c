"""Decoders with LayerNorm or other departures from Llama: name -> configuration class, changes to BASE, how it is saved; see make_models.py."""

SMALL = dict(vocab_size=96)
# Classes that keep the sizes under names of their own.
GPT2 = dict(SMALL, hidden_size=..., num_hidden_layers=..., num_attention_heads=..., num_key_value_heads=...,
            intermediate_size=..., max_position_embeddings=..., n_embd=32, n_layer=2, n_head=4, n_positions=64)
FALCON = dict(SMALL, num_key_value_heads=..., intermediate_size=..., hidden_size=24, num_attention_heads=6)
BARE = dict(SMALL, num_key_value_heads=...)


def rope(partial, theta=10000.0, **more):
    return dict(rope_type="default", rope_theta=theta, partial_rotary_factor=partial) | more


FAMILIES = {
    "gpt2": ("GPT2Config", dict(GPT2, tie_word_embeddings=True), {}),
    # Heads of nine dimensions, an MLP of its own width, scores scaled by layer only, and the bare model's names.
    "gpt2_bare": ("GPT2Config", dict(GPT2, n_embd=27, n_head=3, n_inner=40, activation_function="relu",
                                     scale_attn_weights=False, scale_attn_by_inverse_layer_idx=True,
                                     reorder_and_upcast_attn=True, tie_word_embeddings=True), dict(bare="transformer.")),
    "gptj": ("GPTJConfig", dict(GPT2, n_head=2, rotary_dim=6, n_inner=48), {}),
    "gpt_neox": ("GPTNeoXConfig", dict(BARE, hidden_size=48, num_attention_heads=3, rope_parameters=rope(0.25)),
                 dict(legacy=True)),
    "gpt_neox_sequential": ("GPTNeoXConfig", dict(BARE, use_parallel_residual=False, attention_bias=False,
                                                  tie_word_embeddings=True, rope_parameters=rope(1.0)), {}),
    "falcon": ("FalconConfig", dict(FALCON, tie_word_embeddings=True), dict(legacy=True)),
    "falcon_sequential": ("FalconConfig", dict(FALCON, multi_query=False, parallel_attn=False, bias=True), {}),
    "falcon_grouped": ("FalconConfig", dict(FALCON, new_decoder_architecture=True, num_kv_heads=2, ffn_hidden_size=40,
                                            tie_word_embeddings=True), {}),
    "falcon_grouped_one_norm": ("FalconConfig", dict(FALCON, new_decoder_architecture=True, num_kv_heads=2,
                                                     num_ln_in_parallel_attn=1, num_hidden_layers=1), {}),
    "phi": ("PhiConfig", dict(SMALL, rope_parameters=rope(0.5)), dict(legacy=True)),
    "phi_qk_norm": ("PhiConfig", dict(SMALL, qk_layernorm=True, num_attention_heads=2, rope_parameters=rope(0.375),
                                      tie_word_embeddings=True), {}),
    "stablelm": ("StableLmConfig", dict(SMALL, hidden_size=48, num_attention_heads=3, num_key_value_heads=1,
                                        use_qkv_bias=True, rope_parameters=rope(0.25)), dict(legacy=True)),
    "stablelm_parallel": ("StableLmConfig", dict(SMALL, use_parallel_residual=True, qk_layernorm=True,
                                                 rope_parameters=rope(0.5)), {}),
    "starcoder2": ("Starcoder2Config", dict(SMALL, num_attention_heads=6, head_dim=8, num_key_value_heads=2, sliding_window=8, tie_word_embeddings=True), dict(legacy=True)),
    "starcoder2_no_bias": ("Starcoder2Config", dict(SMALL, use_bias=False, hidden_act="gelu", num_hidden_layers=1),
                           {}),
    "nemotron": ("NemotronConfig", dict(SMALL, head_dim=12, mlp_bias=True, rope_parameters=rope(0.5)),
                 dict(legacy=True)),
}
