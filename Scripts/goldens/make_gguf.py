"""Writes model.gguf beside the checkpoints of Tests/Fixtures/models, as llama.cpp's own converter writes it.

    python Scripts/goldens/make_gguf.py LLAMA_CPP_SOURCE NAME ...

The tests compare them with the golden of the same folder. Tokenizers are made up: the fixtures have none.
"""
import hashlib
import json
import pathlib
import sys
import tempfile

LLAMA_CPP = pathlib.Path(sys.argv[1])
sys.path[:0] = [str(LLAMA_CPP), str(LLAMA_CPP / "gguf-py")]

import gguf
import torch
from conversion import ModelBase, ModelType, get_model_architecture, get_model_class

MODELS = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/models"


def set_vocab(self):
    count = self.find_hparam(["vocab_size", "n_vocab"])
    self.gguf_writer.add_tokenizer_model("gpt2")
    self.gguf_writer.add_tokenizer_pre("default")
    self.gguf_writer.add_token_list([f"t{index}" for index in range(count)])
    self.gguf_writer.add_token_types([1] * count)
    self.gguf_writer.add_token_merges([])
    self.gguf_writer.add_bos_token_id(1)
    self.gguf_writer.add_eos_token_id(2)
    self.gguf_writer.add_vocab_size(count)


def convert(folder):
    # Old names of keys that transformers no longer writes, and the file that tells Gemma 3's kinds apart.
    config = json.loads((folder / "config.json").read_text())
    config.setdefault("n_ctx", config.get("n_positions"))
    config.setdefault("rotary_pct", (config.get("rope_parameters") or {}).get("partial_rotary_factor", 1.0))
    with tempfile.TemporaryDirectory() as temporary:
        source = pathlib.Path(temporary) / folder.name
        source.mkdir()
        (source / "config.json").write_text(json.dumps(config))
        (source / "tokenizer.json").write_text('{"added_tokens": [], "model": {"vocab": {}}}')
        (source / "model.safetensors").symlink_to(folder / "model.safetensors")
        with torch.inference_mode():
            hparams = ModelBase.load_hparams(source, False)
            for key in ("n_ctx", "rotary_pct"):
                hparams.setdefault(key, config[key])
            kind = get_model_class(get_model_architecture(hparams, ModelType.TEXT))
            for base in kind.__mro__:
                if "set_vocab" in base.__dict__:
                    base.set_vocab = set_vocab
            kind(source, gguf.LlamaFileType.ALL_F32, folder / "model.gguf", hparams=hparams).write()


for name in sys.argv[2:]:
    convert(MODELS / name)
manifest = json.loads((MODELS / "MANIFEST.json").read_text())
for name in sys.argv[2:]:
    manifest["sha256"][f"{name}/model.gguf"] = hashlib.sha256((MODELS / name / "model.gguf").read_bytes()).hexdigest()
manifest["sha256"] = dict(sorted(manifest["sha256"].items()))
(MODELS / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")
