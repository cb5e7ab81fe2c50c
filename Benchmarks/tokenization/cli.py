"""Arguments of `Benchmarks/tokenizers`, and the run itself."""
import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile

from . import corpora, table, vocabularies
from .failure import Failure

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PEERS = ("hf", "hf-batch", "tiktoken", "sentencepiece")
GUIDE = """\
Texts come from what the machine has: the Python standard library, package descriptions, headers and the translated
messages of its programs. The vocabularies are trained on them once: byte-level BPE with the Llama 3 pattern, and
SentencePiece models of both types; --tokenizer measures a published one instead, a tokenizer.json or a .model file.
Every engine encodes on one thread of one processor, in turns; the times are the thread's own.

Needs `pip install tokenizers tiktoken sentencepiece protobuf` and a release build of martlet.
"""


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="Benchmarks/tokenizers", epilog=GUIDE, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures Martlet's tokenizers beside Hugging Face's, tiktoken and sentencepiece.")
    names = lambda text: [name for name in text.split(",") if name]
    parser.add_argument("--tokenizer", action="append", help="a tokenizer.json or .model instead of the trained ones; may repeat")
    parser.add_argument("--text", action="append", help="a text instead of the made ones; may repeat")
    parser.add_argument("--sizes", type=lambda text: list(map(int, names(text))), default=[32000, 128256, 200064],
                        help="tokens of the trained vocabularies; all are loaded, the second encodes")
    parser.add_argument("--pieces", type=int, default=32000, help="pieces of the SentencePiece models, 0 for none")
    parser.add_argument("--megabytes", type=float, default=4, help="size of each text")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each engine")
    parser.add_argument("--repeat", type=int, default=3, help="encodings in a turn")
    parser.add_argument("--peers", type=names, default=list(PEERS), help="of " + ",".join(PEERS))
    parser.add_argument("--cpu", type=int, default=0, help="the processor that everything runs on")
    parser.add_argument("--cache", default=os.path.join(ROOT, ".build", "tokenizer-benchmark"),
                        help="folder of texts and vocabularies")
    parser.add_argument("--martlet", help="program (default: dist/martlet, else .build/release/martlet)")
    parser.add_argument("--out-json", help="file for all measurements")
    return parser.parse_args(arguments)


def main():
    try:
        measure(parse(sys.argv[1:]))
    except Failure as failure:
        sys.exit(f"tokenizers: {failure}")
    except KeyboardInterrupt:
        sys.exit("tokenizers: interrupted")


def program(options):
    for path in [options.martlet] if options.martlet else [
            os.path.join(ROOT, "dist", "martlet"), os.path.join(ROOT, ".build", "release", "martlet")]:
        if os.access(path, os.X_OK):
            return path
    raise Failure("no martlet: `swift build -c release --product martlet`, or give --martlet")


def run(command, cpu):
    """The standard output of a command on one processor, or nothing and why not."""
    done = subprocess.run(command, capture_output=True, text=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
    return (done.stdout, None) if done.returncode == 0 else (None, done.stderr.strip().splitlines()[-1:] or ["failed"])


def ours(martlet, tokenizer, texts, repeat, cpu):
    with tempfile.TemporaryDirectory() as folder:
        out, ids = os.path.join(folder, "out.json"), os.path.join(folder, "ids")
        command = [martlet, "bench", "tokenizer", "--tokenizer", tokenizer, "--repeat", str(repeat),
                   "--output-json", out, "--output-ids", ids]
        _, why = run(command + [part for text in texts for part in ("--input", text)], cpu)
        if why:
            raise Failure(f"martlet: {why[0]}")
        with open(out) as file:
            result = json.load(file)
        with open(ids, "rb") as file:
            for measurement in result["measurements"]:
                data = file.read(4 * measurement["tokens"])
                measurement["ids"] = hashlib.sha256(data).hexdigest()
    result["load_seconds"] = min(result["load_seconds"])
    return result


def peer(name, tokenizer, texts, repeat, cpu):
    out, why = run([sys.executable, os.path.join(HERE, "peer.py"), name, tokenizer, str(repeat), *texts], cpu)
    return json.loads(out) if out else {"absent": why[0]}


def measure(options):
    unknown = set(options.peers) - set(PEERS)
    if unknown:
        raise Failure(f"no peer {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    martlet = program(options)
    os.makedirs(options.cache, exist_ok=True)
    texts = options.text or made_texts(options)
    files, loaded = (options.tokenizer, []) if options.tokenizer else trained_files(options)
    results = []
    for round in range(options.rounds):
        for file in files + loaded:
            # What is only loaded gets one text, which is not reported.
            used = texts if file in files else texts[:1]
            for name in ("martlet", *options.peers):
                result = (ours(martlet, file, used, options.repeat, options.cpu) if name == "martlet"
                          else peer(name, file, used, options.repeat, options.cpu))
                results.append({"engine": name, "tokenizer": file, "round": round, **result})
    print(table.loads(results))
    print(table.speeds([one for one in results if one["tokenizer"] in files]))
    wrong = table.differences(results)
    if options.out_json:
        with open(options.out_json, "w") as file:
            json.dump({"results": results, "differences": wrong}, file, indent=1)
    if wrong:
        raise Failure("ids differ: " + "; ".join(wrong))


def made_texts(options):
    paths = []
    for name in corpora.NAMES:
        path = os.path.join(options.cache, f"{name}-{options.megabytes:g}MB.txt")
        if not os.path.exists(path):
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(corpora.make(name, int(options.megabytes * 1e6)))
        paths.append(path)
    return paths


def trained_files(options):
    """The files to measure with, and those that are only loaded."""
    paths = {size: os.path.join(options.cache, f"bpe-{size}.json") for size in options.sizes}
    models = {kind: os.path.join(options.cache, f"{kind}-{options.pieces}.model")
              for kind in (vocabularies.PIECE_KINDS if options.pieces else ())}
    if not all(map(os.path.exists, [*paths.values(), *models.values()])):
        print("training vocabularies, once: some minutes", file=sys.stderr)
        texts = vocabularies.texts_for_training(12_000_000)
        vocabularies.prepare(paths, texts)
        vocabularies.prepare_models(models, options.pieces, texts)
    encoding = paths[options.sizes[min(1, len(options.sizes) - 1)]]
    return [encoding, *models.values()], [path for path in paths.values() if path != encoding]
