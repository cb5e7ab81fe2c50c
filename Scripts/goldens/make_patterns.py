#!/usr/bin/env python3
"""Stores which texts Python's regex module finds patterns in, and which texts jsonschema takes for values of formats.

    python3 Scripts/goldens/make_patterns.py Tests/Fixtures/patterns

Needs: pip install regex jsonschema[format].
"""
import hashlib, json, random, sys, warnings
from importlib.metadata import version
from pathlib import Path

import jsonschema, regex

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fuzzing"))
from random_pattern import PatternSource  # noqa: E402

warnings.simplefilter("ignore")

# Patterns as schemas have them, each with texts to begin with. `$` is written `\Z` for Python, `.` and `\s` are used only
# where the difference does not show.
REAL = [
    (r"^[a-z0-9]+(?:-[a-z0-9]+)*$", ["my-first-post", "a", "-a", "a--b"]),
    (r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$", ["1.2.3", "1.0.0-rc.1+b5", "01.2.3"]),
    (r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", ["2024-02-30", "2024-13-01"]),
    (r"^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$", ["192.168.0.1", "256.1.1.1"]),
    (r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", ["web-0.default.svc", "-web"]),
    (r"^(?![0-9]+$)(?!-)[a-zA-Z0-9-]{1,63}(?<!-)$", ["node-1", "123", "a-", "-a"]),
    (r"^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:.+$", ["arn:aws:s3:::bucket/key", "arn:aws:iam::123456789012:role/x"]),
    (r"^[^@\s]+@[^@\s]+\.[^@\s]+$", ["me@example.org", "a@b", "a b@c.d"]),
    (r"^#(?:[0-9a-fA-F]{3}){1,2}$", ["#fff", "#12345", "#A1b2C3"]),
    (r"^(?=.*[A-Z])(?=.*[a-z])(?=.*\d).{8,}$", ["Passw0rd", "password", "PASSW0RDx"]),
    (r"^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$", ["octo-cat", "octo--cat", "cat-"]),
    (r"^((?!secret).)*$", ["a secret", "secre", "open"]),
    (r"^(?:(?!--)[a-z-])+$", ["a-b", "a--b"]),
    (r"\bTODO\b", ["TODO: this", "TODOS", "a TODO"]),
    (r"(?<!\$)\{[a-z]+\}", ["{a}", "${a}", "x{abc}y"]),
    (r"^(?:\w+\b,?)+$", ["a,b", "a,,b", "ab"]),
    (r"(^|,)[ab](,|$)", ["a,b", "ab", "x,a,y"]),
    (r"^(/[^/~]*(~[01][^/~]*)*)*$", ["/a/b~0", "a", "/~2"]),
    (r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$", ["YWJj", "YWI=", "YQ=="]),
    (r"^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$", ["-1.5e10", "01", "1."]),
    (r"^v?\d+(\.\d+){0,2}$|^latest$", ["v1.2.3", "latest", "1.2.3.4"]),
    (r"^(?:https?|ftp)://[^\s/$.?#].[^\s]*$", ["http://a.b", "ftp://x", "gopher://x"]),
    (r"^P(?!$)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$", ["P1Y", "PT", "P1DT2H", "P"]),
    (r"^[\w.-]+$", ["a.b-c_d", "a b"]),
    (r"^\$\{?[A-Z_]+\}?$", ["$HOME", "${HOME}", "$home"]),
    (r"(?i)^(yes|no)$", ["YES", "No", "maybe"]),
    (r"^(?i:k)elvin$", ["Kelvin", "kELVIN"]),
    (r"^[^\d\W]\w*$", ["_a1", "1a"]),
    (r"^\x41\u0042\cJ?[\b]?$", ["AB", "AB\n", "AB\b"]),
    (r"(?<=foo)bar|(?<=(?:^|\s)ab?)c", ["foobar", "xbar", "abc", "x ac"]),
]
ALPHABET = "aAbz019-_.:/ @+,~#${}=é\n"

FORMATS = {
    "date": ["2000-02-29", "1900-02-28", "2023-02-28", "0004-02-29", "1999-12-31"],
    "time": ["12:30:59Z", "23:59:59.123+23:59", "00:00:00-00:00"],
    "date-time": ["2024-02-29T12:30:59Z", "1990-12-31t15:59:50.123-08:00"],
    "duration": ["P1Y2M3DT4H5M6S", "P3W", "PT36H", "P1M2D", "PT1M2S"],
    "email": ["joe.bloggs@example.com", '"a b"@c.d', "te~st@[127.0.0.1]"],
    "idn-email": ["δοκιμή@example.com", "실례@실례.테스트"],
    "hostname": ["www.example.com", "a-b.c", "1host"],
    "idn-hostname": ["실례.테스트", "straße.de", "a-b.c"],
    "ipv4": ["127.0.0.1", "255.249.10.9"],
    "ipv6": ["::1", "1:2:3:4:5:6:7:8", "1::3:4:5:6:7:8", "::ffff:1.2.3.4", "1:2:3:4:5:6:7::", "::"],
    "uri": ["http://u:p@[::1]:80/a/b?c#d", "mailto:a@b.c", "urn:a:b", "http://%41/"],
    "uri-reference": ["", "/a/b", "//a/b", "./a:b", "?q#f"],
    "iri": ["http://ƒøø.ßår/?∂éœ=πîx#πîüx", "x:é"],
    "iri-reference": ["âππ", "//é?\ue000"],
    "uri-template": ["http://a/{term:1}/{x,y*}", "{?a.b}{&c}", "{#x}"],
    "json-pointer": ["/foo/0/~01", "", "/"],
    "relative-json-pointer": ["0/foo", "2#", "12"],
    "uuid": ["2eb8aa08-AA98-11ea-b4aa-73b441d16380"],
    "regex": ["([abc])+\\s+$", "a|(?:b{2,3})*?", "[^a-z\\]]+", "(?=x)\\u00e9", "((a)|b)?"],
}
FORMAT_ALPHABET = "0123456789aAbzZT:.,-+/@[]{}()|*?#&%~_ \\\"é"


def mutated(generator, text, alphabet):
    for _ in range(generator.choice([1, 1, 2, 3])):
        start = generator.randint(0, len(text))
        end = min(len(text), start + generator.randint(0, 2))
        middle = generator.choice([generator.choice(alphabet), generator.choice(alphabet), "", text[start:end] * 2])
        text = text[:start] + middle + text[end:]
    return text


def row(name, texts, judge):
    texts = sorted(set(texts))
    labels = [judge(text) for text in texts]
    return {**name, "accepted": [text for text, label in zip(texts, labels) if label],
            "refused": [text for text, label in zip(texts, labels) if not label]}


def patterns(generator):
    for pattern, seeds in REAL:
        compiled = regex.compile("(?V0a)" + python_spelling(pattern))
        texts = seeds + [mutated(generator, generator.choice(seeds), ALPHABET) for _ in range(25)]
        yield row({"pattern": pattern}, texts, lambda text: compiled.search(text) is not None)
    source = PatternSource(generator)
    for _ in range(400):
        ours, theirs = source.pattern(generator.choice([1, 2, 2, 3]))
        whole = generator.random() < 0.5
        compiled = regex.compile(f"(?V0a)(?:{theirs}){chr(92)}Z" if whole else "(?V0a)" + theirs)
        judge = (lambda text: compiled.match(text) is not None) if whole else (lambda text: compiled.search(text) is not None)
        yield row({"pattern": ours, **({"whole": True} if whole else {})}, [source.text() for _ in range(14)], judge)


def python_spelling(pattern):
    """`$` in Python also stands before a last line feed; `\\Z` does not. `\\cX` is unknown there."""
    pieces = regex.findall(r"\\c.|\\.|\[\^?(?:\\.|[^\]])*\]|.", pattern)
    spelled = {"$": r"\Z", r"\cJ": r"\n"}
    return "".join(spelled.get(piece, piece) for piece in pieces)


def formats(generator):
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    for name, seeds in FORMATS.items():
        texts = seeds + [mutated(generator, generator.choice(seeds), FORMAT_ALPHABET) for _ in range(120)]
        yield {**row({"format": name}, texts, lambda text: conforms(checker, text, name)), "valid": seeds}


def conforms(checker, text, name):
    try:
        return checker.conforms(text, name)
    except Exception:  # some checkers fail on what they do not expect
        return False


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    files = {"patterns.json": patterns(random.Random(20261121)), "formats.json": formats(random.Random(20261122))}
    hashes = {}
    for name, rows in files.items():
        data = "[\n" + ",\n".join(json.dumps(row, ensure_ascii=True) for row in rows) + "\n]\n"
        (folder / name).write_text(data)
        hashes[name] = hashlib.sha256(data.encode()).hexdigest()
    names = ["regex", "jsonschema", "rfc3339-validator", "rfc3987", "fqdn", "idna", "isoduration", "uri-template", "jsonpointer"]
    manifest = {"script": "Scripts/goldens/make_patterns.py", "command": f"python3 Scripts/goldens/make_patterns.py {folder}",
                "versions": {name: version(name) for name in names}, "sha256": hashes}
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


main()
