"""Random regular expressions, each written for ECMA-262 and for Python's regex module with the same meaning."""

LITERALS = [*"abc-_01 é", r"\n", r"\."]
SPACE = r"\t-\r \xa0\ufeff\u2028\u2029"
SETS = [
    (r"\d", "[0-9]"), (r"\D", "[^0-9]"), (r"\w", "[0-9A-Za-z_]"), (r"\W", "[^0-9A-Za-z_]"), (r"\s", f"[{SPACE}]"),
    (r"\S", f"[^{SPACE}]"), (".", r"[^\n\r\u2028\u2029]"),
    *((text, text) for text in ["[ab]", "[a-c]", "[^a]", "[^a-b]", "[a-z0-9-]", "[^-]", "[0-9]", r"[a\-_]", "[bc_]"]),
]
ANCHORS = [("^", r"\A"), ("$", r"\Z"), (r"\b", r"\b"), (r"\B", r"\B")]
LOOKAROUNDS = ["(?=", "(?!", "(?=", "(?!", "(?<=", "(?<!"]
QUANTIFIERS = ["*", "+", "?", "{2}", "{1,3}", "{2,}", "{0,2}", "*?", "+?", "??", "{1,2}?"]


class PatternSource:
    def __init__(self, generator):
        self.generator = generator

    def text(self):
        return "".join(self.generator.choice("aaabbbcc-_01 é\n.") for _ in range(self.generator.choice([0, 1, 2, 2, 3, 3, 4, 5, 6, 8])))

    def pattern(self, depth):
        """Alternatives, as (ours, Python's)."""
        return self.joined("|", [self.sequence(depth) for _ in range(self.generator.choice([1, 1, 1, 2, 2, 3]))])

    def joined(self, separator, parts):
        return tuple(separator.join(part[index] for part in parts) for index in (0, 1))

    def sequence(self, depth):
        return self.joined("", [self.term(depth) for _ in range(self.generator.choice([0, 1, 1, 2, 2, 3, 4]))])

    def term(self, depth):
        r, kind = self.generator, self.generator.random()
        if kind < 0.45 or depth == 0:
            atom = r.choice(LITERALS)
            atom = (atom, "\\" + atom if atom in "- " else atom)
        elif kind < 0.65:
            atom = r.choice(SETS)
        elif kind < 0.72:
            return r.choice(ANCHORS)
        else:
            inner = self.pattern(depth - 1)
            if kind < 0.82:
                opening = r.choice(LOOKAROUNDS)
                return tuple(opening + text + ")" for text in inner)
            atom = (r.choice(["(", "(?:"]) + inner[0] + ")", "(?:" + inner[1] + ")")
        if r.random() < 0.3:
            quantifier = r.choice(QUANTIFIERS)
            atom = tuple(text + quantifier for text in atom)
        return atom
