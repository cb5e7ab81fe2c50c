"""Writes Tests/Fixtures/models: tiny random checkpoints with the logits and greedy continuations transformers gives.

Each folder holds config.json, model.safetensors (or shards with an index), golden.safetensors and, where llama.cpp's
converter serves the architecture, model.gguf with the same weights.

golden.safetensors: caseI.input_ids i32 [T], caseI.logits f32 [T, V] at every position, caseI.greedy_ids i32 [N],
caseI.greedy_margin f32 [N], the distance of the best logit from the second best at that step. The continuation is
computed without a cache. Prompts of 21, 6 and 1 tokens: the first exceeds the sliding windows, which are 8.

    python Scripts/goldens/make_models.py [NAME ...]

Without names it makes them all anew. More families stand in Scripts/goldens/families.
"""
import hashlib
import importlib.metadata
import json
import math
import os
import pathlib
import shutil
import sys
import zlib

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import gguf
import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file

from families import dense, expert, gpt, latent, quantized, recurrent

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/models"
BASE = dict(
    vocab_size=160, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=128, bos_token_id=1, eos_token_id=2, pad_token_id=0,
    tie_word_embeddings=False, initializer_range=0.3,
)
LLAMA3 = dict(
    rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=32,
)
# name -> configuration class, changes to BASE, how it is saved
FAMILIES = {
    "llama": ("LlamaConfig", {}, {}),
    "llama_tied": ("LlamaConfig", dict(tie_word_embeddings=True, attention_bias=True, mlp_bias=True),
                   dict(legacy=True, gguf=False)),
    "llama3_rope": ("LlamaConfig", dict(tie_word_embeddings=True, head_dim=16, rope_parameters=LLAMA3),
                    dict(legacy=True)),
    "llama_bf16_sharded": ("LlamaConfig", dict(tie_word_embeddings=True), dict(bf16=True, gguf=False)),
    "mistral": ("MistralConfig", dict(sliding_window=8, head_dim=8, tie_word_embeddings=True), dict(gguf=False)),
    "mistral_full": ("MistralConfig", dict(sliding_window=None, head_dim=16, tie_word_embeddings=True),
                     dict(gguf_only=True)),
    "qwen2": ("Qwen2Config", dict(tie_word_embeddings=True), dict(legacy=True)),
    "qwen2_windows": ("Qwen2Config", dict(use_sliding_window=True, sliding_window=8, max_window_layers=1,
                                          tie_word_embeddings=True), dict(gguf=False)),
    "qwen3": ("Qwen3Config", dict(head_dim=16, tie_word_embeddings=True), {}),
}
# Families of this file; those of the others are made as GGUF by their own scripts, if at all.
OWN = list(FAMILIES)
for module in (dense, gpt, expert, latent, quantized, recurrent):
    FAMILIES.update(module.FAMILIES)


def auto_class(config):
    is_multimodal = hasattr(config, "vision_config")
    return transformers.AutoModelForImageTextToText if is_multimodal else transformers.AutoModelForCausalLM


def random_model(config, seed):
    torch.manual_seed(seed)
    model = auto_class(config).from_config(config, dtype=torch.float32, attn_implementation="eager")
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name or ".ln_" in name:
                weight.copy_(1 + 0.3 * torch.randn_like(weight))
            elif name.endswith("bias"):
                weight.copy_(0.3 * torch.randn_like(weight))
        for name, buffer in model.named_buffers():
            if name.endswith("e_score_correction_bias"):
                buffer.copy_(0.3 * torch.randn_like(buffer))
    return model.eval()


def write_legacy_config(folder):
    """Rewrites config.json with the keys most published checkpoints have, after checking that both mean the same."""
    path = folder / "config.json"
    before = transformers.AutoConfig.from_pretrained(folder)
    config = json.loads(path.read_text())
    rope = config.pop("rope_parameters")
    is_neox = config["model_type"] == "gpt_neox"
    config["rotary_emb_base" if is_neox else "rope_theta"] = rope.pop("rope_theta")
    if "partial_rotary_factor" in rope:
        config["rotary_pct" if is_neox else "partial_rotary_factor"] = rope.pop("partial_rotary_factor")
    config["rope_scaling"] = rope if rope["rope_type"] != "default" else None
    config.pop("layer_types", None)
    config["torch_dtype"] = config.pop("dtype")
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    assert transformers.AutoConfig.from_pretrained(folder).rope_parameters == before.rope_parameters


