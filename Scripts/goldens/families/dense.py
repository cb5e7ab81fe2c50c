"""Decoders with RMSNorm and gated MLPs: name -> configuration class, changes to BASE, how it is saved.

See make_models.py.
"""

WINDOWS = ["sliding_attention", "full_attention", "sliding_attention"]
LONGROPE = dict(rope_type="longrope", rope_theta=10000.0, partial_rotary_factor=0.75,
                short_factor=[1.0, 1.1, 1.3], long_factor=[1.0, 2.0, 4.0])
YARN = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=16)
MINISTRAL3 = dict(YARN, type="yarn", rope_theta=1e6, mscale=1.0, mscale_all_dim=0.5, llama_4_scaling_beta=0.3,
                  original_max_position_embeddings=8)
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=32)
PIXTRAL = dict(model_type="pixtral", hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2,
               image_size=32, patch_size=4)
SIGLIP = dict(model_type="siglip_vision_model", hidden_size=16, intermediate_size=24, num_hidden_layers=1,
              num_attention_heads=2, image_size=16, patch_size=4)
QWEN_VISION = dict(depth=1, hidden_size=16, intermediate_size=24, num_heads=2, patch_size=4, spatial_merge_size=2,
                   temporal_patch_size=2, out_hidden_size=32)


def text(**changes):
    """A multimodal configuration's text part; the rest of BASE has no place outside of it."""
    base = dict(vocab_size=160, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
                num_key_value_heads=2, max_position_embeddings=128, bos_token_id=1, eos_token_id=2, pad_token_id=0,
                initializer_range=0.3)
    return dict(text_config={**base, **changes}, **{key: ... for key in base})


FAMILIES = {
    "gemma": ("GemmaConfig", dict(head_dim=8, tie_word_embeddings=True, initializer_range=0.1), dict(legacy=True)),
    "gemma2": ("Gemma2Config", dict(head_dim=8, sliding_window=8, query_pre_attn_scalar=20, attn_logit_softcapping=2.0,
                                    final_logit_softcapping=3.0, tie_word_embeddings=True, initializer_range=0.1),
               dict(legacy=True)),
    "gemma3": ("Gemma3TextConfig", dict(
        head_dim=8, sliding_window=8, query_pre_attn_scalar=12, num_hidden_layers=3, layer_types=WINDOWS,
        final_logit_softcapping=4.0, initializer_range=0.1, tie_word_embeddings=True, rope_parameters=dict(
            full_attention=dict(rope_type="linear", factor=2.0, rope_theta=1e5),
            sliding_attention=dict(rope_type="default", rope_theta=1e3))), {}),
    "gemma3_vision": ("Gemma3Config", dict(
        vision_config=SIGLIP, mm_tokens_per_image=4, tie_word_embeddings=True, **text(
        head_dim=8, sliding_window=8, query_pre_attn_scalar=8, initializer_range=0.1)), {}),
    "phi3": ("Phi3Config", dict(original_max_position_embeddings=16, rope_parameters=LONGROPE, sliding_window=12),
             dict(legacy=True)),
    "glm": ("GlmConfig", dict(head_dim=12, num_key_value_heads=1), dict(legacy=True)),
    "glm4": ("Glm4Config", dict(head_dim=8, attention_bias=False, rope_parameters=dict(
        YARN, partial_rotary_factor=0.5)), {}),
    "olmo": ("OlmoConfig", dict(clip_qkv=0.8, tie_word_embeddings=True), dict(legacy=True)),
    "olmo2": ("Olmo2Config", dict(attention_bias=True, num_key_value_heads=1), dict(legacy=True)),
    "olmo3": ("Olmo3Config", dict(
        num_key_value_heads=4, sliding_window=8, num_hidden_layers=3, layer_types=WINDOWS, rope_parameters=dict(
        full_attention=YARN, sliding_attention=dict(rope_type="default", rope_theta=1e3))), {}),
    "granite": ("GraniteConfig", dict(
        embedding_multiplier=3.0, logits_scaling=4.0, residual_multiplier=0.4, attention_multiplier=0.2, mlp_bias=True,
        attention_bias=True, tie_word_embeddings=True), dict(legacy=True)),
    "smollm3": ("SmolLM3Config", dict(no_rope_layers=[1, 0], use_sliding_window=True, sliding_window=8,
                                      tie_word_embeddings=True), dict(legacy=True)),
    "cohere": ("CohereConfig", dict(use_qk_norm=True, logit_scale=0.5, tie_word_embeddings=True), dict(legacy=True)),
    "cohere2": ("Cohere2Config", dict(sliding_window=8, num_hidden_layers=3, layer_types=WINDOWS, logit_scale=0.5,
                                      attention_bias=True, tie_word_embeddings=True), {}),
    "seed_oss": ("SeedOssConfig", dict(head_dim=8, attention_out_bias=True), dict(legacy=True)),
    "ernie4_5": ("Ernie4_5Config", dict(head_dim=8, use_bias=True, tie_word_embeddings=True), dict(legacy=True)),
    "exaone4": ("Exaone4Config", dict(sliding_window=8, num_hidden_layers=3, layer_types=WINDOWS), {}),
    "apertus": ("ApertusConfig", dict(rope_parameters=LLAMA3, attention_bias=True), dict(legacy=True)),
    "ministral": ("MinistralConfig", dict(head_dim=8, sliding_window=8, layer_types=WINDOWS[:2]), {}),
    "ministral3": ("Ministral3Config", dict(head_dim=16, rope_parameters=MINISTRAL3), dict(legacy=True)),
    "mistral3": ("Mistral3Config", dict(vision_config=PIXTRAL, image_token_index=10, tie_word_embeddings=False, **text(
        model_type="ministral3", head_dim=8, rope_parameters=MINISTRAL3)), {}),
    "qwen2_5_vl": ("Qwen2_5_VLConfig", dict(
        vision_config=dict(QWEN_VISION, window_size=16, fullatt_block_indexes=[0]), tie_word_embeddings=True,
        image_token_id=10, video_token_id=11, vision_start_token_id=12, vision_end_token_id=13, **text(
            tie_word_embeddings=True, rope_parameters=dict(
                rope_type="default", rope_theta=1e4, mrope_section=[1, 1, 2]))),
        {}),
    "qwen3_vl": ("Qwen3VLConfig", dict(
        vision_config=dict(QWEN_VISION, num_position_embeddings=16, deepstack_visual_indexes=[0]),
        tie_word_embeddings=False, image_token_id=10, video_token_id=11, vision_start_token_id=12,
        vision_end_token_id=13, **text(head_dim=8, rope_parameters=dict(
            rope_type="default", rope_theta=1e4, mrope_section=[2, 1, 1], mrope_interleaved=True))), {}),
}
