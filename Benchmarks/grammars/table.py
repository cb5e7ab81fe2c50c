"""The figures as Markdown."""


def number(value):
    if value is None:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def row(label, cells):
    return f"| {label} | " + " | ".join(cells) + " |"


def slashed(summary, keys):
    return " / ".join(number(summary[key]) for key in keys) if summary else "–"


COMPILE = ("mean", "p50", "p99", "max")
MASK = ("mean", "p50", "p95", "p99", "p99.9", "max")


def speed_rows(told, scope):
    engines = told["engines"].values()
    for passed in ("cold", "warm"):
        action = "compile" if passed == "cold" else "compile again"
        yield row(f"{passed}: {action} + first mask, ms: mean / p50 / p99 / max",
                  [slashed(engine[scope][passed]["compile_ms"], COMPILE) for engine in engines])
        yield row(f"{passed}: mask, us: mean / p50 / p95 / p99 / p99.9 / max",
                  [slashed(engine[scope][passed]["mask_us"], MASK) for engine in engines])
        yield row(f"{passed}: commit, us: mean / p99",
                  [slashed(engine[scope][passed]["commit_us"], ("mean", "p99")) for engine in engines])


PAIRED = (("compile_ms", "ms", ("p50", "p99")), ("mask_us", "us", ("mean", "p50", "p99", "p99.9")),
          ("commit_us", "us", ("mean", "p99")))
LABELS = {"compile_ms": {"cold": "compile + first mask", "warm": "compile again + first mask"},
          "mask_us": {"cold": "mask", "warm": "mask"}, "commit_us": {"cold": "commit", "warm": "commit"}}


def paired(ours, theirs):
    """Both figures and how many times as fast the first is."""
    if not ours or not theirs:
        return "–"
    ratio = f"{theirs / ours:.2g}" if theirs < 10 * ours else f"{theirs / ours:,.0f}"
    return f"{number(ours)} / {number(theirs)} (**{ratio}x**)"


def pair_rows(told):
    for passed in ("cold", "warm"):
        for kind, unit, keys in PAIRED:
            for key in keys:
                yield row(f"{passed}: {LABELS[kind][passed]}, {key}, {unit}", [
                    paired(*((pair[side][passed][kind] or {}).get(key) for side in ("first", "other")))
                    for pair in told["pairs"].values()])


def outcomes(counts):
    schemas = counts["schemas"]
    others = [f"{schemas[kind]} {kind}" for kind in ("refused", "failed", "timeout", "crashed", "skipped") if kind in schemas]
    return ", ".join([f"{schemas.get('compiled', 0)} compiled", *others])


def render(told, engines):
    """`engines` has for each name its version, set-up and memory."""
    names = list(told["engines"])
    head = ["| | " + " | ".join(f"{name}" for name in names) + " |", "|" + " - |" + " -: |" * len(names)]
    of = told["engines"]
    lines = [f"All {told['schemas']} schemas, each engine over those that it compiles:", "", *head,
             *speed_rows(told, "all"), "", f"The {told['common']} schemas that every engine compiles:", "", *head,
             *speed_rows(told, "common"), ""]
    if told["pairs"]:
        heads = [f"{names[0]} / {other}, {pair['schemas']} schemas" for other, pair in told["pairs"].items()]
        lines += [f"{names[0]} and each other over the schemas that both compile:", "", row("", heads),
                  "|" + " - |" + " -: |" * len(heads), *pair_rows(told), ""]
    lines += [f"What became of {told['schemas']} schemas and {told['texts']} texts:", "",
             *head, row("schemas", [outcomes(of[name]["counts"]) for name in names]),
             row("schemas with every text judged right", [str(of[name]["counts"]["right"]) for name in names])]
    for kind in ("valid", "invalid"):
        lines.append(row(f"{kind} texts accepted", [
            f"{of[name]['counts'][kind + '_accepted']} of {of[name]['counts'][kind]}" for name in names]))
    for key, label in (("setup_seconds", "set-up, s"), ("resident_before", "resident after set-up, MiB"),
                       ("resident_after", "resident after the first pass, MiB"),
                       ("overhead_us", "taken off each time, us")):
        lines.append(row(label, [number(engines[name][key]) for name in names]))
    return "\n".join(lines) + "\n"