def write_bare_names(folder, prefix):
    """Names the weights as the bare model has them, with the buffers that old checkpoints of GPT-2 carry."""
    path = folder / "model.safetensors"
    weights = {name.removeprefix(prefix): weight for name, weight in load_file(path).items()}
    weights["h.0.attn.bias"] = torch.ones(1, 1, 4, 4).tril()
    weights["h.0.attn.masked_bias"] = torch.tensor(-1e4)
    save_file(weights, path, metadata={"format": "pt"})


def use_sequential_delta_rule():
    """Makes transformers work the gated delta rule out token by token, as it does with a cache.

    Its chunked form sums logarithms of decays in float32 and strays from the definition by up to 1e-3 in these models.
    """
    from transformers.models.qwen3_5 import modeling_qwen3_5
    from transformers.models.qwen3_5_moe import modeling_qwen3_5_moe
    from transformers.models.qwen3_next import modeling_qwen3_next

    for modeling in (modeling_qwen3_next, modeling_qwen3_5, modeling_qwen3_5_moe):
        def sequential(*args, rule=modeling.torch_recurrent_gated_delta_rule, chunk_size=None, **kwargs):
            return rule(*args, **kwargs)
        modeling.torch_chunk_gated_delta_rule = sequential


def golden(model, vocab_size, seed, steps=16):
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for case, length in enumerate((21, 6, 1)):
        ids = torch.randint(3, vocab_size, (length,), generator=generator)
        with torch.no_grad():
            logits = model(ids[None], use_cache=False).logits[0]
            greedy, margins, sequence = [], [], ids
            for _ in range(steps):
                last = model(sequence[None], use_cache=False).logits[0, -1]
                best = last.topk(2)
                greedy.append(int(best.indices[0]))
                margins.append(float(best.values[0] - best.values[1]))
                sequence = torch.cat([sequence, best.indices[:1]])
        tensors[f"case{case}.input_ids"] = ids.to(torch.int32)
        tensors[f"case{case}.logits"] = logits.to(torch.float32).contiguous()
        tensors[f"case{case}.greedy_ids"] = torch.tensor(greedy, dtype=torch.int32)
        tensors[f"case{case}.greedy_margin"] = torch.tensor(margins, dtype=torch.float32)
    return tensors


def interleaved(weight, heads):
    """The row order llama.cpp wants for query and key heads of Llama models: (0, d/2, 1, d/2 + 1, ...) per head."""
    rows = weight.reshape(heads, 2, -1, weight.shape[-1])
    return np.ascontiguousarray(rows.transpose(0, 2, 1, 3)).reshape(weight.shape)


