"""What the measurements say: medians over rounds, the best way of each engine, and ratios within a round."""
import collections
import statistics

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


def best_ways(found):
    """(row, shape, threads, kind, engine) -> (case, {round: value}) of the way with the best median."""
    best = {}
    for (row, case), values in found.items():
        key = (row, case.shape, case.threads, case.kind, case.engine)
        sign = 1 if ROWS[row][1] else -1
        if key not in best or sign * statistics.median(values.values()) > sign * statistics.median(best[key][1].values()):
            best[key] = (case, values)
    return best


def ratios(row, ours, peers):
    """Times as fast as the faster of `peers` (each {round: value}), for each round in which all were measured."""
    more = ROWS[row][1]
    rounds = set(ours).intersection(*peers) if peers else set()
    if more:
        return [ours[number] / max(peer[number] for peer in peers) for number in sorted(rounds)]
    return [min(peer[number] for peer in peers) / ours[number] for number in sorted(rounds)]


def lines(run):
    """One dict for each row, shape, number of threads and kind: the engines' values and our ratio."""
    best = best_ways(collect(run))
    keys = sorted({key[:4] for key in best}, key=lambda key: (list(ROWS).index(key[0]), key[1] != "tiny", key[1], KINDS.index(key[3]),
                                                               key[2]))
    for row, shape, threads, kind in keys:
        engines = {key[4]: best[key] for key in best if key[:4] == (row, shape, threads, kind)}
        peers = [values for engine, (_, values) in engines.items() if engine != OURS]
        ours = engines.get(OURS)
        yield {"row": row, "shape": shape, "threads": threads, "kind": kind, "engines": engines,
               "ratios": ratios(row, ours[1], peers) if ours else []}


def best_formats(run):
    """The same lines where each engine takes its faster kind of format; kind is "either"."""
    joined = collections.defaultdict(dict)
    for line in lines(run):
        sign = 1 if ROWS[line["row"]][1] else -1
        for engine, (case, values) in line["engines"].items():
            mine = joined[line["row"], line["shape"], line["threads"]]
            if engine not in mine or sign * statistics.median(values.values()) > sign * statistics.median(mine[engine][1].values()):
                mine[engine] = (case, values)
    for (row, shape, threads), engines in joined.items():
        peers = [values for engine, (_, values) in engines.items() if engine != OURS]
        ours = engines.get(OURS)
        yield {"row": row, "shape": shape, "threads": threads, "kind": "either", "engines": engines,
               "ratios": ratios(row, ours[1], peers) if ours else []}


def verdicts(run):
    """Sentences: which targets are met, by the median of the ratios, and whether a second thread ever makes it slower."""
    told = []
    for line in best_formats(run):
        if line["ratios"]:
            ratio, target = statistics.median(line["ratios"]), TARGETS[line["row"]]
            told.append(f"{line['shape']}, {line['row']}, {line['threads']} threads: {ratio:.2f}x, "
                        f"{'meets' if ratio >= target else 'misses'} {target:g}x")
    ours = {key: statistics.median(values.values()) for key, (_, values) in best_ways(collect(run)).items() if key[4] == OURS}
    for (row, shape, threads, kind, engine), value in ours.items():
        alone = ours.get((row, shape, 1, kind, engine))
        if threads > 1 and alone is not None and (value < alone if ROWS[row][1] else value > alone):
            told.append(f"{shape}, {row}, {kind}: slower with {threads} threads ({value:.2f}) than with one ({alone:.2f})")
    return told
