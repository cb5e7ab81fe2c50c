"""Measurements as text."""
import os
import statistics


def name(path):
    """The file's name, or its folder's where all files are called so."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return os.path.basename(os.path.dirname(path)) if stem == "tokenizer" else stem


def measured(results):
    return [one for one in results if "absent" not in one]


def speed(results, engine, text):
    """The median over turns of the median over repeats, in MB/s; None where the engine is absent."""
    turns = [one["bytes"] / statistics.median(one["encode_seconds"]) / 1e6 for result in measured(results)
             if result["engine"] == engine for one in result["measurements"] if one["text"] == text]
    return statistics.median(turns) if turns else None


def ratio(results, engine, text):
    """How many times faster than the engine Martlet is: the median of the ratios within each round."""
    by_round = {}
    for result in measured(results):
        for one in result["measurements"]:
            if one["text"] == text:
                by_round.setdefault(result["round"], {})[result["engine"]] = statistics.median(one["encode_seconds"])
    ratios = [round[engine] / round["martlet"] for round in by_round.values() if engine in round and "martlet" in round]
    return statistics.median(ratios) if ratios else None


def speeds(results):
    """Encoding in MB/s, and Martlet's ratio to each peer."""
    lines = []
    for tokenizer in dict.fromkeys(one["tokenizer"] for one in results):
        mine = [one for one in results if one["tokenizer"] == tokenizer]
        engines = list(dict.fromkeys(one["engine"] for one in mine))
        texts = list(dict.fromkeys(one["text"] for result in measured(mine) for one in result["measurements"]))
        lines += [f"encode, MB/s (Martlet is so many times as fast): {name(tokenizer)}", "",
                  "| text | " + " | ".join(engines) + " |", "|-" * (len(engines) + 1) + "|"]
        for text in texts:
            cells = [cell(mine, engine, text) for engine in engines]
            lines.append(f"| {name(text)} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def cell(results, engine, text):
    value = speed(results, engine, text)
    if value is None:
        return "absent"
    times = ratio(results, engine, text)
    return f"{value:.1f}" if engine == "martlet" else f"{value:.1f} ({times:.1f}x)"


def loads(results):
    """Load times in ms, the best of the turns."""
    engines = [engine for engine in dict.fromkeys(one["engine"] for one in results) if engine != "hf-batch"]
    lines = ["load, ms", "", "| tokenizer | " + " | ".join(engines) + " |", "|-" * (len(engines) + 1) + "|"]
    for tokenizer in dict.fromkeys(one["tokenizer"] for one in results):
        cells = []
        for engine in engines:
            found = [one["load_seconds"] for one in measured(results)
                     if one["engine"] == engine and one["tokenizer"] == tokenizer]
            cells.append(f"{min(found) * 1e3:.0f}" if found else "absent")
        lines.append(f"| {name(tokenizer)} | " + " | ".join(cells) + " |")
    return "\n".join(lines + [""])


def differences(results):
    """Where a peer's ids are not Martlet's.

    A batch is of other texts, and a SentencePiece model's reference is its own library: neither is compared.
    """
    found = {}
    for result in measured(results):
        for one in result["measurements"]:
            if result["engine"] != "hf-batch" and not (
                    result["engine"] == "hf" and result["tokenizer"].endswith(".model")):
                found.setdefault((result["tokenizer"], one["text"]), {})[result["engine"]] = one["ids"]
    return [f"{name(tokenizer)}, {name(text)}: {engine}" for (tokenizer, text), ids in found.items()
            for engine in ids if ids[engine] != ids.get("martlet")]
