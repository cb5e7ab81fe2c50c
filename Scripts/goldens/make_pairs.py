"""Writes Tests/Fixtures/pairs/cases.json: pairs of texts through the tokenizers of Tests/Fixtures/tokenizers.

Each case has the tokenizer's name, both texts (the second may be null), the limit of tokens or null, the side that is
cut, and the ids and type ids that the tokenizers library gives.

    python Scripts/goldens/make_pairs.py
"""
import hashlib
import importlib.metadata
import json
import pathlib
import sys

import tokenizers

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures"
OUT = FIXTURES / "pairs"
NAMES = ["bert", "bert_cased", "clip", "llama3", "gpt2", "t5", "prefixed"]
PAIRS = [
    ("what is a martlet", "A bird that never lands, Ünïcode and 日本語 in it."), ("", "second only"), ("first only", ""),
    ("a long first text that goes on for quite some time and then on", "short"), ("alone with [SEP] spelled out", None),
    ("one two three four five six", "seven eight nine ten eleven twelve"),
]
# RoBERTa's processor, which no fixture has, over GPT-2's vocabulary.
ROBERTA = tokenizers.processors.RobertaProcessing(('!', 0), ('"', 1))


def load(name):
    if name == "roberta":
        tokenizer = load("gpt2")
        tokenizer.post_processor = ROBERTA
        return tokenizer
    tokenizer = tokenizers.Tokenizer.from_file(str(FIXTURES / f"tokenizers/{name}.tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def main():
    cases = []
    for name in NAMES + ["roberta"]:
        tokenizer = load(name)
        for first, second in PAIRS:
            for limit in (None, 16, 9, 6):
                for side in ("right", "left"):
                    if limit is None:
                        tokenizer.no_truncation()
                    else:
                        tokenizer.enable_truncation(limit, strategy="longest_first", direction=side)
                    encoding = tokenizer.encode(first, second) if second is not None else tokenizer.encode(first)
                    cases.append(dict(tokenizer=name, first=first, second=second, limit=limit, side=side,
                                      ids=encoding.ids, types=encoding.type_ids))
    OUT.mkdir(exist_ok=True)
    (OUT / "roberta.tokenizer.json").write_text(load("roberta").to_str())
    (OUT / "cases.json").write_text(
        "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
    files = [OUT / "cases.json", OUT / "roberta.tokenizer.json"]
    manifest = {
        "script": "Scripts/goldens/make_pairs.py",
        "command": "python Scripts/goldens/make_pairs.py",
        "versions": {"python": sys.version.split()[0], "tokenizers": importlib.metadata.version("tokenizers")},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
