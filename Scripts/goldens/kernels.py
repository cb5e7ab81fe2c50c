"""Random blocks of every quantised format and what the gguf package makes of them.

Each file: the blocks' bytes, then their float32 values. Run: python Scripts/goldens/kernels.py Tests/Fixtures/kernels
"""
import hashlib
import json
import pathlib
import sys
from importlib.metadata import version

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants

HALVES = {"Q4_1": (0, 2), "Q5_1": (0, 2), "Q4_K": (0, 2), "Q5_K": (0, 2), "Q2_K": (80, 82), "Q3_K": (108,), "Q6_K": (208,)}
FORMATS = ["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "MXFP4"]


def blocks(name: str, rng: np.random.Generator) -> np.ndarray:
    size, bytes_per_block = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    count = 512 // size
    raw = rng.integers(0, 256, (count, bytes_per_block), dtype=np.uint8)
    if size == 1:
        values = rng.standard_normal(count).astype(np.float32)
        return values.astype(np.float16).view(np.uint8) if name == "F16" else (values.view(np.uint32) >> 16).astype("<u2").view(np.uint8)
    if name == "MXFP4":  # exponents of ordinary scales, the smallest two and a large one
        raw[:, 0] = rng.integers(100, 140, count)
        raw[:3, 0] = 0, 1, 250
        return raw.ravel()
    for offset in HALVES.get(name, (0,)):  # finite scales of both signs, one of them subnormal
        scale = rng.uniform(-0.1, 0.1, count).astype(np.float16)
        scale[0] = np.float16(3e-6)
        raw[:, offset : offset + 2] = scale.view(np.uint8).reshape(-1, 2)
    return raw.ravel()


def main(out: pathlib.Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20)
    files = {}
    for name in FORMATS:
        raw = blocks(name, rng)
        values = quants.dequantize(raw.reshape(1, -1), GGMLQuantizationType[name]).ravel().astype("<f4")
        data = raw.tobytes() + values.tobytes()
        (out / f"{name}.bin").write_bytes(data)
        files[f"{name}.bin"] = hashlib.sha256(data).hexdigest()
    manifest = {
        "script": "Scripts/goldens/kernels.py",
        "command": "python Scripts/goldens/kernels.py Tests/Fixtures/kernels",
        "versions": {"gguf": version("gguf"), "numpy": version("numpy")},
        "sha256": files,
    }
    (out / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
