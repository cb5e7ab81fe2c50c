"""Writes Tests/Fixtures/weights: what gguf-py and safetensors make of the same inputs that Martlet reads.

formats.bin   random blocks of every weight format and what they decode to. Little-endian, one record per format:
              u32 GGML type, u32 number of elements, the encoded bytes, float32 values. The bytes are random, so that
              every bit of a block counts; only the float16 scales are kept finite and moderate.
tiny.gguf     a one-layer llama written by gguf-py.
types.gguf    a metadata value of every type.
all.safetensors, names.json
              a tensor of every type as safetensors writes it; tensor names as gguf-py translates them.
e4m3.bin      the float32 values that torch gives the 256 codes of FP8 E4M3FN.
mxfp4.safetensors
              blocks and scales as gpt-oss has them, and what transformers makes of them.
fp8/          a checkpoint with FP8 weights in every layout, and in fp8.expected.safetensors what they stand for.
"""
import hashlib
import importlib.metadata
import json
import pathlib
import struct
import sys

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as T
from safetensors.torch import save_file
from transformers.integrations.mxfp4 import convert_moe_packed_tensors

# Byte offsets of the float16 fields of each block.
SCALES = {
    T.F32: [], T.F16: [0], T.BF16: [], T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0],
    T.Q2_K: [80, 82], T.Q3_K: [108], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208], T.IQ4_NL: [0],
    T.MXFP4: [],
}
OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/weights"


def blocks(rng, kind, count):
    _, width = gguf.GGML_QUANT_SIZES[kind]
    if kind in (T.F32, T.BF16):
        values = rng.standard_normal(count).astype(np.float32)
        return values.view(np.uint8) if kind == T.F32 else gguf.quants.quantize(values.reshape(1, -1), kind).reshape(-1)
    raw = rng.integers(0, 256, (count, width), dtype=np.uint8)
    if kind == T.MXFP4:
        raw[:, 0] = 0, 1, 120, 250
    for offset in SCALES[kind]:
        # A subnormal, zero and ordinary scales of both signs.
        scale = rng.uniform(-2, 2, count).astype(np.float16)
        scale[0] = np.float16(6e-8) if kind == T.F16 else np.float16(3e-6)
        scale[1] = 0
        raw[:, offset:offset + 2] = scale.view(np.uint8).reshape(count, 2)
    return raw.reshape(-1)


def formats(rng):
    data = bytearray()
    for kind in SCALES:
        size, _ = gguf.GGML_QUANT_SIZES[kind]
        raw = blocks(np.random.default_rng(39) if kind == T.MXFP4 else rng, kind, 64 if size == 1 else 4)
        values = gguf.quants.dequantize(raw.reshape(1, -1), kind).reshape(-1).astype(np.float32)
        data += struct.pack("<II", int(kind), len(values)) + raw.tobytes() + values.tobytes()
    (OUT / "formats.bin").write_bytes(data)