def llama3_factors(rope, head_dim):
    """What the converter stores as rope_freqs.weight: the divisor of every frequency."""
    factors = []
    for pair in range(head_dim // 2):
        wavelength = 2 * math.pi * rope["rope_theta"] ** (2 * pair / head_dim)
        original = rope["original_max_position_embeddings"]
        low, high = rope["low_freq_factor"], rope["high_freq_factor"]
        if wavelength < original / high:
            factors.append(1.0)
        elif wavelength > original / low:
            factors.append(rope["factor"])
        else:
            smooth = (original / wavelength - low) / (high - low)
            factors.append(1 / ((1 - smooth) / rope["factor"] + smooth))
    return np.array(factors, dtype=np.float32)


def in_blocks(name, type_name):
    """The type of a linear weight where it is quantised, else None."""
    return getattr(gguf.GGMLQuantizationType, type_name) if type_name and name.endswith("_proj.weight") else None


def round_trip(folder, type_name):
    """Leaves in the folder the weights that quantised ones stand for."""
    path = folder / "model.safetensors"
    weights = load_file(path)
    for name, weight in weights.items():
        if kind := in_blocks(name, type_name):
            blocks = gguf.quants.quantize(weight.numpy(), kind)
            weights[name] = torch.from_numpy(gguf.quants.dequantize(blocks, kind).copy())
    save_file(weights, path, metadata={"format": "pt"})


def write_gguf(path, config, weights, type_name=None):
    """Metadata and names as llama.cpp's convert_hf_to_gguf.py writes them; Mistral is `llama` there."""
    is_llama = config.model_type in ("llama", "mistral")
    name = {"mistral": "llama", "qwen3_moe": "qwen3moe"}.get(config.model_type, config.model_type)
    arch = {"llama": gguf.MODEL_ARCH.LLAMA, "qwen2": gguf.MODEL_ARCH.QWEN2, "qwen3": gguf.MODEL_ARCH.QWEN3,
            "qwen3moe": gguf.MODEL_ARCH.QWEN3MOE}[name]
    heads, kv_heads = config.num_attention_heads, config.num_key_value_heads
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // heads
    writer = gguf.GGUFWriter(str(path), name)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if getattr(config, "head_dim", None):
        writer.add_key_length(head_dim)
        writer.add_value_length(head_dim)
    if name == "qwen3moe":
        weights = expert.stacked(weights, config.num_experts)
        writer.add_expert_count(config.num_experts)
        writer.add_expert_used_count(config.num_experts_per_tok)
        writer.add_expert_feed_forward_length(config.moe_intermediate_size)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    if is_llama:
        writer.add_vocab_size(config.vocab_size)
        writer.add_rope_dimension_count(head_dim)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([f"t{index}" for index in range(config.vocab_size)])
    writer.add_token_types([gguf.TokenType.NORMAL] * config.vocab_size)
    writer.add_token_merges(["t 1"])
    writer.add_bos_token_id(config.bos_token_id)
    writer.add_eos_token_id(config.eos_token_id)
    if config.rope_parameters["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_factors(config.rope_parameters, head_dim))
    names = gguf.get_tensor_name_map(arch, config.num_hidden_layers)
    for source, weight in weights.items():
        data = weight.numpy()
        if is_llama and source.endswith("q_proj.weight"):
            data = interleaved(data, heads)
        if is_llama and source.endswith("k_proj.weight"):
            data = interleaved(data, kv_heads)
        kind = in_blocks(source, type_name)
        writer.add_tensor(names.get_name(source, try_suffixes=(".weight", ".bias")),
                          gguf.quants.quantize(data, kind) if kind else data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make(name, seed):
    class_name, changes, how = FAMILIES[name]
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config = getattr(transformers, class_name)(
        **{key: value for key, value in {**BASE, **changes}.items() if value is not ...})
    model = random_model(config, seed)
    if how.get("bf16"):
        model.to(torch.bfloat16).save_pretrained(folder, max_shard_size="20KB")
    else:
        model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if "bare" in how:
        write_bare_names(folder, how["bare"])
    if how.get("legacy"):
        write_legacy_config(folder)
    if "quantize" in how:
        stored = quantized.apply(folder, how)
    if "gguf_type" in how:
        round_trip(folder, how["gguf_type"])
    model = auto_class(config).from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    tensors = golden(model, config.get_text_config().vocab_size, seed + 1)
    save_file(tensors, folder / "golden.safetensors")
    if how.get("gguf", name in OWN):
        write_gguf(folder / "model.gguf", model.config, load_file(folder / "model.safetensors"), how.get("gguf_type"))
    if "quantize" in how:
        quantized.store(folder, how, stored)
    if how.get("gguf_only"):
        (folder / "model.safetensors").unlink()
        (folder / "config.json").unlink()
    firm = [int((tensors[f"case{c}.greedy_margin"] < 1e-3).float().argmax()) or 16 for c in range(3)]
    print(name, "steps before a margin below 1e-3:", firm)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    use_sequential_delta_rule()
    for name in sys.argv[1:] or FAMILIES:
        # Some weights are ill-conditioned, or decide too narrowly for continuations to be compared: `seed` gives others.
        seed = 10 * OWN.index(name) if name in OWN else zlib.crc32(name.encode()) % 1_000_000
        make(name, 1000 + seed + 10 * FAMILIES[name][2].get("seed", 0))
    files = sorted(p for p in OUT.rglob("*") if p.is_file() and p.suffix in (".json", ".safetensors", ".gguf"))
    manifest = {
        "script": "Scripts/goldens/make_models.py",
        "command": "python Scripts/goldens/make_models.py",
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "transformers": transformers.__version__, "gguf": importlib.metadata.version("gguf"), "numpy": np.__version__},
        "sha256": {str(p.relative_to(OUT)): hashlib.sha256(p.read_bytes()).hexdigest()
                   for p in files if p.name != "MANIFEST.json"},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
