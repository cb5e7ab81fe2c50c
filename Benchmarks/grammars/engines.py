"""The engines as processes that answer lines of JSON, one after the other."""
import json
import os
import select
import subprocess
import time

from . import peers

HERE = os.path.dirname(os.path.abspath(__file__))


class Stopped(Exception):
    """An engine that took too long or ended by itself; it is started again for the next line."""


class Engine:
    def __init__(self, name, command, cpu):
        self.name, self.cpu = name, cpu
        self.command = (["taskset", "-c", cpu] if cpu else []) + command
        self.process = None
        self.setup = None
        # The cases that the process has seen, and so compiled.
        self.known = set()

    def start(self):
        """Starts the process and returns what it says of itself."""
        environment = dict(os.environ, OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false", RAYON_NUM_THREADS="1")
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env=environment)
        self.rest = b""
        self.setup = self.greeting()

    def greeting(self):
        return json.loads(self.read(300))

    def ask(self, line, seconds):
        if self.process is None:
            self.start()
        try:
            self.process.stdin.write(json.dumps(line).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            self.stop()
            raise Stopped("the process ended")
        return json.loads(self.read(seconds))

    def read(self, seconds):
        end = time.monotonic() + seconds
        while b"\n" not in self.rest[-1 << 20:]:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                self.stop()
                raise Stopped("timeout")
            piece = os.read(self.process.stdout.fileno(), 1 << 20)
            if not piece:
                self.stop()
                raise Stopped("the process ended")
            self.rest += piece
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
            self.process = None
            self.known = set()

    def resident(self):
        return peers.resident(self.process.pid) if self.process else None


class Peer(Engine):
    def __init__(self, name, tokenizer, clock, end, cpu, python):
        super().__init__(name, [python, os.path.join(HERE, "peers.py"), name, tokenizer, clock, end], cpu)

    def measure(self, case, seconds):
        result = self.ask({"key": case["key"], "schema": json.dumps(case["schema"], ensure_ascii=False),
                           "tokens": case["tokens"]}, seconds)
        self.known.add(case["key"])
        return result


class Martlet(Engine):
    def __init__(self, binary, tokenizer, clock, limit, cpu):
        self.binary = binary
        super().__init__("martlet", [
            binary, "grammar", "check", "--vocabulary", tokenizer, "--timings", clock, "--property-order", "declared",
            "--compile-timeout", str(limit)], cpu)

    def greeting(self):
        """The tokenizer is loaded by the first answer; the start of the process counts."""
        start = time.perf_counter()
        self.process.stdin.write(b'{"choice": ["a"], "texts": []}\n')
        self.process.stdin.flush()
        reply = json.loads(self.read(300))
        seconds = time.perf_counter() - start
        version = subprocess.run([self.binary, "--version"], capture_output=True, text=True).stdout.strip()
        return {"setup_seconds": seconds, "overhead_us": reply["timings"]["clock_us"], "version": version}

    def measure(self, case, seconds):
        reply = self.ask({"schema": case["schema"], "texts": case["texts"]}, seconds)
        timings = reply["timings"]
        kept = case["key"] in self.known
        self.known.add(case["key"])
        result = {"compiled": reply["compiled"], "kept": kept, "accepted": reply["accepted"],
                  "mask_us": timings["mask_us"], "commit_us": timings["commit_us"]}
        if reply["compile_ms"] is not None:
            # The peers read the text of the schema as part of compiling it.
            result["compile_ms"] = reply["compile_ms"] + timings["parse_ms"]
        if reply["error"]:
            result["error"] = reply["error"]["message"]
        return result
