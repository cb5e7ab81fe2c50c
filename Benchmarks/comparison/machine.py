"""This machine: what it is called, and what it can reach at the moment."""
import json
import os
import platform
import subprocess

BENCHMARKS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def describe():
    lines = []
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            lines = file.read().splitlines()

    def first(key):
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), "")

    flags = (first("flags") or first("Features")).split()
    wanted = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimddp", "i8mm", "bf16")
    family = first("cpu family") and f", family {first('cpu family')} model {first('model')}"
    return {
        "cpu": (first("model name") or platform.processor() or platform.machine()) + family,
        "cpus": os.cpu_count(),
        "features": [flag for flag in wanted if flag in flags],
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
    }


class Probe:
    """The limits of the machine right now: read bandwidth and arithmetic peaks. About half a second a call."""

    def __init__(self, folder, threads):
        self.path = os.path.join(folder, "probe")
        self.threads = threads
        kernels = os.path.join(os.path.dirname(BENCHMARKS), "Sources", "CMartletKernels")
        subprocess.run(["cc", "-O3", "-pthread", "-I" + os.path.join(kernels, "include"),
                        os.path.join(BENCHMARKS, "probe.c"), os.path.join(kernels, "ck_probe.c"),
                        os.path.join(kernels, "ck_features.c"), "-o", self.path], check=True)

    def measure(self):
        output = subprocess.run([self.path, str(self.threads)], check=True, capture_output=True, text=True).stdout
        return json.loads(output)
