"""Writes Tests/Fixtures/mistral_checkpoints: tiny random checkpoints as Mistral writes them, with transformers' logits.

Each folder holds params.json, consolidated*.safetensors and golden.safetensors, see make_models.py. The goldens are those
of the same weights in transformers, whose rows of q_proj and k_proj are in another order.

    python Scripts/goldens/make_mistral_checkpoints.py
"""
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile

import torch
import transformers
from safetensors.torch import load_file, save_file

from families.quantized import to_f8
from make_models import BASE, golden, random_model

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/mistral_checkpoints"
NAMES = [
    ("model.embed_tokens.", "tok_embeddings."), ("model.norm.", "norm."), ("lm_head.", "output."), ("model.layers.", "layers."),
    ("self_attn.q_proj.", "attention.wq."), ("self_attn.k_proj.", "attention.wk."), ("self_attn.v_proj.", "attention.wv."),
    ("self_attn.o_proj.", "attention.wo."), ("input_layernorm.", "attention_norm."),
    ("post_attention_layernorm.", "ffn_norm."), ("mlp.gate_proj.", "feed_forward.w1."),
    ("mlp.down_proj.", "feed_forward.w2."), ("mlp.up_proj.", "feed_forward.w3."), ("block_sparse_moe.", "feed_forward."),
]
YARN = dict(factor=4.0, original_max_position_embeddings=8, beta=32.0, alpha=1.0)


def yarn(**more):
    return dict(rope_type="yarn", rope_theta=1e4, factor=4.0, original_max_position_embeddings=8, beta_fast=32.0,
                beta_slow=1.0, **more)


# name -> configuration class, changes to BASE, members of params.json besides the shape, how it is stored
CASES = {
    "window": ("MistralConfig", dict(sliding_window=8, head_dim=8, num_attention_heads=6, tie_word_embeddings=True),
               dict(sliding_window=8, tied_embeddings=True, rope_theta=1e4, max_seq_len=128), {}),
    "window_pattern": ("MinistralConfig", dict(
        sliding_window=8, head_dim=8, num_hidden_layers=4, layer_types=["full_attention", "sliding_attention"] * 2),
        dict(sliding_window=[None, 8], rope_theta=1e4), {}),
    "yarn": ("Ministral3Config", dict(
        head_dim=16, rope_parameters=yarn(attention_factor=1.0, llama_4_scaling_beta=0.1)),
        dict(yarn=dict(YARN, apply_scale=False), rope_theta=1e4, moe=None, q_lora_rank=None,
             llama_4_scaling=dict(beta=0.1, original_max_position_embeddings=8),
             vision_encoder=dict(hidden_size=8, num_hidden_layers=1)), dict(shards=True, vision=True)),
    "yarn_scaled": ("MistralConfig", dict(sliding_window=None, head_dim=8, num_key_value_heads=4, rope_parameters=yarn()),
                    dict(yarn=dict(YARN, apply_scale=True), rope_theta=1e4, sliding_window=None,
                         multimodal=dict(vision_encoder_args=dict(hidden_size=8))), dict(vision=True)),
    "experts": ("MixtralConfig", dict(
        sliding_window=None, head_dim=8, intermediate_size=20, num_local_experts=5, num_experts_per_tok=2,
        tie_word_embeddings=True, rope_parameters=dict(rope_type="default", rope_theta=1e6)),
        dict(moe=dict(num_experts=5, num_experts_per_tok=2), tied_embeddings=True), {}),
    "fp8_tensors": ("MistralConfig", dict(sliding_window=None, head_dim=16, tie_word_embeddings=True),
                    dict(rope_theta=1e4, tied_embeddings=True,
                         quantization=dict(qformat_weight="fp8_e4m3", qscheme_act="TENSOR")), dict(scales="tensor")),
    "fp8_rows": ("MistralConfig", dict(sliding_window=None, head_dim=16, tie_word_embeddings=True),
                 dict(rope_theta=1e4, tied_embeddings=True,
                      quantization=dict(qformat_weight="fp8_e4m3", qscheme_act="NO_SCALES")), dict(scales="row")),
}


