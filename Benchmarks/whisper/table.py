"""The figures as Markdown."""
import statistics

from . import figures
from .engines import ENGINES
from .shapes import SHAPES, limits


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def short(values):
    return ", ".join(f"{row} {number(value)} {figures.ROWS[row][0]}" for row, value in values.items())


def spread(values):
    """Median, and the smallest and largest in brackets."""
    middle = number(statistics.median(values))
    return middle if len(values) == 1 else f"{middle} ({number(min(values))}-{number(max(values))})"


def cell(engine):
    if engine is None:
        return "–"
    case, values = engine
    return f"{spread(list(values.values()))} {case.format}" + (f", {case.way}" if case.way else "")


def limit(line, run, options):
    """What the machine, as probed beside these measurements, would allow; the better kind where either counts."""
    records = [record["probe"] for record in run if record["case"]["threads"] == line["threads"]]
    probe = {key: statistics.median(record[key] for record in records) for key in records[0]}
    kinds = figures.KINDS if line["kind"] == "either" else [line["kind"]]
    found = [limits(SHAPES[line["shape"]], kind, options["files"], options["tokens"], probe)[line["row"]]
             for kind in kinds]
    return (max if figures.ROWS[line["row"]][1] else min)(found)


def row(cells):
    return "| " + " | ".join(cells) + " |"


def rows(lines, run, options, names):
    for line in lines:
        ratio = f"**{spread(line['ratios'])}x**" if line["ratios"] else "–"
        cells = [cell(line["engines"].get(name)) for name in names]
        yield row([line["shape"], str(line["threads"]), line["kind"], *cells, number(limit(line, run, options)), ratio])


def render(told):
    run, options = told["run"], told["options"]
    names = [name for name in ENGINES if name in told["versions"]]
    hardware = told["machine"]
    parts = [f"{hardware['cpu']}, {hardware['cpus']} CPUs ({', '.join(hardware['features'])}), "
             f"{hardware['memory_gib']:.0f} GiB; {told['start']}; {options['rounds']} rounds.",
             "\n".join(f"- {name}: {told['versions'][name]}" for name in names)]
    for threads in options["threads"]:
        probes = [record["probe"] for record in run if record["case"]["threads"] == threads]
        if probes:
            parts.append(f"Probed with {threads} thread{'s' * (threads > 1)}: " + ", ".join(
                f"{spread([probe[key] for probe in probes])} {unit}" for key, unit in (
                    ("read_gb_s", "GB/s read"), ("f32_gflop_s", "GFLOP/s float32"), ("bf16_gflop_s", "GFLOP/s bfloat16"),
                    ("int8_gop_s", "GOP/s int8"))) + ".")
    if run:
        others = spread([record["other_cpus"] for record in run])
        parts.append(f"Other processes used {others} CPUs meanwhile. Medians over rounds, the smallest and largest in "
                     "brackets; ratios are Martlet against the faster peer of the same round, above 1 is faster. "
                     "\"either\" lets every engine take its faster format.")
    separate, joined = list(figures.lines(run)), list(figures.best_formats(run))
    for name, (unit, _) in figures.ROWS.items():
        mine = [line for line in separate + joined if line["row"] == name]
        if mine:
            head = ["model", "threads", "weights", *names, "limit", "ratio"]
            title = name[0].upper() + name[1:]
            if name == "files":
                title = f"{options['files']} files at once over HTTP, {options['tokens']} tokens a window"
            parts.append(f"### {title}, {unit}\n\n" + "\n".join(
                [row(head), row(["-"] + ["-:"] + ["-"] * (len(head) - 2)), *rows(mine, run, options, names)]))
    verdicts = figures.verdicts(run)
    if verdicts:
        parts.append("\n".join(f"- {verdict}" for verdict in verdicts))
    errors = sorted({"- {engine}, {shape} {format}: ".format(**record["case"]) + record["error"]
                     for record in run if record["error"]})
    if errors:
        parts.append("Not measured:\n\n" + "\n".join(errors))
    return "\n\n".join(parts) + "\n"
