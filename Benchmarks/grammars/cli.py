"""Arguments of `Benchmarks/grammars/compare`, and the run itself."""
import argparse
import json
import os
import random
import sys
import time

from . import engines, figures, peers, table

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
GUIDE = """\
Every engine runs in a process of its own on one thread of the same processor. All get the same schemas in the same
random order, in turns of a few schemas, and for each its texts as the same tokens: a mask is filled for every token
until one is refused, and one at the end. Then all go over what they compiled a second time (warm). Times are those of
the engine's own calls, without what an empty call (Python's, for the peers) or reading the clock costs.

"xgrammar" is called as vLLM calls it, "xgrammar-open" with strict_mode=False, under which objects are open as JSON
Schema says; llguidance as vLLM calls it too, except that in the second pass its grammars are kept, which vLLM does not
do. Martlet keeps the declared order of properties, as the peers do.

Needs `pip install xgrammar llguidance transformers tokenizers torch numpy` and a release build of martlet.
"""


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="Benchmarks/grammars/compare", epilog=GUIDE, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures Martlet's grammar engine beside xgrammar and llguidance.")
    parser.add_argument("--vocabulary", required=True, metavar="FILE", help="a tokenizer.json")
    parser.add_argument("--schemas", default=os.path.join(HERE, "schemas.jsonl"), metavar="FILE",
                        help='JSON lines {"schema", "tests": [{"text", "valid"}]}, as those of MaskBench (the own ones)')
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build", "release", "martlet"), metavar="FILE")
    parser.add_argument("--engines", default="martlet,xgrammar,xgrammar-open,llguidance", metavar="NAMES")
    parser.add_argument("--limit", type=int, metavar="N", help="so many schemas, chosen by --seed")
    parser.add_argument("--seed", type=int, default=1, help="chooses the order")
    parser.add_argument("--turn", type=int, default=10, metavar="N", help="schemas in a turn of an engine")
    parser.add_argument("--schema-seconds", type=float, default=60, metavar="S", help="what one schema may take")
    parser.add_argument("--engine-seconds", type=float, metavar="S",
                        help="what each pass of one engine may take; the schemas after that are skipped")
    parser.add_argument("--clock", choices=list(peers.CLOCKS), default="wall",
                        help="thread: the time that the thread computed, for machines with other work to do")
    parser.add_argument("--cpu", metavar="N", help="the processor to run on")
    parser.add_argument("--end", metavar="TOKEN", help="the token that ends texts (the first special one)")
    parser.add_argument("--output", metavar="FILE", help="all figures, as JSON")
    return parser.parse_args(arguments)


def load(path, tokenizer, seed, limit):
    """The cases in the order in which they run, and how many texts these tokens cannot spell."""
    cases, unspelled = [], 0
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file if line.strip()]
    for key, line in enumerate(lines):
        case = {"key": key, "schema": line["schema"], "texts": [], "tokens": [], "valid": []}
        for test in line["tests"]:
            ids = tokenizer.encode(test["text"], add_special_tokens=False).ids
            if tokenizer.decode(ids, skip_special_tokens=False) != test["text"]:
                unspelled += 1
                continue
            case["texts"].append(test["text"])
            case["tokens"].append(ids)
            case["valid"].append(test["valid"])
        if case["texts"]:
            cases.append(case)
    random.Random(seed).shuffle(cases)
    return cases[:limit], unspelled


def turns(cases, names, size):
    """(name, cases) of each turn; the engine that begins changes."""
    for at in range(0, len(cases), size):
        first = at // size % len(names)
        for name in names[first:] + names[:first]:
            yield name, cases[at:at + size]


def measure(engine, case, seconds):
    try:
        return engine.measure(case, seconds)
    except engines.Stopped as reason:
        return {"stopped": str(reason)}


def run(cases, running, options):
    """Both passes; what engines say of themselves and their results by name."""
    told = {}
    for name, engine in running.items():
        engine.start()
        told[name] = {**engine.setup, "resident_before": engine.resident()}
    run_pass(cases, running, options, told, "cold")
    for name, engine in running.items():
        told[name]["resident_after"] = engine.resident()
    run_pass(cases, running, options, told, "warm")
    return told


def run_pass(cases, running, options, told, passed):
    """Adds the results of one pass; the warm one is over what compiled in the cold one."""
    spent = dict.fromkeys(running, 0)
    for name in running:
        told[name][passed] = {}
    for name, some in turns(cases, list(running), options.turn):
        for case in some:
            if options.engine_seconds and spent[name] > options.engine_seconds:
                continue
            if passed == "warm" and not (case["key"] in running[name].known
                                         and figures.outcome(told[name]["cold"].get(case["key"])) == "compiled"):
                continue
            start = time.monotonic()
            # A compile may take its whole limit, and masks come after it.
            told[name][passed][case["key"]] = measure(running[name], case, options.schema_seconds + 10)
            spent[name] += time.monotonic() - start
        print(f"{passed}: {name} after {spent[name]:.0f} s", end="\r", file=sys.stderr)


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "unknown")
    return f"{model}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}"


def main():
    options = parse(sys.argv[1:])
    import tokenizers

    tokenizer = tokenizers.Tokenizer.from_file(options.vocabulary)
    if not options.end:
        special = sorted(id for id, token in tokenizer.get_added_tokens_decoder().items() if token.special)
        if not special:
            sys.exit("--end: the vocabulary names no special token")
        options.end = tokenizer.id_to_token(special[0])
    cases, unspelled = load(options.schemas, tokenizer, options.seed, options.limit)
    running = {}
    for name in options.engines.split(","):
        if name == "martlet":
            running[name] = engines.Martlet(options.binary, options.vocabulary, options.clock, options.schema_seconds,
                                            options.cpu)
        elif name in peers.ENGINES:
            running[name] = engines.Peer(name, options.vocabulary, options.clock, options.end, options.cpu, sys.executable)
        else:
            sys.exit(f"--engines: no engine {name}; there are martlet, {', '.join(peers.ENGINES)}")
    start = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    where = machine()
    try:
        told = run(cases, running, options)
    except engines.Stopped as reason:
        sys.exit(f"an engine does not start: {reason}")
    finally:
        for engine in running.values():
            engine.stop()
    found = figures.figures(cases, told)
    otherwise = {name: figures.spelled_otherwise(cases, told[name]["cold"]) for name in running}
    print(f"{where}; {start}; {options.clock} time; {tokenizer.get_vocab_size()} tokens; "
          + ", ".join(f"{name} {told[name]['version']}" for name in running) + "\n")
    print(table.render(found, told))
    if unspelled or any(otherwise.values()):
        print(f"Texts left out because the tokenizer changes them: {unspelled}; held to other tokens: {otherwise}")
    if options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            json.dump({"machine": where, "start": start, "options": vars(options), "figures": found, "engines": told}, file)
