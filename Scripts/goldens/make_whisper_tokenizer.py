"""Writes Tests/Fixtures/whisper_tokenizer: a small vocabulary in Whisper's files, with what the references make of texts.

vocab.json, merges.txt, added_tokens.json and tokenizer_config.json are those of a slow tokenizer; the special tokens are
all of Whisper's, with 100 languages and every timestamp. cases.json has ids of texts by tokenizers, texts of ids,
and openai-whisper's tokens that are not spoken.

    python Scripts/goldens/make_whisper_tokenizer.py

Needs: pip install transformers openai-whisper.
"""
import hashlib
import json
import os
import pathlib
import random
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import tiktoken
import tokenizers
import transformers
import whisper
from transformers.convert_slow_tokenizer import bytes_to_unicode
from whisper.tokenizer import LANGUAGES, Tokenizer

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/whisper_tokenizer"
CORPUS = [
    " And so my fellow Americans ask not what your country can do for you, ask what you can do for your country.",
    " It's what they've said; we're not — don't you'd think? -- ( SPEAKING ) [DAVID] Hey there, << ♪♪♪ >> \"yes\" 'no'",
    " Größe, naïve café, Русский язык, 中文分词, 日本語のテキスト, हिन्दी, العربية, 😀👩‍👧", " 12 345 3.14 %$ {x} [[y]] ((z)) -(", "♪ ♫ ♬ # * + / : ;",
]
TEXTS = CORPUS + [
    "", " ", "  ", "\n", "a \n b", "And so", "AND SO", "do do  do", "e\u0301 é", "\u00a0x", "I'LL", "'s 't", "😀", "中", "🏳️‍🌈",
    "<|en|>", "<|notaspecial|>", "♩", " ♯ ♭", "---", " -", "'", "\"#()*+/:;<=>@[\\]^_`{|}~「」『』",
]
PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


def specials():
    tasks = ["translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"]
    return ["<|endoftext|>", "<|startoftranscript|>"] + [f"<|{code}|>" for code in LANGUAGES] + [
        f"<|{task}|>" for task in tasks]


def train():
    bpe = tokenizers.ByteLevelBPETokenizer()
    bpe.train_from_iterator(CORPUS * 3, vocab_size=420, min_frequency=2, show_progress=False)
    model = json.loads(bpe.to_str())["model"]
    return model["vocab"], [pair if isinstance(pair, list) else pair.split(" ") for pair in model["merges"]]


def write(vocab, merges):
    """Files as save_pretrained of the slow tokenizer wrote them."""
    dump = lambda name, value: (OUT / name).write_text(json.dumps(value, ensure_ascii=False) + "\n")
    dump("vocab.json", vocab)
    (OUT / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(pair) for pair in merges) + "\n")
    tokens = specials() + [f"<|{step * 0.02:.2f}|>" for step in range(1501)]
    added = {token: len(vocab) + index for index, token in enumerate(tokens)}
    dump("added_tokens.json", added)
    dump("tokenizer_config.json", {
        "tokenizer_class": "WhisperTokenizer", "add_prefix_space": False, "bos_token": "<|endoftext|>",
        "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "additional_special_tokens": specials()})
    return added


def fast(vocab, merges, added):
    model = tokenizers.models.BPE(vocab=vocab, merges=[tuple(pair) for pair in merges])
    backend = tokenizers.Tokenizer(model)
    backend.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = tokenizers.decoders.ByteLevel()
    special = set(specials())
    for token in added:
        backend.add_tokens([tokenizers.AddedToken(token, special=token in special, normalized=token not in special)])
    return backend


def whisper_reference(vocab, added):
    """openai-whisper's tokenizer over the same ranks."""
    characters = {char: byte for byte, char in bytes_to_unicode().items()}
    ranks = {bytes(characters[char] for char in token): rank for token, rank in vocab.items()}
    encoding = tiktoken.Encoding("small", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=added)
    return Tokenizer(encoding=encoding, num_languages=len(LANGUAGES), language="en", task="transcribe")


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    vocab, merges = train()
    added = write(vocab, merges)
    backend = fast(vocab, merges, added)
    reference = whisper_reference(vocab, added)
    generator = random.Random(7)
    encoded = [{"text": text, "ids": backend.encode(text, add_special_tokens=False).ids} for text in TEXTS]
    for case in encoded:
        if "<|en|>" != case["text"]:
            assert reference.encode(case["text"]) == case["ids"], case
    decoded = []
    for _ in range(60):
        ids = [generator.randrange(len(vocab)) for _ in range(generator.randrange(1, 9))]
        decoded.append({"ids": ids, "text": reference.decode(ids)})
    cases = {
        "vocabSize": len(vocab) + len(added), "encoded": encoded, "decoded": decoded,
        "nonSpeechTokens": list(reference.non_speech_tokens), "blank": reference.encode(" "),
        "endOfText": reference.eot, "startOfTranscript": reference.sot, "startOfPrevious": reference.sot_prev,
        "startOfLM": reference.sot_lm, "noSpeech": reference.no_speech, "transcribe": reference.transcribe,
        "translate": reference.translate, "noTimestamps": reference.no_timestamps,
        "firstTimestamp": reference.timestamp_begin,
        "languages": {code: reference.to_language_token(code) for code in reference.all_language_codes},
        "names": {name: code for name, code in whisper.tokenizer.TO_LANGUAGE_CODE.items()},
    }
    (OUT / "cases.json").write_text(json.dumps(cases, ensure_ascii=False) + "\n")
    files = sorted(p for p in OUT.iterdir())
    manifest = {
        "script": "Scripts/goldens/make_whisper_tokenizer.py",
        "command": "python Scripts/goldens/make_whisper_tokenizer.py",
        "versions": {"python": sys.version.split()[0], "transformers": transformers.__version__,
                     "tokenizers": tokenizers.__version__, "openai-whisper": whisper.__version__},
        "sha256": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
