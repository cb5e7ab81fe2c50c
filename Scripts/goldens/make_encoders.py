"""Writes Tests/Fixtures/encoders: tiny random encoders and classifiers with the hidden states and scores of transformers.

Each folder holds config.json, model.safetensors and golden.safetensors: caseI.input_ids i32 [T], caseI.token_type_ids
i32 [T] where the model has types, caseI.last_hidden_state f32 [T, H], and caseI.logits f32 [labels] for classifiers.
Texts of 21, 6 and 1 tokens: the first exceeds the windows of local attention.

    python Scripts/goldens/make_encoders.py
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

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/encoders"
BASE = dict(vocab_size=96, hidden_size=24, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3,
            max_position_embeddings=40, pad_token_id=0)
DECODER = {**BASE, "num_key_value_heads": 1, "head_dim": 8, "num_attention_heads": 3, "tie_word_embeddings": True}
# name -> configuration class, model class, changes to BASE
MODELS = {
    "bert": ("BertConfig", "BertModel", {}),
    "bert_classifier": ("BertConfig", "BertForSequenceClassification", dict(num_labels=1, hidden_act="gelu_new")),
    "xlm_roberta": ("XLMRobertaConfig", "XLMRobertaModel", dict(pad_token_id=3, type_vocab_size=1)),
    "roberta_classifier": ("RobertaConfig", "RobertaForSequenceClassification", dict(pad_token_id=1, num_labels=3)),
    "modernbert": ("ModernBertConfig", "ModernBertModel", dict(local_attention=6, num_hidden_layers=4)),
    "modernbert_classifier": ("ModernBertConfig", "ModernBertForSequenceClassification",
                              dict(local_attention=5, norm_bias=True, mlp_bias=True, attention_bias=True,
                                   classifier_bias=True, classifier_pooling="mean", num_labels=1)),
    "qwen3": ("Qwen3Config", "Qwen3Model", DECODER),
    "qwen3_classifier": ("Qwen3Config", "Qwen3ForSequenceClassification", {**DECODER, "num_labels": 1}),
}


def random_model(name, seed):
    config_class, model_class, changes = MODELS[name]
    config = getattr(transformers, config_class)(**{**BASE, **changes})
    torch.manual_seed(seed)
    model = getattr(transformers, model_class)._from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for key, weight in model.named_parameters():
            is_norm = "norm" in key.lower()
            weight.copy_((1 if is_norm and key.endswith("weight") else 0) + 0.3 * torch.randn_like(weight))
    return model


def golden(model, seed):
    generator = torch.Generator().manual_seed(seed)
    has_types = getattr(model.config, "type_vocab_size", 1) > 1
    tensors = {}
    for case, length in enumerate((21, 6, 1)):
        ids = torch.randint(4, model.config.vocab_size, (1, length), generator=generator)
        inputs = dict(input_ids=ids)
        if has_types:
            inputs["token_type_ids"] = (torch.arange(length) > length // 2).long()[None]
            tensors[f"case{case}.token_type_ids"] = inputs["token_type_ids"][0].to(torch.int32)
        with torch.no_grad():
            hidden = model.base_model(**inputs).last_hidden_state[0]
            if hasattr(model.config, "num_labels") and "Classification" in type(model).__name__:
                tensors[f"case{case}.logits"] = model(**inputs).logits[0].contiguous()
        tensors[f"case{case}.input_ids"] = ids[0].to(torch.int32)
        tensors[f"case{case}.last_hidden_state"] = hidden.contiguous()
    return tensors


def rename(folder, change):
    """Some published checkpoints spell names otherwise: without the prefix, or norms as the first BERT did."""
    path = folder / "model.safetensors"
    save_file({change(key): value for key, value in load_file(path).items()}, path, metadata={"format": "pt"})


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    for index, name in enumerate(MODELS):
        folder = OUT / name
        folder.mkdir(parents=True)
        model = random_model(name, 500 + index)
        model.save_pretrained(folder)
        if name == "bert":
            rename(folder, lambda key: "bert." + key.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
                "LayerNorm.bias", "LayerNorm.beta"))
        save_file(golden(model, 900 + index), folder / "golden.safetensors")
    files = sorted(p for p in OUT.rglob("*") if p.is_file())
    manifest = {
        "script": "Scripts/goldens/make_encoders.py",
        "command": "python Scripts/goldens/make_encoders.py",
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "transformers": transformers.__version__},
        "sha256": {str(p.relative_to(OUT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
