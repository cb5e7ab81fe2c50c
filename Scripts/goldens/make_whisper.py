"""Writes Tests/Fixtures/whisper: tiny random Whisper models with encoder states, logits and attentions of transformers.

Each folder holds config.json, generation_config.json, the weights and golden.safetensors: caseI.input_features f32
[frames, mel], caseI.encoder_hidden_states f32 [P, H], caseI.input_ids i32 [T], caseI.logits f32 [T, V],
caseI.greedy_ids i32 [16] and greedy_margin f32 [16], caseI.cross_weights f32 [T, heads, P]: the attention of the
alignment heads, layer by layer, and of every head of the upper half of the layers where none are named.

    python Scripts/goldens/make_whisper.py
"""
import hashlib
import json
import os
import pathlib
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import torch
import transformers
from safetensors.torch import load_file, save_file

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/whisper"
BASE = dict(vocab_size=160, num_mel_bins=80, d_model=24, encoder_layers=2, decoder_layers=2, encoder_attention_heads=3,
            decoder_attention_heads=3, encoder_ffn_dim=40, decoder_ffn_dim=40, max_source_positions=25,
            max_target_positions=48, bos_token_id=1, eos_token_id=2, pad_token_id=0, decoder_start_token_id=3,
            suppress_tokens=None, begin_suppress_tokens=None)
# name -> changes to BASE, alignment heads, dtype of the file
MODELS = {
    # As the small multilingual models are published.
    "multilingual": ({}, [[0, 2], [1, 0], [1, 1]], torch.float32),
    # More bins, and heads of unlike widths in encoder and decoder; sharded.
    "large_v3": (dict(num_mel_bins=128, d_model=32, encoder_attention_heads=4, decoder_attention_heads=2,
                      encoder_ffn_dim=128, decoder_ffn_dim=128, max_source_positions=20, decoder_layers=3), [[2, 1], [1, 0]], torch.bfloat16),
    # Fewer layers in the decoder, names without a prefix, no alignment heads.
    "distil": (dict(encoder_layers=4, decoder_layers=2, encoder_ffn_dim=24, activation_function="relu"), None,
               torch.float16),
    # A vocabulary projection of its own.
    "untied": (dict(num_mel_bins=16, encoder_layers=1, decoder_layers=1, tie_word_embeddings=False, vocab_size=121),
               None, torch.float32),
}


def random_model(name, seed):
    changes, heads, dtype = MODELS[name]
    torch.manual_seed(seed)
    config = transformers.WhisperConfig(**{**BASE, **changes})
    model = transformers.WhisperForConditionalGeneration._from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for key, weight in model.named_parameters():
            is_norm = "layer_norm" in key
            scale = 0.08 if "conv" in key else 0.25
            weight.copy_((1 if is_norm and key.endswith("weight") else 0) + scale * torch.randn_like(weight))
            weight.copy_(weight.to(dtype))
    if heads is not None:
        model.generation_config.alignment_heads = heads
    return model, dtype


def save(model, folder, name, dtype):
    model.config.dtype = dtype
    model.to(dtype).save_pretrained(folder, max_shard_size="120KB" if name == "large_v3" else "1GB")
    model.float()
    if name == "distil":
        path = folder / "model.safetensors"
        save_file({key.removeprefix("model."): value for key, value in load_file(path).items()}, path,
                  metadata={"format": "pt"})


def golden(model, heads, seed):
    config = model.config
    generator = torch.Generator().manual_seed(seed)
    if heads is None:
        heads = [[layer, head] for layer in range(config.decoder_layers // 2, config.decoder_layers)
                 for head in range(config.decoder_attention_heads)]
    tensors = {}
    for case, length in enumerate((5, 1)):
        features = torch.randn(1, config.num_mel_bins, 2 * config.max_source_positions, generator=generator)
        ids = torch.randint(4, config.vocab_size, (1, length), generator=generator)
        ids[0, 0] = config.decoder_start_token_id
        with torch.no_grad():
            states = model.model.encoder(features).last_hidden_state
            out = model(encoder_outputs=(states,), decoder_input_ids=ids, output_attentions=True)
            weights = torch.stack([out.cross_attentions[layer][0, head] for layer, head in sorted(heads)], dim=1)
            tokens, greedy, margins = ids, [], []
            for _ in range(16):
                row = model(encoder_outputs=(states,), decoder_input_ids=tokens).logits[0, -1]
                best = row.topk(2)
                greedy.append(int(best.indices[0]))
                margins.append(float(best.values[0] - best.values[1]))
                tokens = torch.cat([tokens, best.indices[:1][None]], dim=1)
        tensors |= {
            f"case{case}.input_features": features[0].T.contiguous(),
            f"case{case}.encoder_hidden_states": states[0].contiguous(),
            f"case{case}.input_ids": ids[0].to(torch.int32),
            f"case{case}.logits": out.logits[0].contiguous(),
            f"case{case}.cross_weights": weights.contiguous(),
            f"case{case}.greedy_ids": torch.tensor(greedy, dtype=torch.int32),
            f"case{case}.greedy_margin": torch.tensor(margins),
        }
    return tensors


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    for index, name in enumerate(MODELS):
        folder = OUT / name
        folder.mkdir(parents=True)
        model, dtype = random_model(name, 700 + index)
        save(model, folder, name, dtype)
        save_file(golden(model, MODELS[name][1], 800 + index), folder / "golden.safetensors")
    files = sorted(p for p in OUT.rglob("*") if p.is_file())
    manifest = {
        "script": "Scripts/goldens/make_whisper.py",
        "command": "python Scripts/goldens/make_whisper.py",
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "transformers": transformers.__version__},
        "sha256": {str(p.relative_to(OUT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
