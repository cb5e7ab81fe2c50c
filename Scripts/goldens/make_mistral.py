#!/usr/bin/env python3
"""Makes a small tekken.json, and stores what mistral_common makes of texts with it and of chat requests in all versions.

    python3 Scripts/goldens/make_mistral.py Tests/Fixtures/mistral

Needs: pip install mistral_common tokenizers.
"""
import base64, hashlib, json, random, sys, tempfile
from importlib.metadata import version
from pathlib import Path

from mistral_common.tokens.tokenizers.base import SpecialTokenPolicy
from mistral_common.tokens.tokenizers.tekken import Tekkenizer
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

from mistral_requests import BUILDERS, VERSIONS, Requests, Speller
from make_tokenizers import CORPUS, TEKKEN, TEXTS, random_texts

NUM_SPECIAL, NUM_UNUSED = 40, 10


def small_tekken():
    """A vocabulary of bytes, trained tokens, one token that no merges reach, and some that the size cuts off."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(TEKKEN), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=700, min_frequency=2, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([CORPUS] * 3 + TEXTS, trainer)
    byte_of = byte_alphabet()
    tokens = [bytes([byte]) for byte in range(256)]
    for left, right in json.loads(tokenizer.to_str())["model"]["merges"]:
        token = bytes(byte_of[c] for c in left + right)
        if token not in tokens:
            tokens.append(token)
    tokens.insert(len(tokens) - NUM_UNUSED, b" xyzzyHTTP")
    vocab = [{"rank": i, "token_bytes": base64.b64encode(t).decode(), "token_str": t.decode("utf-8", "ignore") or None} for i, t in enumerate(tokens)]
    config = {
        "pattern": TEKKEN, "num_vocab_tokens": len(tokens), "default_vocab_size": len(tokens) - NUM_UNUSED + NUM_SPECIAL,
        "default_num_special_tokens": NUM_SPECIAL, "version": "v3",
    }
    return {"config": config, "vocab": vocab, "image": {"image_patch_size": 16, "max_image_size": 1024}}


def byte_alphabet():
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(0x100 + i): byte for i, byte in enumerate(others)}


def load(data, folder):
    path = Path(folder) / "tekken.json"
    path.write_text(json.dumps(data))
    return Tekkenizer.from_file(path)


def tekken_cases(tekken):
    texts = TEXTS + random_texts() + ["a xyzzyHTTP b", "xyzzyHTTP", "[INST] no <s> control", "x" * 300, "é" * 200]
    generator = random.Random(11)
    sequences = [[generator.randrange(tekken.n_words) for _ in range(generator.randint(1, 12))] for _ in range(60)]
    return {
        "texts": texts,
        "ids": [tekken.encode(text, bos=False, eos=False) for text in texts],
        "special": [tekken.encode(text, bos=True, eos=False) for text in texts[:10]],
        "sequences": [[ids, tekken.decode(ids, SpecialTokenPolicy.KEEP), tekken.decode(ids, SpecialTokenPolicy.IGNORE)] for ids in sequences],
        "pieces": [tekken.id_to_piece(id) for id in range(tekken.n_words)],
    }


HANDMADE = {
    "plain": {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]},
    "continued": {"messages": [{"role": "user", "content": "Count"}, {"role": "assistant", "content": "One, two, "}], "continue_final_message": True},
    "tools": {
        "messages": [
            {"role": "system", "content": "Use tools."}, {"role": "user", "content": "Weather?"},
            {"role": "assistant", "tool_calls": [{"id": "abcdefghi", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Köln"}'}}]},
            {"role": "tool", "tool_call_id": "abcdefghi", "name": "weather", "content": '{"sky":"clear"}'},
            {"role": "assistant", "content": "Clear."}, {"role": "user", "content": "Thanks."},
        ],
        "tools": [{"type": "function", "function": {"name": "weather", "description": "The weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}],
    },
    "parallel": {
        "messages": [
            {"role": "user", "content": "Both?"},
            {"role": "assistant", "content": "Let me see.", "tool_calls": [{"id": f"call{i:05}", "type": "function", "function": {"name": "f", "arguments": {"i": i}}} for i in range(2)]},
            {"role": "tool", "tool_call_id": "call00001", "content": "second"}, {"role": "tool", "tool_call_id": "call00000", "content": "first"},
        ]
    },
    "thinking": {
        "messages": [
            {"role": "user", "content": "Why?"}, {"role": "assistant", "reasoning_content": "Hm.", "content": "So."}, {"role": "user", "content": "And?"},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "Well", "closed": False}]},
        ],
        "continue_final_message": True,
    },
    "empty": {"messages": []},
    "last is the assistant": {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]},
}


def chat_cases(tekken):
    """Of each version some requests that it takes, and fewer that it refuses, which have no segments."""
    cases = []
    for version in VERSIONS:
        for builder in BUILDERS if version == "v15" else [None]:
            speller, generator, missing = Speller(tekken, version, builder), random.Random(version), {True: 18, False: 9}
            for request in HANDMADE.values():
                cases.append([version, builder, request, speller.segments(request)])
            while sum(missing.values()):
                request = Requests(generator, generator.choice([0, 0, 0.05])).request()
                segments = speller.segments(request)
                if len(json.dumps(request)) < 900 and missing[segments is not None] and "\\ud8" not in json.dumps(segments):
                    missing[segments is not None] -= 1
                    cases.append([version, builder, request, segments])
    return cases


def main(folder):
    with tempfile.TemporaryDirectory() as scratch:
        tekken = small_tekken()
        files = {
            "tekken.json": json.dumps(tekken, separators=(",", ":")),
            "tekken.cases.json": json.dumps(tekken_cases(load(tekken, scratch)), separators=(",", ":")),
            "chat.cases.json": json.dumps(chat_cases(tekken), separators=(",", ":")),
        }
    manifest = {
        "script": "Scripts/goldens/make_mistral.py",
        "command": "python3 Scripts/goldens/make_mistral.py Tests/Fixtures/mistral",
        "versions": {name: version(name) for name in ("mistral_common", "tokenizers", "tiktoken")},
        "sha256": {},
    }
    for name, text in files.items():
        (folder / name).write_text(text + "\n")
        manifest["sha256"][name] = hashlib.sha256((text + "\n").encode()).hexdigest()
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(sum(len(text) for text in files.values()), "characters in", len(files), "files")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
