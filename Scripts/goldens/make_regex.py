#!/usr/bin/env python3
"""Stores what the tokenizers library makes of regular expressions and of pre-tokenizers.

    python3 Scripts/goldens/make_regex.py Tests/Fixtures/regex

Needs: pip install tokenizers.
"""
import hashlib, json, random, sys
from pathlib import Path

from tokenizers import Regex, Tokenizer, __version__, models, pre_tokenizers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fuzzing"))
from random_regex import RegexSource  # noqa: E402

TEXTS = [
    "a", "aaab abab", "abc ABC\nxyz 123\n", "ßSSss ſtraße ẞ", "é e\u0301 中文字 ひらがなカタ", "a\r\nb\n\n c\u2028d\u0085", "½²x_1 it's 'LL",
    "a-b[c]d{2}&&^\\x", "  \t lead and trail  ", "ﬃ ﬀ i ffi FFI K k K", "x=1;y='a''b';\"q\"",
]
PATTERNS = r"""
a a|b|ab ab|a a* a+ a? a*? a+? a?? a*+ a++ a?+ a{2} a{2,} a{,2} a{1,2} a{2}? a{1,2}? a{1,2}+ a{2,1} a{ a{, a{x a{,} {a}
(?:a+)* (?:a*)+ (?:a?)* (?:a*?)* (?:a|b)* (a|ab)(c|bcd)* (?:|a)+ (?:|a)* (?:|a){3} (?:a|){2,3}b (?:a*b*)* (?:(?:a|b)*c?)* (?:a??)*b (?:a+?)? (?:a*)?? (?:a?)??
^ $ \A \z \Z \G ^a a$ ^.*$ \b \B \bx \Ba (?m:.+) (?m).+ .+ \N+ \O+ \R \R+ \Ra \h+ \H+ \d+ \D+ \s+ \S+ \w+ \W+ [\w]+ [\W]+
[a-c] [^a-c] [a\-c] [-a] [a-] [a-c-] [^-a] []a] [^]a] [[a]b] [[^a]b] [^[^a]b] [a-z&&[^b]] [a-z&&b-d&&[^c]] [^a-z&&[^b]] [a&&] [&&a] [[:alpha:]]+ [[:^alpha:]]+ [[:punct:]]+ \p{punct}+ [[:word:]]+ [a[:digit:]]+ [[:x]+ [a-\x{7A}]+ [\x61-\x63] [\x{61 62 63}]
[\xC3\xA9] \xC3\xA9 \x{e9} \u00e9 \x{61 62} \x61 \141 \o{141} \0 \t \x \cI [\b]
\p{L}+ \p{Lu} \P{L}+ \p{^L}+ \P{^L}+ \pL+ \PL+ \p{Han}+ \p{hiragana}+ \p{In_Katakana}+ \p{Script_X} \p{White_Space}+ \p{Alphabetic}+ \p{Emoji}+ \p{XIDS}+ \p{Any}+ \p{l}+ \p{L_U}
(?i:ss) (?i:ß) (?i:s) (?i:k)+ (?i:st) (?i)ffi (?i:ﬃ) (?i:[ß]) (?i:[^ß])+ (?i:[k-l])+ (?i:[^k])+ (?i:\x{17f}) (?i)s(?-i:s) s(?i)s|x (?i:ſ) (?i:[ſ]) (?i)\p{Lu}+ (?i)[\p{Lu}]+ (?<=(?i:ss)) (?i:sß) (?i:ßs)
(?=a) (?!a) (?<=a) (?<!a) (?<=a|bc) (?<!a|bc) (?<=a+)b (?<=^|,)[^,]* (?=a(?=b)) (?!a(?!b)). (?<=a(?<=a)). (?<=\s)\S+(?=\s) \S+(?!\S) \s+(?!\S)|\s+ (?<=[^a])a (?<=中|é). (?<!\d)\d{1,3}(?=(?:\d{3})*(?!\d))
(?>a+)b (?>a|ab)c (?>a*)a a++a (?>a*?)a (?:a++|b)+ (?>(?:ab?)+)b (?>) (?<n>a)b (?'n'a)b (?<n>a)\g<n> (a)(?:b)\g<1> (?((?=a))ab|c) (?(a)b|c) (?#comment)a a(?#x)b
(?x:\ a\ b\ #c) (?x)a[\ ]b (?W:\w+) (?D:\d+) (?S:\s+) (?P:[[:alpha:]]+) (?i-m:a) (?i-m)A (?-i)a a\Kb (?:a\K)+ (?:\Ka)+b (?>a\K)b a\K|b
\X \X+ \y \Y a\X* \yx
*a +a ?a (*a) a** a+* ^* (?=a)* \b+ (a (a)) a) [a [b-a] [a-\d] [[:foo:]] \p{Foo} \p{L (?<a (?z) \k<n> \g<0> (?<=a(?=b)) a{100001} (?<!(a)) \
""".split()
PATTERNS += ["", " ", "a b|c d", "(?x: a b # comment\n c)", "[ ]", " ?[^\\s]+"]


