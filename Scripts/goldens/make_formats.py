"""Writes Tests/Fixtures/weights/formats.bin: random blocks of every weight format and what they decode to.

Layout, little-endian, one record per format: u32 GGML type, u32 number of elements, the encoded bytes, float32 values.
The bytes are random, so that every bit of a block counts; only the float16 scales are kept finite and moderate.
"""
import hashlib
import json
import pathlib
import struct
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T

# Byte offsets of the float16 fields of each block.
SCALES = {
    T.F32: [], T.F16: [0], T.BF16: [], T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0],
    T.Q2_K: [80, 82], T.Q3_K: [108], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208], T.IQ4_NL: [0],
}


def blocks(rng, kind, count):
    size, width = gguf.GGML_QUANT_SIZES[kind]
    if kind in (T.F32, T.BF16):
        values = rng.standard_normal(count).astype(np.float32)
        raw = values.view(np.uint8) if kind == T.F32 else gguf.quants.quantize(values.reshape(1, -1), kind).reshape(-1)
        return raw
    raw = rng.integers(0, 256, (count, width), dtype=np.uint8)
    for offset in SCALES[kind]:
        # A subnormal, zero and ordinary scales of both signs.
        scale = rng.uniform(-2, 2, count).astype(np.float16)
        scale[0] = np.float16(6e-8) if kind == T.F16 else np.float16(3e-6)
        scale[1] = 0
        raw[:, offset:offset + 2] = scale.view(np.uint8).reshape(count, 2)
    return raw.reshape(-1)


def main():
    out = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/weights"
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20)
    data = bytearray()
    for kind in SCALES:
        size, _ = gguf.GGML_QUANT_SIZES[kind]
        raw = blocks(rng, kind, 64 if size == 1 else 4)
        values = gguf.quants.dequantize(raw.reshape(1, -1), kind).reshape(-1).astype(np.float32)
        data += struct.pack("<II", int(kind), len(values)) + raw.tobytes() + values.tobytes()
    (out / "formats.bin").write_bytes(data)
    manifest = {
        "script": "Scripts/goldens/make_formats.py",
        "command": "python Scripts/goldens/make_formats.py",
        "versions": {"python": sys.version.split()[0], "gguf": __import__("importlib.metadata").metadata.version("gguf"),
                     "numpy": np.__version__},
        "sha256": {"formats.bin": hashlib.sha256(data).hexdigest()},
    }
    (out / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


main()
