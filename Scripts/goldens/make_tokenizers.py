#!/usr/bin/env python3
"""Trains small tokenizers, one per splitting pattern and kind of model, and stores what the tokenizers library gives.

    python3 Scripts/goldens/make_tokenizers.py Tests/Fixtures/tokenizers

Needs: pip install tokenizers.
"""
import hashlib, json, random, sys
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, __version__, decoders, models, normalizers, pre_tokenizers, processors, trainers

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
LEAD = r"[^\r\n\p{L}\p{N}]?"
LLAMA3 = CONTRACTIONS + "|" + LEAD + r"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
QWEN35 = CONTRACTIONS + "|" + LEAD + r"[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + SPACES
O200K = f"{LEAD}{UPPER}*{LOWER}+{CONTRACTIONS}?|{LEAD}{UPPER}+{LOWER}*{CONTRACTIONS}?" + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + SPACES
TEKKEN = f"{LEAD}{UPPER}*{LOWER}+|{LEAD}{UPPER}+{LOWER}*" + r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + SPACES
DEEPSEEK = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|""" + SPACES


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def byte_level(**options):
    return pre_tokenizers.ByteLevel(**{"add_prefix_space": False, "use_regex": False, **options})


KINDS = {
    "gpt2": dict(pre=byte_level(use_regex=True)),
    "prefix_space": dict(pre=byte_level(add_prefix_space=True, use_regex=True)),
    "llama3": dict(pre=pre_tokenizers.Sequence([split(LLAMA3), byte_level()]), ignore_merges=True, bos=True),
    "qwen2": dict(pre=pre_tokenizers.Sequence([split(QWEN2), byte_level()]), normalizer=normalizers.NFC()),
    "qwen35": dict(pre=pre_tokenizers.Sequence([split(QWEN35), byte_level()]), normalizer=normalizers.NFC()),
    "o200k": dict(pre=pre_tokenizers.Sequence([split(O200K, "removed", True), byte_level()]), wrap=True),
    "tekken": dict(pre=pre_tokenizers.Sequence([split(TEKKEN), byte_level()]), ignore_merges=True),
    "smollm": dict(pre=pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(use_regex=True)])),
    "digit_runs": dict(pre=pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=False), byte_level(use_regex=True)]), holes=True),
    "deepseek_v3": dict(pre=pre_tokenizers.Sequence([split(r"\p{N}{1,3}"), split("[一-龥\u3040-ゟ゠-ヿ]+"), split(DEEPSEEK), byte_level()])),
}

CORPUS = """The quick brown fox jumps over the lazy dog. I'll say it's fine, they've said we're not; don't you'd think?
def main(arguments):\n    for index in range(100):\n        print(f"{index}: {arguments[index]}")\n    return None\n
HELLO World, HTTPServer parseJSONObject camelCase snake_case SCREAMING_CASE 3.14159 2026-03-07 1,234,567 0xDEADBEEF
Größe Straße übel naïve café Ελληνικά ελληνικός Русский язык текст עברית العربية हिन्दी नमस्ते ภาษาไทย 한국어 안녕하세요
中文分词测试 你好世界 日本語のテキスト カタカナ ひらがな 😀😃😄 👩‍👩‍👧‍👦 🇩🇪🇫🇷 ½ ² ③ Ⅷ ١٢٣ १२३
    indented\n\ttabbed\r\nwindows lines\n\n\n   trailing   \n"""

TEXTS = [
    "", " ", "  ", "\n", "\n\n", " \n", "\n ", "\t", "\r\n", "\r", "a", " a", "a ", "  a", "a  b", "a   b ", "\u00a0a", "a\u00a0b",
    "a \u3000 b", "a\u2028b", "\u200ba", "Hello, world!", "I'll I'LL I'Ll they've 'S 's '' 'ſ 'x don't", "we're'd'm't",
    "a's b'S c'ſ", "1 12 123 1234 12345678", "3.14 1,000", "x1y22z333", "½²③Ⅷ ١٢٣ १२३४", "\u1de0\U00011de0 \U00016ff4",
    "def f(x):\n    return x**2  # ok\n\n\n", "a\n\nb", "a \n b", "a\n  b\n", "\n\n  \n x", "   \n\t\n  y", "a\r\n\r\nb",
    "http://example.com/a/b?c=d&e=f//g", "!!!", " !!!", "?!\n\n", "...\n\n...", "/*\n*/", "//\n/", "foo/bar//", "$€£¥ +−×÷ ←→",
    "HELLO World HTTPServer parseJSONObject XMLHttp aB Ab ABc abC", "ÀÉ Éa éA ßß ǅ ǅa aǅ ʰa Aʰ", "IT'S it's It'S o'clock'll",
    "café cafe\u0301 Å A\u030a \u212b Ω \u2126", "e\u0301\u0323 e\u0323\u0301 \u0344 \u0958 \u0f43 \ufb2c", "각 가\u11a8 \u1100\u1161\u11a8 한국어",
    "\U00011935\U00011930 \U0001d15e \u0cca \u09c7\u09be a\u0301b\u0301", "\u0301 \u0301a a\u0301\u0301 1\u0301 !\u0301 中\u0301",
    "नमस्ते हिन्दी", "ภาษาไทย", "עברית שָׁלוֹם", "العربية مرحبا", "中文分词测试", "你好 世界，2026年3月7日。", "日本語のテキスト、カタカナ・ひらがな", "漢字kanji混在123",
    "😀", "😀😃 👩‍👩‍👧‍👦", "🇩🇪🇫🇷", "a😀b", "👍🏽", "\u0000", "a\u0000b", "\u0001\u001f\u007f\u0080\u0085x", "\ufeffBOM", "\ufffd", "\U0010ffff\ue000",
    "<|end|>", "a<|end|>b", "<|end|><|end|>", "<|end", "<|end|", "<|<|end|>", "<|end|>x<|start|> <|end|>", " <|end|> ",
    "a <lstrip> b", "a  \n<lstrip>b", "<lstrip>", "a<rstrip>  b", "<rstrip> \n <rstrip>", "word", "a word b", "sword words", "word,word", "éword wordé _word 1word",
    "<user>", "<user_long>", "<user_longer", "Café!", "CAFE\u0301!", "Cafe\u0301!x", "<both> <both>  <both>x", " <both> ",
    "a" * 41, "ab" * 60, " " * 50, "\n" * 30, "0123456789" * 8, "中" * 45, "x" + "é" * 50, "!?" * 40,
    "the the the the quick quick brown brown fox", "\t\t  \t x", "a\u0085b \u1680c", "_ __ ___init__", "@user #tag $var %d ^x &y *z",
]
SPECIALS = ["<|end|>", "<|start|>"]
ADDED = [
    AddedToken("<lstrip>", lstrip=True, normalized=False), AddedToken("<rstrip>", rstrip=True, normalized=False),
    AddedToken("<both>", lstrip=True, rstrip=True, normalized=False), AddedToken("word", single_word=True, normalized=False),
    AddedToken("<user>", normalized=False), AddedToken("<user_long>", normalized=False), AddedToken("Café!", normalized=True),
]


def random_texts():
    generator = random.Random(20260307)
    pools = ["abcXYZ  \n", "'sStTrReElLdDmM a", "0123456789 ,.\n", "aé\u0301\u0323 Å각\u11a8", " \t\r\n\u00a0\u3000x!", "中文漢カひa1 ", "ABcd_-/\\(){}[]<>|=+*&^%$#@!~`'\";:?,. \n", "😀👩\u200d👧🏽é½١ a"]
    texts = []
    for _ in range(80):
        pool = generator.choice(pools) + generator.choice(pools)
        texts.append("".join(generator.choice(pool) for _ in range(generator.randint(1, 24))))
    return texts


def build(pre, normalizer=None, ignore_merges=False, bos=False, wrap=False, holes=False):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre, decoders.ByteLevel()
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=700, min_frequency=2, special_tokens=SPECIALS, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([CORPUS] * 3 + TEXTS, trainer)
    tokenizer.add_tokens(ADDED)
    data = json.loads(tokenizer.to_str())
    data["model"]["ignore_merges"] = ignore_merges
    if ignore_merges:  # A token that its merges do not reach.
        data["model"]["vocab"]["ĠHTTPServer"] = 2000
    if holes:  # Bytes without token, and merges as strings.
        for byte in ("x", "½"):
            data["model"]["vocab"] = {k: v for k, v in data["model"]["vocab"].items() if byte not in k}
        data["model"]["merges"] = [" ".join(m) for m in data["model"]["merges"] if not any(b in part for part in m for b in ("x", "½"))]
    start, end = (data["model"]["vocab"][name] for name in ("<|start|>", "<|end|>"))
    tokenizer = Tokenizer.from_str(json.dumps(data))
    template = {"bos": "<|start|> $A", "wrap": "<|start|> $A <|end|> <|end|>"}.get("bos" if bos else "wrap" if wrap else "")
    if template:
        single = processors.TemplateProcessing(single=template, special_tokens=[("<|start|>", start), ("<|end|>", end)])
        tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), single]) if bos else single
    return tokenizer


SPM_NORMALIZER = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
SPM_DECODERS = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
CLIP_PATTERN = r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def template(single):
    return lambda id: processors.TemplateProcessing(single=single, special_tokens=[(token, id[token]) for token in SPECIALS])


def parts(**names):
    """The parts of a tokenizer, by the names they have there."""
    return names


# Models over characters and words: the parts, and changes of the model that no trainer makes.
OTHER_KINDS = {
    "llama2": parts(normalizer=SPM_NORMALIZER, decoder=decoders.Sequence(SPM_DECODERS + [decoders.Strip(" ", 1, 0)]), post=template("<|start|> $A"), bytes=256, model={"fuse_unk": True}),
    "llama2_rebuilt": parts(pre=pre_tokenizers.Metaspace("▁", "first", False), decoder=decoders.Sequence(SPM_DECODERS + [decoders.Strip(" ", 1, 0)]), bytes=256, model={"fuse_unk": True}),
    "gemma": parts(normalizer=normalizers.Replace(" ", "▁"), pre=pre_tokenizers.Split(" ", "merged_with_previous"), decoder=decoders.Sequence(SPM_DECODERS), bytes=256, model={"ignore_merges": True}),
    "some_bytes": parts(normalizer=SPM_NORMALIZER, decoder=decoders.Sequence(SPM_DECODERS), bytes=200, model={"fuse_unk": False}),
    "no_unknown": parts(decoder=None, model={"unk_token": None}),
    "clip": parts(normalizer=normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]), pre=pre_tokenizers.Sequence([split(CLIP_PATTERN, "removed", True), byte_level()]), decoder=decoders.ByteLevel(), post=lambda id: processors.RobertaProcessing((SPECIALS[0], id[SPECIALS[0]]), (SPECIALS[1], id[SPECIALS[1]])), suffix="</w>"),
    "gpt1": parts(normalizer=normalizers.BertNormalizer(), pre=pre_tokenizers.BertPreTokenizer(), decoder=decoders.BPEDecoder("</w>"), suffix="</w>"),
    "prefixed": parts(pre=pre_tokenizers.WhitespaceSplit(), decoder=decoders.WordPiece("##", False), prefix="##"),
    "bert": parts(kind="WordPiece", normalizer=normalizers.BertNormalizer(), pre=pre_tokenizers.BertPreTokenizer(), decoder=decoders.WordPiece(), post=template("<|start|> $A <|end|>")),
    "bert_cased": parts(kind="WordPiece", normalizer=normalizers.BertNormalizer(lowercase=False), pre=pre_tokenizers.BertPreTokenizer(), decoder=decoders.WordPiece("##", True), post=lambda id: processors.BertProcessing((SPECIALS[0], id[SPECIALS[0]]), (SPECIALS[1], id[SPECIALS[1]])), model={"max_input_chars_per_word": 6}),
    "words": parts(kind="WordLevel", pre=pre_tokenizers.Whitespace(), decoder=None),
    "ctc": parts(kind="WordLevel", normalizer=normalizers.Replace(" ", "|"), pre=pre_tokenizers.Split("", "isolated"), decoder=decoders.CTC("<|end|>", "|", True)),
    "t5": parts(kind="Unigram", normalizer=normalizers.NFKC(), pre=pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]), decoder=decoders.Metaspace(), post=template("$A <|end|>")),
    "unigram_bytes": parts(kind="Unigram", normalizer=SPM_NORMALIZER, decoder=decoders.Sequence(SPM_DECODERS + [decoders.Strip(" ", 1, 0)]), bytes=256),
    "unigram_byte_level": parts(kind="Unigram", pre=byte_level(use_regex=True), decoder=decoders.ByteLevel()),
    "byte_level_normalizer": parts(normalizer=normalizers.ByteLevel(), pre=split(r"[^Ġ]+|Ġ", "isolated"), decoder=decoders.Sequence([decoders.ByteLevel(), decoders.Strip(" ", 1, 0)])),
}


def build_other(kind="BPE", normalizer=None, pre=None, decoder=None, post=None, bytes=0, prefix=None, suffix=None, model=None):
    """A tokenizer whose tokens are text; "<unk>" stands for what it does not know."""
    specials = ["<unk>", *SPECIALS]
    affixes = {k: v for k, v in {"continuing_subword_prefix": prefix, "end_of_word_suffix": suffix}.items() if v}
    if kind == "WordLevel":
        tokenizer, trainer = Tokenizer(models.WordLevel(unk_token="<unk>")), trainers.WordLevelTrainer(vocab_size=250, special_tokens=specials, show_progress=False)
    elif kind == "WordPiece":
        tokenizer, trainer = Tokenizer(models.WordPiece(unk_token="<unk>")), trainers.WordPieceTrainer(vocab_size=500, special_tokens=specials, show_progress=False)
    else:
        tokenizer, trainer = Tokenizer(models.BPE(unk_token="<unk>", **affixes)), trainers.BpeTrainer(vocab_size=450, special_tokens=specials, show_progress=False, **affixes)
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre is not None:
        tokenizer.pre_tokenizer = pre
    tokenizer.train_from_iterator(CORPUS.split("\n") * 3, trainer)
    data = json.loads(tokenizer.to_str())
    data["model"].update(model or {})
    # Trainers number some tokens in the order of a hash table.
    vocab = {token: id for id, token in enumerate(sorted(data["model"]["vocab"], key=lambda token: (token not in specials, token)))}
    data["model"]["vocab"] = vocab
    for token in data["added_tokens"]:
        token["id"] = vocab[token["content"]]
    for byte in range(bytes):
        vocab[f"<0x{byte:02X}>"] = len(vocab)
    if kind == "Unigram":  # The tokens of the merges; longer ones are better, in steps that make ties.
        scores = {token: 0.0 if token in specials else -12.5 + min(len(token), 6) + id % 7 / 4 for token, id in vocab.items()}
        data["model"] = {"type": "Unigram", "unk_id": 0, "vocab": list(scores.items()), "byte_fallback": bytes > 0}
    elif kind == "BPE":
        data["model"]["byte_fallback"] = bytes > 0
    tokenizer = Tokenizer.from_str(json.dumps(data))
    if decoder is not None:
        tokenizer.decoder = decoder
    tokenizer.add_tokens(ADDED)
    if post is not None:
        tokenizer.post_processor = post(tokenizer.get_vocab())
    return tokenizer


def main(folder):
    texts = TEXTS + random_texts()
    files = {"texts.json": json.dumps(texts)}
    generator = random.Random(7)
    for name, options in [*KINDS.items(), *OTHER_KINDS.items()]:
        tokenizer = build(**options) if name in KINDS else build_other(**options)
        size = max(tokenizer.get_vocab().values()) + 1
        sequences = [[generator.randrange(size) for _ in range(generator.randint(1, 10))] for _ in range(40)]
        files[f"{name}.tokenizer.json"] = json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))
        files[f"{name}.cases.json"] = json.dumps(
            {
                "ids": [tokenizer.encode(text, add_special_tokens=False).ids for text in texts],
                "special": [tokenizer.encode(text, add_special_tokens=True).ids for text in texts[:25]],
                "decoded": [tokenizer.decode(tokenizer.encode(text, add_special_tokens=False).ids, skip_special_tokens=False) for text in texts],
                "sequences": [[ids, tokenizer.decode(ids, skip_special_tokens=False), tokenizer.decode(ids, skip_special_tokens=True)] for ids in sequences],
                "tokens": [tokenizer.id_to_token(id) for id in range(0, size, 37)],
            },
            separators=(",", ":"),
        )
        tokenizer.encode_special_tokens = True
        plain = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts if "<|" in text]
        files[f"{name}.cases.json"] = files[f"{name}.cases.json"][:-1] + ',"plain":' + json.dumps(plain, separators=(",", ":")) + "}"
    manifest = {
        "script": "Scripts/goldens/make_tokenizers.py",
        "command": "python3 Scripts/goldens/make_tokenizers.py Tests/Fixtures/tokenizers",
        "versions": {"tokenizers": __version__},
        "sha256": {},
    }
    for name, text in files.items():
        (folder / name).write_text(text + "\n")
        manifest["sha256"][name] = hashlib.sha256((text + "\n").encode()).hexdigest()
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(sum(len(text) for text in files.values()), "characters in", len(files), "files")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