def quantize(weights, scales):
    """What is stored of the linear weights, and in `weights` what that stands for."""
    stored = {}
    for name, weight in weights.items():
        if not name.endswith("_proj.weight"):
            stored[name] = weight
            continue
        codes, scale = to_f8(weight, weight.shape[0] if scales == "tensor" else 1, weight.shape[1])
        prefix = name.removesuffix("weight")
        stored[name] = codes
        stored[f"{prefix}qscale_weight"] = scale.reshape(()) if scales == "tensor" else scale
        if scales == "tensor":
            stored[f"{prefix}qscale_act"] = torch.tensor(0.02)
        weights[name] = codes.float() * scale
    return stored


def in_pairs(tensor, heads):
    """Rows (i, i + d/2) of every head side by side."""
    rows = tensor.shape[0]
    halves = tensor.view(torch.uint8) if tensor.dtype == torch.float8_e4m3fn else tensor
    halves = halves.reshape(heads, 2, rows // heads // 2, *tensor.shape[1:])
    return halves.transpose(1, 2).reshape(tensor.shape).contiguous().view(tensor.dtype)


def renamed(stored, config):
    result = {}
    for name, tensor in stored.items():
        heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
        for part, count in heads.items():
            if f".{part}." in name and tensor.dim() == 2:
                tensor = in_pairs(tensor, count)
        for ours, theirs in NAMES:
            name = name.replace(ours, theirs)
        result[name] = tensor
    return result


def params(config, members):
    return dict(
        dim=config.hidden_size, n_layers=config.num_hidden_layers, n_heads=config.num_attention_heads,
        n_kv_heads=config.num_key_value_heads, hidden_dim=config.intermediate_size, head_dim=config.head_dim,
        norm_eps=config.rms_norm_eps, vocab_size=config.vocab_size, max_position_embeddings=128, **members)


def write(folder, tensors, how):
    if how.get("vision"):
        tensors = tensors | {"vision_encoder.patch_conv.weight": torch.ones(4), "patch_merger.merging_layer.weight": torch.ones(4)}
    if not how.get("shards"):
        save_file(tensors, folder / "consolidated.safetensors")
        return
    names = sorted(tensors)
    weight_map = {}
    for number, part in enumerate((names[: len(names) // 2], names[len(names) // 2 :]), 1):
        file = f"consolidated-{number:05}-of-00002.safetensors"
        save_file({name: tensors[name] for name in part}, folder / file)
        weight_map.update({name: file for name in part})
    index = {"metadata": {}, "weight_map": weight_map}
    (folder / "consolidated.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")


def make(name, seed):
    kind, changes, members, how = CASES[name]
    config = getattr(transformers, kind)(**(BASE | changes))
    with tempfile.TemporaryDirectory() as work:
        random_model(config, seed).save_pretrained(work)
        path = pathlib.Path(work) / "model.safetensors"
        weights = load_file(path)
        stored = quantize(weights, how["scales"]) if "scales" in how else dict(weights)
        save_file(weights, path, metadata={"format": "pt"})
        model = transformers.AutoModelForCausalLM.from_pretrained(
            work, dtype=torch.float32, attn_implementation="eager").eval()
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    save_file(golden(model, config.vocab_size, seed + 1), folder / "golden.safetensors")
    tensors = renamed(stored, config)
    if how.get("scales") == "tensor":
        for layer in range(config.num_hidden_layers):
            tensors[f"layers.{layer}.attention.k_fake_quantizer.qscale_act"] = torch.tensor(0.5)
    write(folder, tensors, how)
    (folder / "params.json").write_text(json.dumps(params(config, members), indent=1) + "\n")


def main():
    for number, name in enumerate(CASES):
        make(name, 7000 + 10 * number)
    manifest = {
        "script": "Scripts/goldens/make_mistral_checkpoints.py",
        "command": "python Scripts/goldens/make_mistral_checkpoints.py",
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__, "transformers": transformers.__version__},
        "sha256": {str(p.relative_to(OUT)): hashlib.sha256(p.read_bytes()).hexdigest()
                   for p in sorted(OUT.rglob("*")) if p.is_file() and p.name != "MANIFEST.json"},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