def tiny(rng):
    writer = gguf.GGUFWriter(OUT / "tiny.gguf", "llama")
    writer.add_block_count(1)
    writer.add_context_length(128)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length(96)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(500000.0)
    writer.add_rope_dimension_count(16)
    writer.add_vocab_size(6)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    # The last token is no UTF-8.
    writer.add_token_list([b"<s>", b"</s>", b"a", "Ġ".encode(), "é".encode(), b"\xff\xfe"])
    writer.add_token_types([3, 3, 1, 1, 1, 6])
    writer.add_token_merges(["a Ġ", "Ġ a"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_eot_token_id(2)
    writer.add_add_bos_token(True)
    writer.add_chat_template("{{ messages[0].content }}")

    def tensor(name, *shape, kind=T.F32):
        values = rng.standard_normal(shape).astype(np.float32)
        writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)

    tensor("token_embd.weight", 6, 64, kind=T.Q8_0)
    tensor("output_norm.weight", 64)
    writer.add_tensor("rope_freqs.weight", np.linspace(1, 8, 8, dtype=np.float32))
    for name, shape, kind in [
        ("attn_norm", (64,), T.F32), ("attn_q", (64, 64), T.Q4_0), ("attn_k", (32, 64), T.F16),
        ("attn_v", (32, 64), T.BF16), ("attn_output", (64, 64), T.Q4_0), ("ffn_norm", (64,), T.F32),
        ("ffn_gate", (96, 64), T.Q5_0), ("ffn_up", (96, 64), T.Q5_0), ("ffn_down", (64, 96), T.Q5_1),
    ]:
        tensor(f"blk.0.{name}.weight", *shape, kind=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def types():
    writer = gguf.GGUFWriter(OUT / "types.gguf", "none")
    V = gguf.GGUFValueType
    for name, value, kind in [
        ("u8", 255, V.UINT8), ("i8", -128, V.INT8), ("u16", 65535, V.UINT16), ("i16", -32768, V.INT16),
        ("u32", 2**32 - 1, V.UINT32), ("i32", -2**31, V.INT32), ("u64", 2**64 - 1, V.UINT64),
        ("i64", -2**63, V.INT64), ("f32", 0.1, V.FLOAT32), ("f64", 0.1, V.FLOAT64), ("bool", True, V.BOOL),
        ("string", "é", V.STRING),
    ]:
        writer.add_key_value(name, value, kind)
    writer.add_array("strings", ["a", "", "é"])
    writer.add_array("integers", [1, -2, 3])
    writer.add_array("floats", [0.5, -0.25])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def safetensors():
    names = ["float32", "float16", "bfloat16", "float64", "int64", "int32", "int16", "int8", "uint8", "bool",
             "float8_e4m3fn", "float8_e5m2"]
    tensors = {name: torch.arange(6).reshape(2, 3).to(getattr(torch, name)) for name in names}
    tensors["scalar"] = torch.tensor(1.5)
    tensors["empty"] = torch.zeros(0, 4)
    save_file(tensors, OUT / "all.safetensors", metadata={"format": "pt", "naïve": "yes"})


def names():
    table = {}
    for arch in (gguf.MODEL_ARCH.LLAMA, gguf.MODEL_ARCH.QWEN2, gguf.MODEL_ARCH.QWEN3):
        mapping = gguf.get_tensor_name_map(arch, 12)
        hf = ["model.embed_tokens", "model.norm", "lm_head"]
        for module in ["input_layernorm", "post_attention_layernorm", "self_attn.q_proj", "self_attn.k_proj",
                       "self_attn.v_proj", "self_attn.o_proj", "self_attn.q_norm", "self_attn.k_norm", "mlp.gate_proj",
                       "mlp.up_proj", "mlp.down_proj"]:
            hf += [f"model.layers.{layer}.{module}" for layer in (0, 11)]
        for name in hf:
            for suffix in (".weight", ".bias"):
                if (found := mapping.get_name(name + suffix, try_suffixes=(".weight", ".bias"))) and (
                        suffix == ".weight" or "_proj" in name):
                    table[found] = name + suffix
    (OUT / "names.json").write_text(json.dumps(table, indent=1) + "\n")


def e4m3():
    values = torch.arange(256, dtype=torch.uint8).view(torch.float8_e4m3fn).float()
    (OUT / "e4m3.bin").write_bytes(values.numpy().tobytes())


def mxfp4(rng):
    blocks = torch.from_numpy(rng.integers(0, 256, (3, 6, 2, 16), dtype=np.uint8))
    scales = torch.from_numpy(rng.integers(110, 135, (3, 6, 2), dtype=np.uint8))
    # transformers turns the last two dimensions round.
    values = convert_moe_packed_tensors(blocks, scales, dtype=torch.float32).transpose(1, 2).contiguous()
    save_file({"experts.gate_up_proj_blocks": blocks, "experts.gate_up_proj_scales": scales, "expected": values},
              OUT / "mxfp4.safetensors")


def fp8(rng):
    """Blocks of 16 x 32, the last of them partial."""
    rows, columns = 16, 32
    stored, expected = {}, {}

    def add(name, shape, scale_name, scales, factors):
        codes = torch.from_numpy(rng.standard_normal(shape).astype(np.float32) * 40).to(torch.float8_e4m3fn)
        stored[name], stored[scale_name] = codes, scales
        expected[name] = codes.float() * factors

    def random(*shape):
        return torch.from_numpy(rng.uniform(0.001, 0.1, shape).astype(np.float32))

    def expand(scales, shape):
        return scales.repeat_interleave(rows, -2).repeat_interleave(columns, -1)[..., : shape[-2], : shape[-1]]

    blocks = random(3, 3)
    add("block.weight", (40, 70), "block.weight_scale_inv", blocks, expand(blocks, (40, 70)))
    blocks = random(3, 3).to(torch.bfloat16)
    add("bf16.weight", (33, 65), "bf16.weight_scale", blocks, expand(blocks.float(), (33, 65)))
    exponents = torch.from_numpy(rng.integers(115, 125, (2, 2), dtype=np.uint8))
    factors = torch.exp2(exponents.float() - 127)
    add("bytes.weight", (17, 40), "bytes.weight_scale_inv", exponents, expand(factors, (17, 40)))
    add("e8m0.weight", (17, 40), "e8m0.weight_scale_inv", exponents.clone().view(torch.float8_e8m0fnu),
        expand(factors, (17, 40)))
    scale = random(1)
    add("tensor.weight", (7, 9), "tensor.weight_scale_inv", scale.reshape(()), scale)
    stored["tensor.activation_scale"] = torch.tensor(0.5)
    scales = random(37, 1)
    add("channel.weight", (37, 50), "channel.weight_scale", scales, scales)
    scales = random(37).half()
    add("half.weight", (37, 50), "half.weight_scale", scales, scales.float()[:, None])
    blocks = random(3, 2, 2)
    add("experts.down_proj", (3, 20, 40), "experts.down_proj_scale_inv", blocks, expand(blocks, (20, 40)))
    scales = random(3)
    add("experts.up_proj", (3, 5, 6), "experts.up_proj_scale_inv", scales, scales[:, None, None])
    stored["norm.weight"] = expected["norm.weight"] = random(8)
    folder = OUT / "fp8"
    folder.mkdir(exist_ok=True)
    save_file(stored, folder / "model.safetensors")
    save_file({name: values.contiguous() for name, values in expected.items()}, OUT / "fp8.expected.safetensors")
    section = {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "static", "weight_block_size": [rows, columns]}
    (folder / "config.json").write_text(
        json.dumps({"architectures": ["None"], "quantization_config": section}, indent=1) + "\n")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20)
    formats(rng)
    tiny(rng)
    types()
    safetensors()
    names()
    e4m3()
    mxfp4(rng)
    fp8(rng)
    files = ["e4m3.bin", "mxfp4.safetensors", "fp8/config.json", "fp8/model.safetensors", "fp8.expected.safetensors",
             "formats.bin", "tiny.gguf", "types.gguf", "all.safetensors", "names.json"]
    versions = {name: importlib.metadata.version(name) for name in ("gguf", "numpy", "safetensors", "torch", "transformers")}
    manifest = {
        "script": "Scripts/goldens/make_formats.py",
        "command": "python Scripts/goldens/make_formats.py",
        "versions": {"python": sys.version.split()[0], **versions},
        "sha256": {name: hashlib.sha256((OUT / name).read_bytes()).hexdigest() for name in files},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


main()
