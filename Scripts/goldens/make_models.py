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
    for name in sys.argv[1:] or FAMILIES:
        make(name, 1000 + (10 * OWN.index(name) if name in OWN else zlib.crc32(name.encode()) % 1_000_000))
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
