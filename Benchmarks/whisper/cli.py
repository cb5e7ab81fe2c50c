"""Arguments of `Benchmarks/whisper/compare`, and the run itself."""
import argparse
import datetime
import json
import os
import shutil
import signal
import sys
import tempfile

from comparison import machine
from comparison.process import Failure, Others

from . import client, figures, table
from .engines import ENGINES
from .shapes import SHAPES

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GUIDE = """\
`compare models` writes Whisper models with random weights for all engines below --models; `compare` measures them. The
models say a known text of --tokens tokens for every window, whatever they hear, so all engines do the same work without
being told a length; an engine that answers with another text fails.

encoder     one window of 30 s; whisper.cpp's own benchmark counts the keys and values of cross-attention with it
decoder     ms per token of one stream, greedy, the end token banned: the slope between two lengths
            (whisper.cpp: its own benchmark, 256 tokens one after the other)
files       --files recordings of --windows times 30 s uploaded over HTTP at once; each engine in its best way:
            whisper.cpp as one server or as one for each thread, faster-whisper behind a minimal server with one or more
            workers or with everything that waits handed to BatchedInferencePipeline at once

All decode greedily in English with temperature 0 and no second attempt, without timestamps and without voice activity
detection: Martlet and whisper.cpp by fields of the request and options of the server, faster-whisper by its arguments.
Engines take turns in every round. Needs a release build of martlet; a build folder of whisper.cpp with whisper-bench,
whisper-cli, whisper-server and whisper-quantize; and a Python with `pip install faster-whisper numpy`, for `models` also
torch and transformers. What is missing is left out.
"""


def listed(convert=str):
    return lambda text: [convert(part) for part in text.split(",")]


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="Benchmarks/whisper/compare", epilog=GUIDE, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures Martlet's transcription beside whisper.cpp and faster-whisper.")
    parser.add_argument("action", nargs="?", choices=("measure", "models"), default="measure")
    parser.add_argument("--models", metavar="FOLDER",
                        default=os.path.join(tempfile.gettempdir(), "martlet-whisper-models"))
    parser.add_argument("--martlet", default=os.path.join(ROOT, ".build", "release", "martlet"), metavar="FILE")
    parser.add_argument("--martlet-formats", type=listed(), default=["f16", "q8_0"], metavar="NAMES",
                        help="two: beside 16-bit and 8-bit weights; hf is the folder of safetensors (f16,q8_0)")
    parser.add_argument("--whisper-cpp", metavar="FOLDER", help="with its programs (where whisper-bench is on the PATH)",
                        default=os.path.dirname(shutil.which("whisper-bench") or ""))
    parser.add_argument("--python", default=sys.executable, metavar="FILE", help="one that has faster-whisper (this one)")
    parser.add_argument("--engines", type=listed(), default=list(ENGINES), metavar="NAMES")
    parser.add_argument("--shapes", type=listed(), default=list(SHAPES), metavar="NAMES", help="of tiny,base")
    parser.add_argument("--threads", type=listed(int), default=[1, 2], metavar="COUNTS")
    parser.add_argument("--rows", type=listed(), default=["single", "files"], metavar="NAMES", help="of single,files")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3, help="of each time within a measurement; their median counts")
    parser.add_argument("--tokens", type=int, default=96, help="that the model says for a window")
    parser.add_argument("--decode-from", type=int, default=32, help="tokens before the slope is measured")
    parser.add_argument("--decode-tokens", type=int, default=160, help="tokens of the slope")
    parser.add_argument("--files", type=int, default=8, help="uploads at once")
    parser.add_argument("--windows", type=int, default=1, help="of 30 s in each file")
    parser.add_argument("--output", metavar="FILE", help="for everything measured, as JSON")
    options = parser.parse_args(arguments)
    for name, chosen, known in (("shapes", options.shapes, SHAPES), ("engines", options.engines, ENGINES),
                                ("rows", options.rows, ("single", "files"))):
        for one in chosen:
            if one not in known:
                parser.error(f"--{name}: there is no {one}; there are {', '.join(known)}")
    if len(options.martlet_formats) != 2:
        parser.error("--martlet-formats: two formats, such as f16,q8_0")
    return options


def find_engines(options):
    found, versions = [], {}
    for name in options.engines:
        engine = ENGINES[name](options)
        try:
            versions[name] = engine.version()
            found.append(engine)
        except (Failure, OSError) as failure:
            versions[name] = f"absent: {failure}"
    return found, versions


def cases(options, engines):
    """What is measured in a round: engines in turns within a shape, a number of threads and a kind of format."""
    for shape in options.shapes:
        for threads in options.threads:
            for kind in figures.KINDS:
                chosen = [(engine, format) for engine in engines for format, its in engine.formats.items() if its == kind]
                if "single" in options.rows:
                    for engine, format in chosen:
                        yield engine, figures.Case(shape, threads, kind, engine.name, format, None)
                if "files" in options.rows:
                    for engine, format in chosen:
                        for way in engine.ways(threads):
                            yield engine, figures.Case(shape, threads, kind, engine.name, format, way)


def measure(options, engine, case, expected, recordings):
    """Values of the rows of a case."""
    if case.way is None:
        return engine.single(case.shape, case.format, case.threads)
    bodies = [client.form(engine.FIELDS, wav) for wav in recordings]
    with engine.serve(case.shape, case.format, case.threads, case.way) as urls:
        # Every server has worked before.
        client.burst(urls, engine.endpoint, bodies[:len(urls)], expected)
        seconds = client.burst(urls, engine.endpoint, bodies, expected)
    return {"files": options.files * options.windows * 30 / seconds}


def measured(options, engines):
    from . import models

    expected = models.script_text(options.tokens) * options.windows
    recordings = [client.recording(seed, options.windows) for seed in range(options.files)]
    run = []
    with tempfile.TemporaryDirectory() as folder:
        probes = {threads: machine.Probe(folder, threads) for threads in options.threads}
        for number in range(options.rounds):
            for engine, case in cases(options, engines):
                probe = probes[case.threads].measure()
                with Others() as others:
                    try:
                        values, error = measure(options, engine, case, expected, recordings), None
                    except Failure as failure:
                        values, error = {}, str(failure)
                print(f"round {number + 1}: {case}: {error or table.short(values)}", file=sys.stderr, flush=True)
                run.append({"round": number, "case": case._asdict(), "values": values, "error": error, "probe": probe,
                            "other_cpus": others.cpus})
    return run


def main():
    options = parse(sys.argv[1:])
    # The servers are ended with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    if options.action == "models":
        from . import models

        models.make(options)
        return
    engines, versions = find_engines(options)
    missing = {path for engine in engines for shape in options.shapes for format in engine.formats
               if not os.path.exists(path := engine.model(shape, format))}
    if missing:
        sys.exit(f"no {', '.join(sorted(missing))}; `Benchmarks/whisper/compare models` makes them")
    start = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    run = measured(options, engines)
    told = {"machine": machine.describe(), "start": start, "versions": versions, "options": vars(options), "run": run}
    if options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            json.dump(told, file)
    print(table.render(told))
