"""The engines: what each is measured with, and how it is told to do the same work."""
import contextlib
import json
import os
import re
import subprocess
import tempfile

from comparison.process import Failure, Server, free_port, run

from . import models

HERE = os.path.dirname(os.path.abspath(__file__))


class Engine:
    """One program; `formats` maps a format of its own to the kind of format that it stands beside."""

    def __init__(self, options):
        self.options = options

    def model(self, shape, format):
        return models.path(self.options.models, shape, format)

    def ways(self, threads):
        """Names of the ways in which the engine can use so many threads for many files."""
        return [""]

    @contextlib.contextmanager
    def started(self, commands, environment=None):
        """URLs of servers, one for each command that is made of a port."""
        with contextlib.ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
            urls = []
            for index, command in enumerate(commands):
                port = free_port()
                log = os.path.join(folder, f"{index}.log")
                urls.append(stack.enter_context(Server(self.name, command(port), port, log, environment)).url)
            yield urls


class Martlet(Engine):
    name, endpoint = "Martlet", "/v1/audio/transcriptions"
    FIELDS = {"model": "whisper", "language": "en", "response_format": "json", "temperature": "0",
              "vad_filter": "false"}

    def __init__(self, options):
        super().__init__(options)
        self.formats = dict(zip(options.martlet_formats, ("16-bit", "8-bit")))

    def version(self):
        return run([self.options.martlet, "--version"]).strip()

    def single(self, shape, format, threads):
        options = self.options
        told = json.loads(run([
            options.martlet, "bench", "transcribe", self.model(shape, format), "--threads", str(threads), "--num-iters",
            str(options.repeats), "--decode-from", str(options.decode_from), "--decode-len", str(options.decode_tokens),
            "--output-json", "-"]))
        encoder = told["encoder_ms"]
        return {"encoder": encoder, "encoder and cross K/V": encoder + told["cross_kv_ms"],
                "decoder": told["decoder_ms_per_token"]}

    def serve(self, shape, format, threads, way):
        return self.started([lambda port: [
            self.options.martlet, "serve", self.model(shape, format), "--host", "127.0.0.1", "--port", str(port),
            "--threads", str(threads), "--served-model-name", "whisper", "--max-num-seqs", str(self.options.files)]])


class WhisperCpp(Engine):
    name, endpoint = "whisper.cpp", "/inference"
    formats = {"f16": "16-bit", "q8_0": "8-bit"}
    FIELDS = {"language": "en", "response_format": "json", "temperature": "0.0", "temperature_inc": "0.0"}

    def program(self, name):
        return os.path.join(self.options.whisper_cpp, name)

    def version(self):
        told = subprocess.run([self.program("whisper-cli"), "--version"], capture_output=True, text=True)
        found = re.search(r"version: *(\S+)", told.stdout + told.stderr)
        return found[1] if found else "unknown version"

    def single(self, shape, format, threads):
        """Its own benchmark: one window and 256 tokens after a warm-up; the window includes the keys and values."""
        try:
            command = [self.program("whisper-bench"), "-m", self.model(shape, format), "-t", str(threads), "-ng"]
            told = subprocess.run(command, capture_output=True, text=True, timeout=600)
        except (OSError, subprocess.TimeoutExpired) as failure:
            raise Failure(str(failure))
        return self.timings(told.stdout + told.stderr)

    @staticmethod
    def timings(text):
        found = dict(re.findall(r"(encode|decode) time = .*\( *([\d.]+) ms per run\)", text))
        if len(found) != 2:
            raise Failure(f"whisper-bench: {text.strip()[-300:]}")
        return {"encoder and cross K/V": float(found["encode"]), "decoder": float(found["decode"])}

    def ways(self, threads):
        return ["one server"] + ([f"{threads} servers"] if threads > 1 else [])

    def serve(self, shape, format, threads, way):
        count = 1 if way == "one server" else threads
        return self.started([lambda port: [
            self.program("whisper-server"), "-m", self.model(shape, format), "--host", "127.0.0.1", "--port", str(port),
            "-t", str(threads // count), "-ng", "-nt", "-nf", "-bs", "1", "-bo", "1", "-l", "en", "-nlp"]] * count)


class FasterWhisper(Engine):
    name, endpoint = "faster-whisper", "/"
    formats = {"float32": "16-bit", "int8": "8-bit"}
    FIELDS = {}
    script = os.path.join(HERE, "peer.py")

    def version(self):
        told = json.loads(run([self.options.python, self.script, "versions"]))
        return f"{told['faster-whisper']}, CTranslate2 {told['ctranslate2']}"

    def model(self, shape, format):
        return models.path(self.options.models, shape, "ct2")

    def single(self, shape, format, threads):
        options = self.options
        told = json.loads(run([options.python, self.script, "single", self.model(shape, format), format, str(threads),
                               str(options.repeats), str(options.decode_from), str(options.decode_tokens)],
                              env=self.environment(threads)))
        return {"encoder": told["encoder_ms"], "decoder": told["decoder_ms_per_token"]}

    @staticmethod
    def environment(threads):
        return dict(os.environ, OMP_NUM_THREADS=str(threads))

    def ways(self, threads):
        return ["batched", "one file at a time"] + ([f"{threads} files at a time"] if threads > 1 else [])

    def serve(self, shape, format, threads, way):
        workers = threads if way[0].isdigit() else 1
        mode = "batched" if way == "batched" else "files"
        return self.started([lambda port: [
            self.options.python, self.script, "serve", self.model(shape, format), format, str(port), str(workers),
            str(threads // workers), mode]], self.environment(threads // workers))


ENGINES = {engine.name: engine for engine in (Martlet, WhisperCpp, FasterWhisper)}
