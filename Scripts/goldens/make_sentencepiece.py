#!/usr/bin/env python3
"""Trains small SentencePiece models of every type and option, and stores what the sentencepiece library gives.

    python3 Scripts/goldens/make_sentencepiece.py Tests/Fixtures/sentencepiece

Needs: pip install sentencepiece protobuf.
"""
import hashlib, io, json, random, sys, tempfile
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto

CORPUS = """The quick brown fox jumps over the lazy dog.
I'll say it's fine, they've said we're not; don't you think?
the then there them these other mother brother another
def main(arguments):  return 123 + 4567 * 89
Größe Straße übel naïve café
Русский язык текст
中文分词测试 你好世界
日本語のテキスト カタカナ
<user> 123 hello  world <user_long> ab abc""".split("\n")

# Rules of a charsmap: longest first, one to none, one to many, spaces.
RULES = [("\u00a0", " "), ("\u3000", " "), ("\t", " "), ("\n", " "), ("\u200b", ""), ("A", "a"), ("\ufb01", "fi"), ("e\u0301", "\u00e9"), ("e\u0301\u0323", "E!"), ("\u2460", " 1 ")]

KINDS = {
    "bpe": dict(model_type="bpe", rules=True),
    "bpe_llama": dict(model_type="bpe", byte_fallback=True, remove_extra_whitespaces=False, split_digits=True, allow_whitespace_only_pieces=True),
    "bpe_symbols": dict(model_type="bpe", byte_fallback=True, user_defined_symbols=["<user>", "<user_long>", "\n", "  ", "123", "ab", "\u2581\u2581"], control_symbols=["<ctl>"]),
    "bpe_suffix": dict(model_type="bpe", treat_whitespace_as_suffix=True, rules=True),
    "bpe_plain": dict(model_type="bpe", add_dummy_prefix=False, edit="noescape"),
    "bpe_unused": dict(model_type="bpe", edit="unused"),
    "bpe_holes": dict(model_type="bpe", byte_fallback=True, edit="holes"),
    "bpe_ties": dict(model_type="bpe", edit="ties"),
    "unigram": dict(model_type="unigram", rules=True),
    "unigram_bytes": dict(model_type="unigram", byte_fallback=True, character_coverage=0.98, remove_extra_whitespaces=False),
    "unigram_symbols": dict(model_type="unigram", user_defined_symbols=["<user>", "<user_long>", "123", "ab", "abc"], control_symbols=["<ctl>"], unk_surface="?", unk_piece="[UNK]", edit="ties"),
    "unigram_t5": dict(model_type="unigram", bos_id=-1, pad_id=0, eos_id=1, unk_id=2, edit="unused"),
    "unigram_back": dict(model_type="unigram", rules=True, edit="denormalizer"),
    "word": dict(model_type="word", user_defined_symbols=["123"], edit="unused"),
    "char": dict(model_type="char", user_defined_symbols=["<user>"]),
}

TEXTS = [
    "", " ", "  ", "\n", "a", " a", "a ", "  a  b  ", "Hello, world!", "The quick brown fox", "thethethe otherother", "I'll don't", "123 4567 0", "AAA aAa",
    "<user>hi<user_long><user_", "<s></s><unk><ctl><0x41>", "a<s>b", "\n\n \n", "\t\u00a0\u3000x", "\u200b", "\u200b a", "ﬁne e\u0301 e\u0301\u0323 \u2460", "▁▁a▁b", "中文测试 你好", "日本語", "русский ё",
    "😀 👩\u200d👧", "\u0000a", "\ufffd", "a" * 50, "ab" * 30, " " * 20 + "x", "café cafe\u0301", "ababcab123123",
]


def random_texts():
    generator = random.Random(20261121)
    pools = ["theor mn", "abc123 ", "<user>_long", "A\u00a0\t\u200be\u0301\u0323 ", "中文日本語 你", "\n  \u2581", "Größe тек", "😀\u0000ﬁ\u2460"]
    for _ in range(50):
        pool = generator.choice(pools) + generator.choice(pools)
        yield "".join(generator.choice(pool) for _ in range(generator.randint(1, 20)))


def edit(data, how):
    model, generator = proto.ModelProto(), random.Random(3)
    model.ParseFromString(data)
    if how == "noescape":
        model.normalizer_spec.escape_whitespaces = False
    elif how == "unused":
        for piece in model.pieces:
            if piece.type == 1 and generator.random() < 0.2:
                piece.type = 5
    elif how == "holes":
        kept = [piece for piece in model.pieces if piece.type != 1 or generator.random() > 0.2]
        pieces = [proto.ModelProto.SentencePiece.FromString(piece.SerializeToString()) for piece in kept]
        del model.pieces[:]
        model.pieces.extend(pieces)
    elif how == "ties":
        for piece in model.pieces:
            if piece.type == 1:
                piece.score = round(piece.score / (6 if model.trainer_spec.model_type == 2 else 1))
    elif how == "denormalizer":
        model.denormalizer_spec.CopyFrom(model.normalizer_spec)
        model.denormalizer_spec.add_dummy_prefix = False
        model.denormalizer_spec.escape_whitespaces = False
    return model.SerializeToString()


def train(options):
    options = dict(options)
    how, rules = options.pop("edit", None), options.pop("rules", False)
    if options["model_type"] in ("bpe", "unigram"):
        options["hard_vocab_limit"] = False
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        for key, value in RULES:
            file.write("\t".join(" ".join(f"{ord(c):x}" for c in text) for text in (key, value)) + "\n")
        file.flush()
        if rules:
            options["normalization_rule_tsv"] = file.name
        else:
            options["normalization_rule_name"] = "identity"
        out = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(CORPUS * 3), model_writer=out, vocab_size=420 if options.get("byte_fallback") else 160 if options["model_type"] != "word" else 40,
            minloglevel=2, num_threads=1, **options)
    model = proto.ModelProto()
    model.ParseFromString(out.getvalue())
    # Names of temporary files, which differ from run to run.
    model.normalizer_spec.ClearField("normalization_rule_tsv")
    return edit(model.SerializeToString(), how)


def main(folder):
    folder.mkdir(exist_ok=True)
    texts = TEXTS + list(random_texts())
    files = {"texts.json": (json.dumps(texts) + "\n").encode()}
    for name, options in KINDS.items():
        data = train(options)
        processor = sentencepiece.SentencePieceProcessor(model_proto=data)
        generator, size = random.Random(9), processor.get_piece_size()
        sequences = [[generator.randrange(size) for _ in range(generator.randint(1, 10))] for _ in range(40)]
        sequences += [[generator.randrange(min(300, size)) for _ in range(generator.randint(1, 8))] for _ in range(30)]
        ids = [processor.encode(text) for text in texts]
        cases = {
            "ids": ids, "decoded": [processor.decode(row) for row in ids], "sequences": [[row, processor.decode(row)] for row in sequences],
            "bytes": [[raw.hex(), processor.encode(raw)] for raw in (b"a\xffb", b"\xe2\x82", b" \xf0\x9f\x98 x", b"\xc3", b"\xed\xa0\x80")],
            "bos": processor.bos_id(), "eos": processor.eos_id(),
        }
        files[f"{name}.model"] = data
        files[f"{name}.cases.json"] = (json.dumps(cases, separators=(",", ":")) + "\n").encode()
    manifest = {
        "script": "Scripts/goldens/make_sentencepiece.py",
        "command": "python3 Scripts/goldens/make_sentencepiece.py Tests/Fixtures/sentencepiece",
        "versions": {"sentencepiece": sentencepiece.__version__},
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(sum(len(data) for data in files.values()), "bytes in", len(files), "files")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
