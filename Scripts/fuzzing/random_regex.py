"""Random regular expressions in Oniguruma's syntax, and texts that they are likely to match in part."""

LITERALS = [*"abcABC019 _-.'\n", "é", "ß", "ſ", "K", "中", r"\.", r"\n", r"\t", "ss", "st", "ffi", "ü", "Σ", "ς", "ǆ", r"\x{61}", r"\u0062", r"\x41"]
TYPES = [r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\h", r"\H", r"\p{L}", r"\p{Lu}", r"\P{L}", r"\p{^N}", r"\p{N}", r"\p{Han}", r"\p{Ll}", r"\p{P}", r"\p{M}", r"\p{S}", r"\p{Greek}", r"\p{Alpha}"]
ANCHORS = ["^", "$", r"\A", r"\z", r"\Z", r"\G", r"\b", r"\B"]
IN_BRACKETS = ["a", "b", "c", "A", "s", "k", "ß", "1", "é", "中", " ", r"\n", r"\r", "ſ", "-"]
RANGES = ["a-c", "A-Z", "0-9", "a-z", "à-ÿ", "一-龥", r"\x{80}-\x{10ffff}"]
POSIX = "alpha digit alnum upper lower space punct word cntrl graph print xdigit blank ascii".split()
QUANTIFIERS = ["*", "+", "?", "*", "+", "?", "{2}", "{1,2}", "{,2}", "{0,3}", "{2,}", "{3,1}", "{0}", "{1}"]
GROUPS = ["(", "(?:", "(?:", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?m:", "(?i-m:", "(?x: ", "(?<n>"]
ALPHABETS = ["aabbcc  ", "abcABC01 _-.'\n", "aßſssSK kKéÉ", "中文a b1", "st ffi ﬃ ﬆ ﬀ ß ẞ s", "a\n\nb\r\n \u2028", "ΣςσǅǆǄé e\u0301", "a1 \t\u00a0½²x"]


class RegexSource:
    def __init__(self, generator):
        self.generator = generator

    def brackets(self, depth=0):
        r = self.generator
        out = "[" + ("^" if r.random() < 0.3 else "")
        for _ in range(r.randint(1, 4)):
            kind = r.random()
            if kind < 0.45:
                out += r.choice(IN_BRACKETS) if r.random() < 0.9 else r.choice("&]^")
            elif kind < 0.6:
                out += r.choice(RANGES)
            elif kind < 0.8:
                out += r.choice(TYPES)
            elif kind < 0.88:
                out += "[:" + r.choice(["", "^"]) + r.choice(POSIX) + ":]"
            else:
                out += self.brackets(depth + 1) if depth < 2 else "x"
        if r.random() < 0.12:
            out += "&&" + r.choice(["a-z", r"\p{L}", "[^a]", r"\w", self.brackets(2)])
        return out + "]"

    def quantifier(self):
        r = self.generator
        out = r.choice(QUANTIFIERS)
        if r.random() < 0.25:
            out += r.choice("?+")
        if r.random() < 0.05:
            out += r.choice(["*", "+", "?", "*?", "{2}"])
        return out

    def atom(self, depth):
        r = self.generator
        kind = r.random()
        if kind < 0.4:
            return r.choice(LITERALS)
        if kind < 0.5:
            return "."
        if kind < 0.6:
            return r.choice(TYPES)
        if kind < 0.72:
            return self.brackets()
        if kind < 0.77:
            return r.choice(ANCHORS)
        if depth <= 0:
            return r.choice("abc")
        if kind < 0.79:
            return r.choice([r"\R", r"\N", r"\O", r"\K", r"\X"])
        return r.choice(GROUPS) + self.pattern(depth - 1) + ")"

    def sequence(self, depth):
        r = self.generator
        out = r.choice(["(?i)", "(?m)"]) if r.random() < 0.03 else ""
        for _ in range(r.choice([0, 1, 1, 2, 2, 3, 4]) if r.random() < 0.3 else r.randint(1, 3)):
            out += self.atom(depth)
            if r.random() < 0.35:
                out += self.quantifier()
        return out

    def pattern(self, depth):
        return "|".join(self.sequence(depth) for _ in range(self.generator.choice([1, 1, 1, 2, 2, 3])))

    def text(self, longest=14):
        r = self.generator
        alphabet = r.choice(ALPHABETS)
        return "".join(r.choice(alphabet) for _ in range(r.randint(1, longest)))
