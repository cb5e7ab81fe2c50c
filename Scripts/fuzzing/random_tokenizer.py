"""Small tokenizers of random parts, trained on a few lines of text."""
import json

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from random_text import CODE, EMOJI, WORDS

CORPUS = [" ".join(WORDS), " ".join(reversed(WORDS)), *CODE, *EMOJI, "\n\n  \t x", "the the the quick quick brown brown fox do not don't ."] * 3
PATTERNS = [r"\s+", r"\d", r"\p{L}+|\p{N}", r"[^\s\w]+", r"'s|'t| ?\p{L}+| ?\p{N}+|\s+(?!\S)|\s+", r"(?i:the)", r".{3}"]
BEHAVIORS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
CONTENTS = ["<s>", "</s>", "<|x|>", "[MASK]", "fox", "the", " the", "éa", "İs", "Café", "<a", "<ab", "<abc>", "中", "  ", "\n", "ÀB", "▁x", "##", "x y"]


def random_normalizer(random):
    def one():
        return random.choice([
            normalizers.NFC, normalizers.NFD, normalizers.NFKC, normalizers.NFKD, normalizers.Lowercase, normalizers.StripAccents, normalizers.Nmt,
            lambda: normalizers.Strip(left=random.random() < 0.5, right=random.random() < 0.5), lambda: normalizers.Prepend("▁"),
            lambda: normalizers.Replace(random.choice([" ", "a", "''", "the"]), random.choice(["▁", "", "\"", "xx"])),
            lambda: normalizers.Replace(Regex(r" {2,}"), random.choice([" ", "▁▁"])), normalizers.ByteLevel,
            lambda: normalizers.BertNormalizer(*[random.random() < 0.5 for _ in range(4)]),
        ])()
    kind = random.randrange(6)
    if kind < 2:
        return None
    if kind == 2:
        return normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    return one() if kind < 5 else normalizers.Sequence([one() for _ in range(random.randint(1, 3))])


def random_pre_tokenizer(random):
    def one():
        flip = lambda: random.random() < 0.5
        return random.choice([
            lambda: pre_tokenizers.ByteLevel(add_prefix_space=flip(), use_regex=flip()), pre_tokenizers.Whitespace, pre_tokenizers.WhitespaceSplit,
            pre_tokenizers.BertPreTokenizer, lambda: pre_tokenizers.Punctuation(random.choice(BEHAVIORS)), lambda: pre_tokenizers.Digits(flip()),
            lambda: pre_tokenizers.CharDelimiterSplit(random.choice(" -a")), pre_tokenizers.UnicodeScripts,
            lambda: pre_tokenizers.Metaspace(random.choice("▁▁_"), random.choice(["always", "first", "never"]), flip()),
            lambda: pre_tokenizers.Split(Regex(random.choice(PATTERNS)), random.choice(BEHAVIORS), flip()),
            lambda: pre_tokenizers.Split(random.choice([" ", "the", "。"]), random.choice(BEHAVIORS), flip()), lambda: pre_tokenizers.FixedLength(random.randint(1, 6)),
        ])()
    kind = random.randrange(7)
    if kind == 0:
        return None
    if kind < 3:
        return pre_tokenizers.ByteLevel(add_prefix_space=random.random() < 0.5, use_regex=random.random() < 0.7)
    return one() if kind < 5 else pre_tokenizers.Sequence([one() for _ in range(random.randint(1, 3))])


def random_decoder(random):
    def one():
        flip = lambda: random.random() < 0.5
        return random.choice([
            decoders.ByteLevel, lambda: decoders.WordPiece(random.choice(["##", "", "t"]), flip()),
            lambda: decoders.Metaspace(random.choice("▁▁_"), random.choice(["always", "first", "never"]), flip()),
            lambda: decoders.BPEDecoder(random.choice(["</w>", "e", "Ġ"])), lambda: decoders.CTC(random.choice(["<pad>", "e"]), random.choice("|a"), flip()),
            lambda: decoders.Replace(random.choice(["▁", "Ġ", "th", "e"]), random.choice([" ", "", "xx"])),
            lambda: decoders.Replace(Regex(random.choice([r"\s+", "[aeiou]", "^t", "e$"])), random.choice([" ", "", "-"])),
            decoders.Fuse, lambda: decoders.Strip(random.choice(" ▁te"), random.randint(0, 2), 0), decoders.ByteFallback,
        ])()
    kind = random.randrange(8)
    if kind == 0:
        return None
    if kind == 1:
        return decoders.ByteLevel()
    if kind < 4:
        return decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return one() if kind < 6 else decoders.Sequence([one() for _ in range(random.randint(1, 4))])


