"""Random text of the kinds that tokenizers treat differently."""
import json, random, unicodedata

RANGES = [
    (0x20, 0x7E), (0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F),
    (0x590, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x206F),
    (0x2070, 0x218F), (0x2190, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x27BF), (0x3000, 0x303F), (0x3040, 0x30FF), (0x4E00, 0x9FFF),
    (0x4E00, 0x4FFF), (0xAC00, 0xD7A3), (0xE000, 0xE0FF), (0xF900, 0xFAFF), (0xFB00, 0xFDFF), (0xFE00, 0xFFFF), (0x10000, 0x10FFF),
    (0x11000, 0x11FFF), (0x16A00, 0x16FFF), (0x1D100, 0x1D7FF), (0x1F000, 0x1FAFF), (0x20000, 0x2FFFF), (0xE0000, 0xE01FF), (0x0, 0x10FFFF),
]
SPACES = " \t\n\r\u000b\u000c\u0085\u00a0\u1680\u2000\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff\u180e\u2060"
CONTROLS = "".join(map(chr, [*range(0x20), 0x7F, *range(0x80, 0xA0), 0xAD, 0x61C, 0x200C, 0x200D, 0x200E, 0x2066, 0xFFFD, 0xFFFE, 0x10FFFF]))
EMOJI = ["😀", "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪", "❤️", "1️⃣", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "☺", "🫠"]
WORDS = """the quick brown fox jumps over a lazy dog I'll they've don't IT'S we're Hello World HTTPServer parseJSON snake_case
camelCase 3.14159 1,234,567 2026-03-07 0xDEADBEEF Größe Straße naïve café cafe\u0301 Ελληνικός ΣΊΣΥΦΟΣ Русский язык שָׁלוֹם مرحبا بالعالم नमस्ते
हिन्दी ภาษาไทย 안녕하세요 한국어 中文分词 你好世界 日本語のテキスト カタカナ ｶﾞ ﬁne ½ ² Ⅷ ①②③ ١٢٣ İstanbul ǅ ŉ n't do not 's""".split()
CODE = ["def f(x):\n    return x ** 2  # ok\n", "for (int i = 0; i < n; ++i) {\n\ta[i] += b[i];\n}\n", "{\"key\": [1, 2.5e-3, null]}", "SELECT * FROM t WHERE a <> 'b';",
        "<div class=\"x\">&nbsp;</div>", "https://example.com/a/b?c=d&e=f#g", "\\frac{a}{b} \\n \\t", "```swift\nlet x = 1\n```", "a.b?.c!.d", "@user #tag $HOME %d ~/x"]
MARKERS = ["▁", "Ġ", "Ċ", "##", "</w>", "<unk>", "<0x0A>", "<0xE2>", "[UNK]", "Ã", "|", "<pad>", "�"]


class TextSource:
    """Texts drawn from a seed; tokens of the tokenizer occur in them."""

    def __init__(self, seed, tokenizer):
        self.random = random.Random(seed)
        vocabulary = tokenizer.get_vocab()
        self.tokens = sorted(vocabulary, key=vocabulary.get)
        added = json.loads(tokenizer.to_str())["added_tokens"]
        self.added = [token["content"] for token in added] or ["<s>"]
        self.added_ids = [token["id"] for token in added]
        self.bytes = [id for token, id in vocabulary.items() if len(token) == 6 and token.startswith("<0x")]

    def scalar(self):
        while True:
            low, high = self.random.choice(RANGES)
            code = self.random.randint(low, high)
            if not 0xD800 <= code <= 0xDFFF:
                return chr(code)

    def part(self):
        random = self.random
        kind = random.randrange(18)
        if kind == 0:
            low, high = random.choice(RANGES[:-1])
            return "".join(chr(c) for c in (random.randint(low, high) for _ in range(random.randint(1, 8))) if not 0xD800 <= c <= 0xDFFF)
        if kind == 1:
            return "".join(self.scalar() for _ in range(random.randint(1, 6)))
        if kind == 2:
            return "".join(random.choice(SPACES) for _ in range(random.randint(1, 5)))
        if kind == 3:
            return random.choice(CONTROLS)
        if kind == 4:
            return random.choice(EMOJI)
        if kind == 5:
            return random.choice(CODE)
        if kind == 6:
            return random.choice(MARKERS)
        if kind in (7, 8):
            return random.choice(self.added)
        if kind == 9:
            added = random.choice(self.added)
            return random.choice([" ", "\n", "x", ""]) + added[: random.randint(0, len(added))] + random.choice([" ", "\t ", "é", ""])
        if kind == 10:
            return random.choice(["a", " ", "\n", "é", "中", "0", "!", "ab", "😀", "=", "\u0301"]) * random.choice([2, 3, 5, 17, 60, 150])
        if kind == 11:
            return random.choice(self.tokens) if self.tokens else ""
        if kind == 12:
            base = random.choice("aeouAEOU가ケは")
            return base + "".join(random.choice("\u0301\u0308\u0323\u0327\u3099\u11a8\u0345") for _ in range(random.randint(1, 3)))
        if kind == 13:
            return unicodedata.normalize(random.choice(["NFC", "NFD", "NFKC", "NFKD"]), random.choice(WORDS))
        return " ".join(random.choice(WORDS) for _ in range(random.randint(1, 5)))

    def text(self):
        if self.random.random() < 0.01:
            return self.random.choice(["", " ", "  ", "\n", "a", "▁", "\u0301"])
        joint = self.random.choice(["", "", " ", " ", "  ", "\n"])
        text = joint.join(self.part() for _ in range(self.random.randint(1, 9)))
        return text[:2000]

    def random_ids(self, size):
        random = self.random
        ids = []
        for _ in range(random.randint(0, 12)):
            kind = random.randrange(8)
            if kind == 0 and self.added_ids:
                ids.append(random.choice(self.added_ids))
            elif kind in (1, 2) and self.bytes:
                ids += [random.choice(self.bytes) for _ in range(random.randint(1, 4))]
            elif kind == 3 and self.bytes:
                data = self.scalar().encode()
                known = {id for id in self.bytes}
                ids += [id for id in map(self.byte_id, data) if id in known]
            elif kind == 4 and ids:
                ids.append(ids[-1])
            else:
                ids.append(random.randrange(size))
        return ids

    def byte_id(self, byte):
        name = f"<0x{byte:02X}>"
        return self.tokens.index(name) if name in self.tokens else -1
