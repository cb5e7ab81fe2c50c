#!/usr/bin/env python3
"""Stores what the normalizers of the tokenizers library make of texts.

    python3 Scripts/goldens/make_normalizers.py Tests/Fixtures/normalizers

Needs: pip install tokenizers.
"""
import base64, hashlib, json, random, struct, sys
from pathlib import Path

from tokenizers import Tokenizer, __version__, models

# Keys that are prefixes of one another, of clusters and of parts of clusters; replacements of none, one and more scalars.
RULES = {
    "a": "A", "a\u0301": "x", "\u0301": "", "\u0301\u0302": "!", "\u00c5": "A\u030a", "\ufb01": "fi", "\u2460": "1", "\u3000": " ",
    "\u200b": " ", "\r\n": "\n", "\t": " ", "\U0001f600": ":)", "\u0915\u094d": "k", "\u1100\u1161": "\uac00", "\u0e33": "\u0e4d\u0e32",
}


def charsmap(rules):
    """SentencePiece's blob, its double array built the simplest way."""
    replacements, offsets = b"", {}
    for key, value in rules.items():
        offsets[key.encode()] = len(replacements)
        replacements += value.encode() + b"\0"
    units, used = {0: 0}, {0}

    def place(node, prefix):
        children = sorted({key[len(prefix)] for key in offsets if key.startswith(prefix) and len(key) > len(prefix)})
        labels = children + ([0] if prefix in offsets else [])
        base = next(b for b in range(1, 1 << 20) if all(b ^ label not in used for label in labels))
        used.update(base ^ label for label in labels)
        units[node] = units[node] | (node ^ base) << 10
        if prefix in offsets:
            units[node] |= 1 << 8
            units[base] = 1 << 31 | offsets[prefix]
        for label in children:
            units[base ^ label] = label
        for label in children:
            place(base ^ label, prefix + bytes([label]))

    place(0, b"")
    size = max(max(units) + 1, 256)
    trie = struct.pack(f"<{size}I", *(units.get(index, 0) for index in range(size)))
    return base64.b64encode(struct.pack("<I", len(trie)) + trie + replacements).decode()


def bert(clean, han, accents, lower):
    return {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": han, "strip_accents": accents, "lowercase": lower}


def replace(pattern, content, kind="String"):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def sequence(*parts):
    return {"type": "Sequence", "normalizers": list(parts)}


NORMALIZERS = [
    *({"type": name} for name in ("NFC", "NFD", "NFKC", "NFKD", "Nmt", "Lowercase", "StripAccents", "ByteLevel")),
    *({"type": "Strip", "strip_left": left, "strip_right": right} for left, right in ((True, True), (True, False), (False, True))),
    {"type": "Prepend", "prepend": "▁"}, replace(" ", "▁"), replace("aa", "b"), replace("", "-"), replace("\u0301", ""),
    replace(" {2,}", "▁", "Regex"), replace("[\\s\u0301]+", "", "Regex"), replace("a*", "-", "Regex"),
    bert(True, True, None, True), bert(True, False, None, False), bert(False, True, True, False), bert(False, False, False, True),
    sequence(), sequence({"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}), sequence({"type": "Prepend", "prepend": "▁"}, replace(" ", "▁")),
    {"type": "Precompiled", "precompiled_charsmap": charsmap(RULES)},
]

TEXTS = [
    "", " ", "\n", "a", "Hello World", "  two  spaces  ", "\t\u00a0\u3000x\u2028\u0085", "aaa aaaa", "ΑΣ ΣΑΣ ΟΔΟΣ", "İstanbul IŞIK ǅ ẞ", "ÀÉÎÕÜ àéîõü",
    "e\u0301\u0323 e\u0323\u0301 \u0344 \u0958 \u0f43", "Å A\u030a \u212b \u00c5", "각 가\u11a8 \u1100\u1161\u11a8 \u1100\u1161\u0301 한국어", "ﾊﾟｶﾞ ﬁ ① Ⅷ ½ ㌀ ﷺ ａＢｃ １２３",
    "\U0001d400\U0001d7ff \U0001d15e", "\u0301a \u0301\u0302 a\u0301 a\u0301\u0302\u0303", "\r\n \r \n \n\r", "\u0000a\u0001b\u007fc\u0080d\u008fe\u00adf", "\u200b\u200d\ufeff\ufffd\u1680",
    "中文 abc 漢字かな\u3400\U00020000\U0002b820\U0002b920", "😀 👩\u200d👧 👍🏽 🇩🇪 ©\u200d©\u0301 ©\u200d", "\u0915\u094d\u0915\u0301 \u0915\u094d\u200d\u0915 \u0915\u0301 \u0915\u093f", "\u0600a \u0600\u0301 \u0d4ea",
    "\u0e01\u0e33 \u0e33", "\u0cca \u09c7\u09be \u1100\u1100\u1161 \u16d67\u11a8\u0301", "a" + "\u0301" * 40, "a" + "\u0301\u0323" * 30, "\u0323\u0301\u0345\u0334" * 12,
    "\u05b0\u0591 שָׁלוֹם", "العربية مَرْحَبًا", "ภาษาไทย ำ", "नमस्ते", "Ⅳ ﬀ ﬃ ſt ẛ̣", "\u1fbe\u0345\u0399 ᾼ ᾳ", "\U0001e900\u10a0\u13a0\ua640", "ø ł đ ħ ı", "\ue000\U0010ffff\u0378",
]


def random_texts():
    generator = random.Random(20261121)
    pools = ["aA \u0301\u0323\u0302", "éÅ\u212b\u030a x", "\u1100\u1161\u11a8가각\u0301", "\u0915\u094d\u200d\u093c\u0301 ", "©😀\u200d\ufe0f\u0301🏽", " \t\r\n\u3000\u200ba", "中漢\uf900 aB", "ﬁ①½ａＢ\u0345\u0334"]
    for _ in range(60):
        pool = generator.choice(pools) + generator.choice(pools)
        yield "".join(generator.choice(pool) for _ in range(generator.randint(1, 12)))


def main(folder):
    texts = TEXTS + list(random_texts())
    rows = []
    for spec in NORMALIZERS:
        data = json.loads(Tokenizer(models.BPE()).to_str())
        data["normalizer"] = spec
        normalizer = Tokenizer.from_str(json.dumps(data)).normalizer
        expected = [normalizer.normalize_str(text) for text in texts]
        rows.append({"normalizer": spec, "expected": [None if out == text else out for text, out in zip(texts, expected)]})
    text = json.dumps({"texts": texts, "cases": rows}, ensure_ascii=True, separators=(",", ":")) + "\n"
    folder.mkdir(exist_ok=True)
    (folder / "cases.json").write_text(text)
    manifest = {
        "script": "Scripts/goldens/make_normalizers.py",
        "command": "python3 Scripts/goldens/make_normalizers.py Tests/Fixtures/normalizers",
        "versions": {"tokenizers": __version__},
        "sha256": {"cases.json": hashlib.sha256(text.encode()).hexdigest()},
    }
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
