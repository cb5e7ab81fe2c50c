"""What the measurements say: medians over rounds, the best way of each engine, and ratios within a round."""
import collections
import statistics

from .shapes import SHAPES

KINDS = ("16-bit", "8-bit")
# The row, its unit, and whether more is better.
ROWS = {"encoder": ("ms", False), "encoder and cross K/V": ("ms", False), "decoder": ("ms per token", False),
        "files": ("audio seconds per second", True)}
# Times as fast as the faster peer that the product is to be.
TARGETS = {"encoder": 2.0, "encoder and cross K/V": 2.0, "decoder": 1.8, "files": 2.0}
OURS = "Martlet"

Case = collections.namedtuple("Case", "shape threads kind engine format way")


def collect(run):
    """(row, case) -> {round: value}."""
    found = collections.defaultdict(dict)
    for record in run:
        for row, value in record["values"].items():
            found[row, Case(**record["case"])][record["round"]] = value
    return found


def keep_better(best, key, row, case, values):
    """Makes (case, values) the entry of `key` unless what is there has a better median."""
    sign = 1 if ROWS[row][1] else -1
    if key not in best or sign * statistics.median(values.values()) > sign * statistics.median(best[key][1].values()):
        best[key] = (case, values)


def best_ways(found):
    """(row, shape, threads, kind, engine) -> (case, {round: value}) of the way with the best median."""
    best = {}
    for (row, case), values in found.items():
        keep_better(best, (row, case.shape, case.threads, case.kind, case.engine), row, case, values)
    return best


def ratios(row, ours, peers):
    """Times as fast as the faster of `peers` (each {round: value}), for each round in which all were measured."""
    more = ROWS[row][1]
    rounds = set(ours).intersection(*peers) if peers else set()
    if more:
        return [ours[number] / max(peer[number] for peer in peers) for number in sorted(rounds)]
    return [min(peer[number] for peer in peers) / ours[number] for number in sorted(rounds)]


def line(row, shape, threads, kind, engines):
    peers = [values for engine, (_, values) in engines.items() if engine != OURS]
    ours = engines.get(OURS)
    return {"row": row, "shape": shape, "threads": threads, "kind": kind, "engines": engines,
            "ratios": ratios(row, ours[1], peers) if ours else []}


def lines(run):
    """One dict for each row, shape, number of threads and kind: the engines' values and our ratio."""
    best = best_ways(collect(run))

    def order(key):
        row, shape, threads, kind = key
        return list(ROWS).index(row), list(SHAPES).index(shape), KINDS.index(kind), threads

    for key in sorted({key[:4] for key in best}, key=order):
        yield line(*key, {every[4]: best[every] for every in best if every[:4] == key})


def best_formats(run):
    """The same lines where each engine takes its faster kind of format; kind is "either"."""
    joined = collections.defaultdict(dict)
    for one in lines(run):
        for engine, (case, values) in one["engines"].items():
            keep_better(joined[one["row"], one["shape"], one["threads"]], engine, one["row"], case, values)
    for key, engines in joined.items():
        yield line(*key, "either", engines)


def verdicts(run):
    """Sentences: which targets are met, by the median of the ratios, and where more threads make it slower."""
    told = []
    for one in best_formats(run):
        if one["ratios"]:
            ratio, target = statistics.median(one["ratios"]), TARGETS[one["row"]]
            told.append(f"{one['shape']}, {one['row']}, {one['threads']} threads: {ratio:.2f}x, "
                        f"{'meets' if ratio >= target else 'misses'} {target:g}x")
    ours = {key[:4]: statistics.median(values.values())
            for key, (_, values) in best_ways(collect(run)).items() if key[4] == OURS}
    for (row, shape, threads, kind), value in ours.items():
        alone = ours.get((row, shape, 1, kind))
        if threads > 1 and alone is not None and (value < alone if ROWS[row][1] else value > alone):
            told.append(f"{shape}, {row}, {kind}: slower with {threads} threads ({value:.2f}) than with one "
                        f"({alone:.2f})")
    return told
