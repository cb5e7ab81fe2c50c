"""tokenizer.json files to measure with: byte-level BPE trained on the corpora, once, or files that are given."""
import io
import json
import os

from . import corpora

# The splitting pattern of Llama 3.
PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
           r"|\s*[\r\n]+|\s+(?!\S)|\s+")
SPECIAL = ("<|begin|>", "<|end|>")
# SentencePiece models by the name of their file.
PIECE_KINDS = {"sentencepiece-bpe": "bpe", "sentencepiece-unigram": "unigram"}


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


def prepare(paths, texts):
    """Writes the files of these paths by size, unless they are all there."""
    if all(map(os.path.exists, paths.values())):
        return
    trained = train(list(texts.values()), max(paths))
    for size, path in paths.items():
        with open(path, "w", encoding="utf-8") as file:
            json.dump(shortened(trained, size), file, ensure_ascii=False, indent=2)


def prepare_models(paths, size, texts):
    """Writes the SentencePiece models of these paths by type, with the settings of Llama 2."""
    import sentencepiece

    for kind, path in paths.items():
        if os.path.exists(path):
            continue
        model = io.BytesIO()
        lines = [line for text in texts.values() for line in text.splitlines() if line.strip()]
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_writer=model, model_type=PIECE_KINDS[kind], vocab_size=size,
            input_sentence_size=100_000, shuffle_input_sentence=True, character_coverage=0.9995, byte_fallback=True,
            split_digits=True, normalization_rule_name="identity", remove_extra_whitespaces=False, minloglevel=2)
        with open(path, "wb") as file:
            file.write(model.getvalue())


def hugging_face_of(path):
    """The tokenizer.json for a SentencePiece model with the settings of Llama 2."""
    from sentencepiece import sentencepiece_model_pb2
    from tokenizers import Tokenizer, decoders, models, normalizers

    proto = sentencepiece_model_pb2.ModelProto()
    with open(path, "rb") as file:
        proto.ParseFromString(file.read())
    scores = [(piece.piece, piece.score) for piece in proto.pieces]
    if proto.trainer_spec.model_type == proto.trainer_spec.UNIGRAM:
        model = models.Unigram(scores, unk_id=proto.trainer_spec.unk_id, byte_fallback=True)
    else:
        vocab = {piece: id for id, (piece, _) in enumerate(scores)}
        normal = {piece.piece for piece in proto.pieces if piece.type == piece.NORMAL}
        merges = [(score, vocab[piece[:at]], vocab[piece[at:]], piece[:at], piece[at:])
                  for piece, score in scores if piece in normal for at in range(1, len(piece))
                  if piece[:at] in normal and piece[at:] in normal]
        merges.sort(key=lambda merge: (-merge[0], merge[1], merge[2]))
        model = models.BPE(vocab, [merge[3:] for merge in merges], unk_token="<unk>", fuse_unk=True,
                           byte_fallback=True)
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return tokenizer.to_str()


def ranks(path):
    """(the splitting pattern, tokens by rank, special tokens) for tiktoken; None where the file is of another kind."""
    if path.endswith(".model"):
        return None
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