def random_model(random, only):
    unknown = random.choice(["[UNK]", "<unk>"])
    specials = [unknown, "<s>", "</s>"]
    size = random.choice([80, 200, 500])
    alphabet = pre_tokenizers.ByteLevel.alphabet() if random.random() < 0.4 else list("abcdefghijklmnopqrstuvwxyz ▁")[: random.randint(0, 28)]
    kind = only or random.choice(["BPE", "BPE", "Unigram", "Unigram", "WordPiece", "WordLevel"])
    if kind == "BPE":
        prefix, suffix = random.choice([None, None, None, "##"]), random.choice([None, None, None, "</w>"])
        options = dict(continuing_subword_prefix=prefix, end_of_word_suffix=suffix)
        model = models.BPE(unk_token=random.choice([None, unknown]), fuse_unk=random.random() < 0.5, **{k: v for k, v in options.items() if v})
        trainer = trainers.BpeTrainer(vocab_size=size * 2, special_tokens=specials, initial_alphabet=alphabet, show_progress=False, **{k: v for k, v in options.items() if v})
    elif kind == "Unigram":
        model = models.Unigram()
        trainer = trainers.UnigramTrainer(vocab_size=size, special_tokens=specials, unk_token=unknown, initial_alphabet=alphabet, show_progress=False)
    elif kind == "WordPiece":
        model = models.WordPiece(unk_token=unknown, max_input_chars_per_word=random.choice([5, 20, 100]))
        trainer = trainers.WordPieceTrainer(vocab_size=size * 2, special_tokens=specials, initial_alphabet=alphabet, show_progress=False, continuing_subword_prefix=random.choice(["##", "##", "@@"]))
    else:
        model = models.WordLevel(unk_token=unknown)
        trainer = trainers.WordLevelTrainer(vocab_size=size, special_tokens=specials, show_progress=False)
    return model, trainer


def random_post_processor(random, id):
    template = lambda: processors.TemplateProcessing(single=random.choice(["<s> $A", "$A </s>", "<s> $A </s>", "$A", "<s> </s> $A <s>"]), special_tokens=[("<s>", id["<s>"]), ("</s>", id["</s>"])])
    pair = (("</s>", id["</s>"]), ("<s>", id["<s>"]))
    one = lambda: random.choice([template, lambda: processors.ByteLevel(trim_offsets=random.random() < 0.5), lambda: processors.BertProcessing(*pair), lambda: processors.RobertaProcessing(*pair)])()
    kind = random.randrange(4)
    return None if kind == 0 else one() if kind < 3 else processors.Sequence([one() for _ in range(random.randint(1, 3))])


def change_model(random, model):
    """Settings that trainers do not leave as they are."""
    if model["type"] == "BPE":
        model["fuse_unk"], model["ignore_merges"] = random.random() < 0.5, random.random() < 0.3
        model["byte_fallback"] = random.random() < 0.5
        if model["byte_fallback"]:
            free = max(model["vocab"].values()) + 1
            kept = 256 if random.random() < 0.7 else 200
            model["vocab"].update({f"<0x{byte:02X}>": free + byte for byte in range(kept)})
        if random.random() < 0.2:
            for token in random.sample(sorted(model["vocab"]), 3):
                if len(token) == 1 and all(token not in part for merge in model["merges"] for part in merge):
                    del model["vocab"][token]
    elif model["type"] == "Unigram":
        model["byte_fallback"] = random.random() < 0.5
        if model["byte_fallback"]:
            model["vocab"] += [[f"<0x{byte:02X}>", 0.0 if random.random() < 0.5 else -20.5] for byte in range(256 if random.random() < 0.7 else 200)]
        if random.random() < 0.3:
            model["vocab"] = [[token, round(score, random.choice([0, 1]))] for token, score in model["vocab"]]


def random_tokenizer(random, only=""):
    """The text of a tokenizer.json, or None where the parts do not go together."""
    model, trainer = random_model(random, only)
    tokenizer = Tokenizer(model)
    parts = random_normalizer(random), random_pre_tokenizer(random), random_decoder(random)
    tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder = parts
    try:
        tokenizer.train_from_iterator(CORPUS, trainer)
        data = json.loads(tokenizer.to_str())
        change_model(random, data["model"])
        tokenizer = Tokenizer.from_str(json.dumps(data))
        processor = random_post_processor(random, tokenizer.get_vocab())
        if processor is not None:
            tokenizer.post_processor = processor
            tokenizer.encode("<s>")  # Some chains of templates fail.
        flag = lambda: random.random() < 0.4
        normalized = lambda text: tokenizer.normalizer.normalize_str(text) if tokenizer.normalizer else text
        known = {""}
        for content in random.sample(CONTENTS, random.randint(0, 8)):
            # Tokens of the same text, or of none, are found at the whim of a hash table.
            if {content, normalized(content)} & known:
                continue
            known |= {content, normalized(content)}
            token = AddedToken(content, single_word=flag(), lstrip=flag(), rstrip=flag(), normalized=flag())
            (tokenizer.add_special_tokens if flag() else tokenizer.add_tokens)([token])
        text = tokenizer.to_str()
        Tokenizer.from_str(text)
        return text
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # The library's panics are no exceptions.
        return None
