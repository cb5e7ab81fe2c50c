"""What is said of the measurements: percentiles, counts, and only like beside like."""
import math

PERCENTILES = {"p50": 50, "p95": 95, "p99": 99, "p99.9": 99.9}


def percentile(values, share):
    """By the nearest rank: the smallest value that `share` percent are not above."""
    ordered = sorted(values)
    # 99.9 is a little more than itself in binary.
    return ordered[max(0, math.ceil(share * len(ordered) / 100 - 1e-9) - 1)]


def summary(values):
    if not values:
        return None
    return {"count": len(values), "mean": sum(values) / len(values), "max": max(values),
            **{name: percentile(values, share) for name, share in PERCENTILES.items()}}


def less(values, overhead):
    """Times without what measuring them costs."""
    return [max(0, value - overhead) for value in values]


def outcome(result):
    """How an engine fared with a schema: compiled, refused, timeout, crashed, failed (while masks were made), skipped."""
    if result is None:
        return "skipped"
    if "stopped" in result:
        return "timeout" if result["stopped"] == "timeout" else "crashed"
    if not result["compiled"]:
        return "refused"
    return "failed" if result.get("error") else "compiled"


def times(results, overhead):
    """Summaries of these results of one engine, of those that compiled."""
    compiles, masks, commits = [], [], []
    for result in results:
        if outcome(result) not in ("compiled", "failed") or not any(result["mask_us"]):
            continue
        mask = [less(text, overhead) for text in result["mask_us"]]
        compiles.append(result["compile_ms"] + next(text[0] for text in mask if text) / 1000)
        masks += [time for text in mask for time in text]
        commits += [time for text in result["commit_us"] for time in less(text, overhead)]
    return {"compile_ms": summary(compiles), "mask_us": summary(masks), "commit_us": summary(commits)}


def counts(cases, results):
    """Schemas by outcome, and texts by what they are and what became of them; of texts whose schema was reached."""
    found = {"schemas": {}, "right": 0, "valid_accepted": 0, "valid": 0, "invalid_accepted": 0, "invalid": 0}
    for case in cases:
        result = results.get(case["key"])
        kind = outcome(result)
        found["schemas"][kind] = found["schemas"].get(kind, 0) + 1
        if kind == "skipped":
            continue
        accepted = result.get("accepted", []) if kind in ("compiled", "failed") else []
        accepted = accepted + [False] * (len(case["valid"]) - len(accepted))
        for valid, taken in zip(case["valid"], accepted):
            found["valid" if valid else "invalid"] += 1
            if taken:
                found["valid_accepted" if valid else "invalid_accepted"] += 1
        found["right"] += kind == "compiled" and accepted == case["valid"]
    return found


def common(cases, results):
    """The schemas that every engine compiled."""
    return [case for case in cases if all(outcome(of.get(case["key"])) == "compiled" for of in results.values())]


def passes(cases, engine):
    """The summaries of both passes over these cases."""
    warm = {key: result for key, result in engine["warm"].items() if "stopped" in result or result["kept"]}
    return {name: times([of[case["key"]] for case in cases if case["key"] in of], engine["overhead_us"])
            for name, of in (("cold", engine["cold"]), ("warm", warm))}


def figures(cases, engines):
    """The whole: `engines` has for each name its `overhead_us` and the results of both passes by the key of the case.
    Pairs are of the first engine and each other one, over the schemas that both compile."""
    shared = common(cases, {name: engine["cold"] for name, engine in engines.items()})
    told = {"schemas": len(cases), "texts": sum(len(case["valid"]) for case in cases), "common": len(shared),
            "engines": {name: {"counts": counts(cases, engine["cold"]), "all": passes(cases, engine),
                               "common": passes(shared, engine)} for name, engine in engines.items()},
            "pairs": {}}
    first, *others = engines
    for other in others:
        both = common(cases, {name: engines[name]["cold"] for name in (first, other)})
        told["pairs"][other] = {"schemas": len(both), "first": passes(both, engines[first]),
                                "other": passes(both, engines[other])}
    return told


def spelled_otherwise(cases, results):
    """Texts that an engine held to other tokens than those given: it saw another number of masks."""
    found = 0
    for case in cases:
        result = results.get(case["key"])
        if outcome(result) != "compiled":
            continue
        for ids, accepted, masks in zip(case["tokens"], result["accepted"], result["mask_us"]):
            found += len(masks) != len(ids) + 1 if accepted else len(masks) > len(ids) + 1
    return found
