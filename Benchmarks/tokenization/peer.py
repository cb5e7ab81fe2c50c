"""A peer in a process of its own: `peer.py NAME TOKENIZER REPEATS TEXT...` prints one JSON object."""
import array
import hashlib
import json
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def pieces(text):
    """Stretches of about 4096 characters that end with lines, as a batch."""
    lines, size, found = [], 0, []
    for line in text.splitlines(keepends=True):
        lines.append(line)
        size += len(line)
        if size >= 4096:
            found.append("".join(lines))
            lines, size = [], 0
    return found + ["".join(lines)] if lines else found


def hugging_face(path, batched):
    from tokenizers import Tokenizer

    if path.endswith(".model"):
        from tokenization import vocabularies

        text = vocabularies.hugging_face_of(path)
    else:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    start = time.perf_counter()
    tokenizer = Tokenizer.from_str(text)
    seconds = time.perf_counter() - start
    if not batched:
        return lambda text: tokenizer.encode(text, add_special_tokens=False).ids, lambda text: text, seconds
    return (lambda batch: [id for one in tokenizer.encode_batch(batch, add_special_tokens=False) for id in one.ids],
            pieces, seconds)


def tiktoken(path):
    import tiktoken
    from tokenization import vocabularies

    known = vocabularies.ranks(path)
    if known is None:
        raise SystemExit("tiktoken has no equal of this tokenizer")
    pattern, ranks, special = known
    start = time.perf_counter()
    encoding = tiktoken.Encoding("benchmark", pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)
    return lambda text: encoding.encode_ordinary(text), lambda text: text, time.perf_counter() - start


def sentencepiece(path):
    import sentencepiece

    if not path.endswith(".model"):
        raise SystemExit("sentencepiece reads .model files only")
    processor = sentencepiece.SentencePieceProcessor(model_file=path)
    return lambda text: processor.encode(text), lambda text: text


MAKERS = {"hf": lambda path: hugging_face(path, False), "hf-batch": lambda path: hugging_face(path, True),
          "tiktoken": tiktoken, "sentencepiece": sentencepiece}


def main():
    name, path, repeats, texts = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    start = time.perf_counter()
    made = MAKERS[name](path)
    result = {"load_seconds": made[2] if len(made) > 2 else time.perf_counter() - start, "measurements": []}
    encode, prepare = made[:2]
    for text_path in texts:
        with open(text_path, encoding="utf-8", newline="") as file:
            text = file.read()
        given, seconds = prepare(text), []
        for _ in range(repeats):
            start = time.thread_time()
            ids = encode(given)
            seconds.append(time.thread_time() - start)
        digest = hashlib.sha256(array.array("i", ids).tobytes()).hexdigest()
        result["measurements"].append({"text": text_path, "bytes": len(text.encode()), "tokens": len(ids),
                                       "encode_seconds": seconds, "ids": digest})
    print(json.dumps(result))


if __name__ == "__main__":
    main()