def split(text, pieces):
    """The pieces as byte ranges of the text."""
    starts = [0]
    for character in text:
        starts.append(starts[-1] + len(character.encode()))
    return [offset for _, (start, end) in pieces for offset in (starts[start], starts[end])]


def regexes():
    generator, rows = random.Random(20261121), []
    source = RegexSource(generator)
    patterns = [(pattern, TEXTS) for pattern in PATTERNS]
    patterns += [(source.pattern(generator.choice([0, 1, 2, 2])), [source.text() for _ in range(5)]) for _ in range(300)]
    for pattern, texts in patterns:
        try:
            regex = Regex(pattern)
        except Exception as error:
            rows.append({"pattern": pattern, "error": str(error)})
            continue
        isolated, removed = (pre_tokenizers.Split(regex, behavior) for behavior in ("isolated", "removed"))
        row = {"pattern": pattern, "texts": texts if texts is not TEXTS else None}
        row["isolated"] = [split(text, isolated.pre_tokenize_str(text)) for text in texts]
        row["removed"] = [split(text, removed.pre_tokenize_str(text)) for text in texts]
        rows.append({key: value for key, value in row.items() if value is not None})
    return {"texts": TEXTS, "rows": rows}


BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
PRE_TOKENIZERS = [
    {"type": "BertPreTokenizer"}, {"type": "Whitespace"}, {"type": "WhitespaceSplit"}, {"type": "UnicodeScripts"},
    {"type": "FixedLength", "length": 3}, {"type": "Digits", "individual_digits": True}, {"type": "Digits", "individual_digits": False},
    {"type": "CharDelimiterSplit", "delimiter": "a"}, {"type": "CharDelimiterSplit", "delimiter": "字"},
    *[{"type": "Punctuation", "behavior": behavior} for behavior in BEHAVIORS],
    *[{"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split} for scheme in ("always", "first", "never") for split in (True, False)],
    *[{"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex} for prefix in (True, False) for regex in (True, False)],
    *[
        {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}
        for pattern in ({"String": " "}, {"String": ""}, {"String": "[c]"}, {"Regex": r"\s+"}, {"Regex": "(?=a)"}, {"Regex": r"\d{1,3}"}, {"Regex": r"\w+|[^\w\s]+"})
        for behavior in BEHAVIORS
        for invert in (True, False)
    ],
    {"type": "Sequence", "pretokenizers": []},
    {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}]},
    {"type": "Sequence", "pretokenizers": [{"type": "Metaspace", "replacement": "_", "prepend_scheme": "always", "split": True}, {"type": "Digits", "individual_digits": True}]},
    {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}, {"type": "FixedLength", "length": 2}]},
    {"type": "Sequence", "pretokenizers": [{"type": "Sequence", "pretokenizers": [{"type": "UnicodeScripts"}, {"type": "Punctuation", "behavior": "Isolated"}]}, {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
]


def pre_tokenized():
    rows = []
    for json_value in PRE_TOKENIZERS:
        tokenizer = Tokenizer(models.BPE())
        data = json.loads(tokenizer.to_str())
        data["pre_tokenizer"] = json_value
        pre = Tokenizer.from_str(json.dumps(data)).pre_tokenizer
        rows.append({"json": json_value, "pieces": [[piece for piece, _ in pre.pre_tokenize_str(text)] for text in TEXTS]})
    return {"texts": TEXTS, "rows": rows}


def main(folder):
    folder.mkdir(exist_ok=True)
    files = {name: json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n" for name, value in [("regexes.json", regexes()), ("pretokenizers.json", pre_tokenized())]}
    manifest = {
        "script": "Scripts/goldens/make_regex.py",
        "command": "python3 Scripts/goldens/make_regex.py Tests/Fixtures/regex",
        "versions": {"tokenizers": __version__},
        "sha256": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()},
    }
    files["MANIFEST.json"] = json.dumps(manifest, indent=1) + "\n"
    for name, text in files.items():
        (folder / name).write_text(text)
    print({name: len(text) for name, text in files.items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
