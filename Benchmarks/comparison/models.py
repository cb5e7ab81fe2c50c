"""Makes the random models that all engines run."""
import os
import subprocess
import sys

from . import peers
from .machine import BENCHMARKS

FORMATS = {"llama-3.2-1b": ["BF16", "Q8_0", "Q4_0", "Q4_K_M"], "smollm2-135m": ["Q4_1"],
           "tiny": ["BF16", "Q8_0", "Q4_0", "Q4_K_M", "Q4_1"]}


def path(folder, shape, format):
    return os.path.join(folder, f"{shape}-{format}.gguf")


def checkpoint(folder, shape):
    """The same shape as a Hugging Face folder, for vLLM."""
    return os.path.join(folder, shape + "-hf")


def make(folder, shapes, peers_folder):
    os.makedirs(folder, exist_ok=True)
    for shape in shapes:
        source = path(folder, shape, "BF16")
        generate(source, shape)
        if shape != "smollm2-135m":
            generate(checkpoint(folder, shape), shape)
        for format in FORMATS[shape]:
            target = path(folder, shape, format)
            if os.path.exists(target):
                print(f"models: {target} is there")
                continue
            programs = peers.llama_cpp(peers_folder)
            if not programs:
                sys.exit(f"compare: {target} needs llama-quantize; `Benchmarks/compare peers` builds it")
            # A name of its own, so that an interrupted run leaves no half a model behind.
            part = target + ".part"
            subprocess.run([os.path.join(programs, "llama-quantize"), source, part, format, str(os.cpu_count())],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            os.rename(part, target)
            print(f"models: made {target}", flush=True)


def generate(target, shape):
    if os.path.exists(target):
        print(f"models: {target} is there")
        return
    # The ending decides what make_model.py writes.
    folder, name = os.path.split(target)
    part = os.path.join(folder, "part-" + name)
    subprocess.run([sys.executable, os.path.join(BENCHMARKS, "make_model.py"), part, "--shape", shape], check=True)
    os.rename(part, target)
    print(f"models: made {target}", flush=True)
