"""Writes Tests/Fixtures/timestamp_preference/cases.json: what openai-whisper's ApplyTimestampRules leaves of some logits.

Every case: logits (float32), timestampBegin, allowed (ids that its rules about single tokens leave, found with logits in
which text always wins), left (ids that are left in the end) and logprobs (of all ids, null for those that are not left).

    python Scripts/goldens/make_timestamp_preference.py
"""
import hashlib
import importlib.metadata
import json
import pathlib
import sys
import types

import torch
from whisper.decoding import ApplyTimestampRules

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/timestamp_preference"
# Text, end of text, no timestamps, timestamps.
EOT, NO_TIMESTAMPS, TIMESTAMP_BEGIN, VOCAB = 10, 13, 14, 26


def finite(logits):
    return [i for i, value in enumerate(logits.tolist()) if value != float("-inf")]


def main():
    torch.manual_seed(3)
    tokenizer = types.SimpleNamespace(eot=EOT, no_timestamps=NO_TIMESTAMPS, timestamp_begin=TIMESTAMP_BEGIN)
    rules = ApplyTimestampRules(tokenizer, 2, 4)
    texts = [[], [14], [16, 3], [16, 3, 18], [16, 3, 18, 18], [14, 1, 2, 3], [16, 3, 25], [14, 3, 19, 20, 5]]
    cases = []
    for index in range(64):
        tokens = torch.tensor([[11, 12] + texts[index % len(texts)]])
        logits = torch.randn(1, VOCAB) * [0.3, 1, 3][index % 3]
        # Near the border between text and timestamps.
        if index % 4 == 0:
            text = torch.logsumexp(logits[0, TIMESTAMP_BEGIN + 5:], 0)
            logits[0, :TIMESTAMP_BEGIN] -= logits[0, :TIMESTAMP_BEGIN].max() - text
        logits = (logits * 64).round() / 64
        text_wins = logits.clone()
        text_wins[0, :TIMESTAMP_BEGIN] += 1000
        rules.apply(text_wins, tokens)
        left = logits.clone()
        rules.apply(left, tokens)
        logprobs = torch.log_softmax(left[0], -1).tolist()
        ids = finite(left[0])
        cases.append(dict(
            logits=logits[0].tolist(), timestampBegin=TIMESTAMP_BEGIN, allowed=finite(text_wins[0]), left=ids,
            logprobs=[round(logprobs[i], 6) if i in ids else None for i in range(VOCAB)]))
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / "cases.json"
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    manifest = {
        "script": "Scripts/goldens/make_timestamp_preference.py",
        "command": "python Scripts/goldens/make_timestamp_preference.py",
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "openai-whisper": importlib.metadata.version("openai-whisper")},
        "sha256": {"cases.json": hashlib.sha256(path.read_bytes()).hexdigest()},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")
    preferred = sum(case["allowed"] != case["left"] for case in cases)
    print(len(cases), "cases,", preferred, "in which timestamps prevail over text")


if __name__ == "__main__":
    main()
