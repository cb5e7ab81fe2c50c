"""Checkpoints with FP8 and FP4 weights: name -> configuration class, changes to BASE, how it is saved; see make_models.py.

`quantize` gives what is stored instead of a linear weight, the weight that this stands for, and `section` is the
quantization_config. The goldens are those of the model with the weights that the stored ones stand for.
"""
import json
import re

import torch
from safetensors.torch import load_file, save_file

from . import expert, latent

F8 = torch.float8_e4m3fn
WIDE = dict(hidden_size=160, intermediate_size=136, num_hidden_layers=1, head_dim=32, num_attention_heads=5,
            num_key_value_heads=1, tie_word_embeddings=True, initializer_range=0.1)
SMALL = dict(hidden_size=64, intermediate_size=80, num_hidden_layers=1, tie_word_embeddings=True)


def expand(scales, rows, columns, shape):
    return scales.repeat_interleave(rows, 0).repeat_interleave(columns, 1)[: shape[0], : shape[1]]


def to_f8(weight, rows, columns, power_of_two=False):
    """The codes and one scale for every block of rows x columns, the last of them partial."""
    n, k = weight.shape
    padded = torch.zeros(-(-n // rows) * rows, -(-k // columns) * columns)
    padded[:n, :k] = weight
    most = padded.abs().reshape(padded.shape[0] // rows, rows, -1, columns).amax(dim=(1, 3)).clamp(min=1e-12)
    scales = most / 448
    if power_of_two:
        scales = torch.exp2(torch.ceil(torch.log2(scales)))
    return (weight / expand(scales, rows, columns, weight.shape)).clamp(-448, 448).to(F8), scales


def blocks(rows, columns, dtype=torch.float32):
    def quantize(name, weight):
        codes, scales = to_f8(weight, rows, columns, dtype == torch.uint8)
        stored = scales.to(dtype) if dtype != torch.uint8 else (torch.log2(scales) + 127).to(torch.uint8)
        wide = scales.to(dtype).float() if dtype != torch.uint8 else scales
        return ({f"{name}": codes, f"{name}_scale_inv": stored},
                codes.float() * expand(wide, rows, columns, weight.shape))
    return quantize


def per_tensor(name, weight):
    codes, scales = to_f8(weight, *weight.shape)
    prefix = name.removesuffix("weight")
    return ({name: codes, f"{name}_scale_inv": scales.reshape(()), f"{prefix}activation_scale": torch.tensor(0.02)},
            codes.float() * scales)


def per_channel(name, weight):
    codes, scales = to_f8(weight, 1, weight.shape[1])
    scales = scales.to(torch.bfloat16)
    return {name: codes, f"{name}_scale": scales}, codes.float() * scales.float()


def fp4(name, weight):
    """E2M1 codes of `[stack, out, in]`, the first of two in the low nibble, and an exponent for every 32 columns."""
    values = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6])
    groups = weight.transpose(1, 2).unflatten(-1, (-1, 32))
    exponents = torch.floor(torch.log2(groups.abs().amax(-1).clamp(min=1e-12))) - 2
    scaled = groups / torch.exp2(exponents)[..., None]
    codes = (scaled.abs()[..., None] - values).abs().argmin(-1)
    wide = values[codes] * scaled.sign() * torch.exp2(exponents)[..., None]
    codes = (codes + 8 * (scaled < 0)).to(torch.uint8)
    return ({f"{name}_blocks": codes[..., 0::2] | codes[..., 1::2] << 4,
             f"{name}_scales": (exponents + 127).to(torch.uint8)}, wide.flatten(-2).transpose(1, 2))


def fp8(**changes):
    return dict(quant_method="fp8", fmt="e4m3", activation_scheme="dynamic",
                modules_to_not_convert=["lm_head"]) | changes


CHANNELS = dict(
    quant_method="compressed-tensors", format="float-quantized", quantization_status="compressed", ignore=["lm_head"],
    kv_cache_scheme=None,
    config_groups=dict(group_0=dict(
        targets=["Linear"], weights=dict(num_bits=8, type="float", strategy="channel", symmetric=True, dynamic=False),
        input_activations=dict(num_bits=8, type="float", strategy="token", symmetric=True, dynamic=True))))

MXFP4 = dict(quant_method="mxfp4", modules_to_not_convert=[
    "model.layers.*.self_attn", "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"])


def changes(families, name, **others):
    return families[name][0], families[name][1] | others


FAMILIES = {
    "llama_fp8_blocks": ("LlamaConfig", WIDE, dict(
        quantize=blocks(128, 128), section=fp8(weight_block_size=[128, 128]))),
    "qwen3_fp8_small_blocks": ("Qwen3Config", SMALL | dict(head_dim=20), dict(
        quantize=blocks(16, 16, torch.bfloat16), section=fp8(weight_block_size=[16, 16]))),
    "qwen2_fp8_exponents": ("Qwen2Config", SMALL, dict(
        quantize=blocks(24, 32, torch.uint8), section=fp8(weight_block_size=[24, 32], scale_fmt="ue8m0"))),
    "mistral_fp8_static": ("MistralConfig", SMALL | dict(sliding_window=None, head_dim=16), dict(
        quantize=per_tensor, section=fp8(activation_scheme="static", weight_block_size=None))),
    "qwen3_fp8_channels": ("Qwen3Config", SMALL | dict(head_dim=16), dict(quantize=per_channel, section=CHANNELS)),
    # Blocks of rows end within heads.
    "deepseek_v3_fp8": (*changes(latent.FAMILIES, "deepseek_v3", num_hidden_layers=2), dict(
        legacy=True, quantize=blocks(16, 16), section=fp8(weight_block_size=[16, 16]))),
    "minimax_m2_fp8": (*changes(expert.FAMILIES, "minimax_m2", num_hidden_layers=1), dict(
        quantize=blocks(16, 16), section=fp8(
            weight_block_size=[16, 16], modules_to_not_convert=["gate", "e_score_correction_bias", "lm_head"]))),
    "gpt_oss_fp4": (*changes(expert.FAMILIES, "gpt_oss", hidden_size=64, intermediate_size=32), dict(
        quantize=fp4, section=MXFP4, names=r"experts\.(gate_up|down)_proj$")),
    "qwen3_fp4": ("Qwen3Config", SMALL | dict(head_dim=32, intermediate_size=96), dict(
        gguf_only=True, gguf=True, gguf_type="MXFP4")),
}


def apply(folder, how):
    """Quantises the saved weights whose names fit, leaves in the folder what they stand for, and returns what to store."""
    path = folder / "model.safetensors"
    stored, plain = {}, {}
    for name, weight in load_file(path).items():
        if re.search(how.get("names", r"(_proj|_proj_with_mqa|\.w[123])\.weight$"), name):
            tensors, plain[name] = how["quantize"](name, weight)
            stored.update(tensors)
        else:
            stored[name] = plain[name] = weight
    save_file({name: weight.contiguous() for name, weight in plain.items()}, path, metadata={"format": "pt"})
    return stored


def store(folder, how, stored):
    save_file({name: weight.contiguous() for name, weight in stored.items()}, folder / "model.safetensors",
              metadata={"format": "pt"})
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["quantization_config"] = how["section"]
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
