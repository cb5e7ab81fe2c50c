#!/usr/bin/env python3
"""Trains small ranks and stores what tiktoken makes of texts with them and the patterns of its public encodings.

    python3 Scripts/goldens/make_tiktoken.py Tests/Fixtures/tiktoken

Needs: pip install tiktoken.
"""
import base64, collections, hashlib, json, random, re, sys
from pathlib import Path

import tiktoken

CORPUS = """The quick brown fox jumps over the lazy dog. I'll say it's fine, they've said we're not; don't you'd think?
def main(arguments):\n    for index in range(100):\n        print(f"{index}: {arguments[index]}")\n    return None\n
HELLO World, HTTPServer parseJSONObject camelCase 3.14159 2026-03-07 1,234,567 Größe Straße naïve café Русский язык 中文分词 日本語
   \n\n  \t\t\r\n    //////\n"""
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
SUFFIX = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
LEAD = r"[^\r\n\p{L}\p{N}]?"


def words(extra=""):
    upper, lower = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}" + extra + "]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}" + extra + "]"
    return f"{LEAD}{upper}*{lower}+{SUFFIX}?|{LEAD}{upper}+{lower}*{SUFFIX}?"


PATTERNS = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "llama3": SUFFIX + "|" + LEAD + r"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES,
    "qwen": SUFFIX + "|" + LEAD + r"\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES,
    "o200k": words() + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + SPACES,
    "kimi": r"[\p{Han}]+|" + words(r"&&[^\p{Han}]") + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES,
}
TEXTS = [
    "", " ", "  ", "\n", "a\n  ", "a \n \n  b", "\n\n", " \n", "   \t", "Hello, world!", "I'll I'LL it's IT'S 'ſ don't", "12345 3.14 1,000", "HTTPServer parseJSON aB ABc",
    "//\n/ a//b", "Größe naïve e\u0301", "中文abc漢字", "日本語のテキスト", "Русский", "😀👩\u200d👧", "<|end|>", "a<|end|>b <|end|><|start|>", "<|end", "the" * 40, " " * 60, "ab" * 100,
    "\u0000\u007f\u00a0\u3000", "\r\n\r\n x", "x\n", "x \n", "def main(index):\n    return index\n\n", "quick brown  fox   jumps",
]


def train(count):
    """The plainest byte pair encoding: the most frequent pair of the corpus becomes the next token."""
    ranks = {bytes([byte]): byte for byte in range(256)}
    pieces = [[bytes([byte]) for byte in piece.encode()] for piece in re.findall(r" ?\w+| ?[^\s\w]+|\s+", CORPUS * 3)]
    while len(ranks) < count:
        pairs = collections.Counter(pair for piece in pieces for pair in zip(piece, piece[1:]))
        best = max(pairs, key=lambda pair: (pairs[pair], pair)) if pairs else None
        if best is None:
            break
        ranks[best[0] + best[1]] = len(ranks)
        for piece in pieces:
            index = 0
            while index < len(piece) - 1:
                if (piece[index], piece[index + 1]) == best:
                    piece[index : index + 2] = [best[0] + best[1]]
                index += 1
    # A token that no merge reaches but as a whole piece, and one that overtakes a merge.
    ranks[b"JSON"] = len(ranks)
    ranks[b" jumps over"] = len(ranks)
    return ranks


def main(folder):
    folder.mkdir(exist_ok=True)
    ranks = train(500)
    special = {"<|end|>": len(ranks) + 3, "<|start|>": len(ranks) + 1}
    generator = random.Random(20261121)
    pools = ["theor mn'", "aB AB\n", "123 .,\n", " \t\r\n/!", "é中 ü日", "'s'LL x"]
    texts = list(TEXTS)
    for _ in range(40):
        pool = generator.choice(pools) + generator.choice(pools)
        texts.append("".join(generator.choice(pool) for _ in range(generator.randint(1, 20))))
    cases = []
    for name, pattern in PATTERNS.items():
        encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)
        cases.append({
            "name": name, "pattern": pattern, "ids": [encoding.encode(text, allowed_special="all") for text in texts],
            "plain": [encoding.encode_ordinary(text) for text in texts if "<|" in text],
        })
    sequences = [[generator.randrange(len(ranks)) for _ in range(generator.randint(1, 9))] for _ in range(40)]
    files = {
        "small.tiktoken": b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ranks.items()),
        "cases.json": (json.dumps({
            "texts": texts, "special": special, "cases": cases, "sequences": [[ids, encoding.decode(ids)] for ids in sequences],
        }, separators=(",", ":")) + "\n").encode(),
    }
    manifest = {
        "script": "Scripts/goldens/make_tiktoken.py",
        "command": "python3 Scripts/goldens/make_tiktoken.py Tests/Fixtures/tiktoken",
        "versions": {"tiktoken": tiktoken.__version__},
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
