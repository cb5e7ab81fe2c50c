"""tokenizer.json files to measure with: byte-level BPE trained on the corpora, once, or files that are given."""
import json
import os

from . import corpora

# The splitting pattern of Llama 3.
PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
           r"|\s*[\r\n]+|\s+(?!\S)|\s+")
SPECIAL = ("<|begin|>", "<|end|>")


def train(texts, size):
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=size - len(SPECIAL), show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator((text[at:at + 4096] for text in texts for at in range(0, len(text), 4096)), trainer)
    tokenizer.add_special_tokens(list(SPECIAL))
    return json.loads(tokenizer.to_str())


def shortened(file, size):
    """The same training stopped at fewer tokens: merges come in the order in which they were learned."""
    count = size - len(SPECIAL)
    vocab = {token: id for token, id in file["model"]["vocab"].items() if id < count}
    merges = file["model"]["merges"][:count - 256]
    added = [dict(token, id=count + at) for at, token in enumerate(file["added_tokens"])]
    return dict(file, added_tokens=added, model=dict(file["model"], vocab=vocab, merges=merges))


def prepared(folder, sizes, texts):
    """Paths by size; what is missing is trained and kept in the folder."""
    paths = {size: os.path.join(folder, f"bpe-{size}.json") for size in sizes}
    if not all(map(os.path.exists, paths.values())):
        trained = train(list(texts.values()), max(sizes))
        for size, path in paths.items():
            with open(path, "w", encoding="utf-8") as file:
                json.dump(shortened(trained, size), file, ensure_ascii=False, indent=2)
    return paths


def ranks(path):
    """(the splitting pattern, tokens by rank, special tokens) for tiktoken; None where the file is of another kind."""
    with open(path, encoding="utf-8") as file:
        loaded = json.load(file)
    alphabet = byte_alphabet()
    vocab = loaded["model"].get("vocab")
    splits = [part for part in parts(loaded.get("pre_tokenizer")) if part["type"] == "Split"]
    if loaded["model"].get("type") != "BPE" or len(splits) != 1 or "Regex" not in splits[0]["pattern"]:
        return None
    # tiktoken takes the rank of a merge from the token's id, so ids must stand in the order of the merges.
    unions = [vocab[merge.replace(" ", "") if isinstance(merge, str) else "".join(merge)]
              for merge in loaded["model"]["merges"]]
    if unions != sorted(unions) or loaded.get("normalizer"):
        return None
    special = {token["content"]: token["id"] for token in loaded["added_tokens"]}
    tokens = {bytes(alphabet[character] for character in token): id for token, id in vocab.items()
              if token not in special and all(character in alphabet for character in token)}
    return splits[0]["pattern"]["Regex"], tokens, special


def parts(step):
    if not step:
        return []
    if step["type"] != "Sequence":
        return [step]
    return [part for inner in step["pretokenizers"] for part in parts(inner)]


def byte_alphabet():
    """GPT-2's printable characters for bytes."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(256) if byte not in printable]
    return {**{chr(byte): byte for byte in printable},
            **{chr(0x100 + at): byte for at, byte in enumerate(rest)}}


def texts_for_training(size):
    return {name: corpora.make(name, size) for name in corpora.NAMES}
