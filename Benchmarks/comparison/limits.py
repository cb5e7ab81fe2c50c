"""What the machine would allow: bytes and operations of a piece of work, and the time they take at the probed limits.

A limit is stored with each measurement as plain data, so that it can be worked out again from the file of results:
    {"tokens": N, "peak": "bf16_gflop_s", "parts": [[times, bytes, operations], ...]}
"""

CACHE_BYTES = 2  # of one key or value element: bfloat16 or float16 in all engines here


class Limits:
    def __init__(self, gguf, format):
        self.gguf = gguf
        # Quantised weights can be multiplied with 8-bit activations.
        self.peak = "bf16_gflop_s" if format == "BF16" else "int8_gop_s"
        layers, heads = gguf.number("block_count"), gguf.number("attention.head_count")
        head_dim = gguf.number("rope.dimension_count")
        kv_heads = gguf.number("attention.head_count_kv")
        self.cache_bytes = 2 * layers * kv_heads * head_dim * CACHE_BYTES
        self.attention_ops = 4 * layers * heads * head_dim

    def prefill_part(self, tokens, prompts=1):
        """Prompts of `tokens`; only the last row of each reaches the LM head."""
        ops = 2 * self.gguf.layer_parameters * tokens + 2 * self.gguf.head_parameters
        ops += self.attention_ops * tokens * (tokens + 1) / 2
        return [1, self.gguf.weight_bytes, ops * prompts]

    def decode_part(self, steps, batch, context):
        parameters = self.gguf.layer_parameters + self.gguf.head_parameters
        ops = batch * (2 * parameters + self.attention_ops * context)
        return [steps, self.gguf.weight_bytes + batch * context * self.cache_bytes, ops]

    def of(self, tokens, *parts):
        return {"tokens": tokens, "peak": self.peak, "parts": list(parts)}


def tokens_per_second(limit, probe):
    """The speed at which the probed machine would do this work."""
    bandwidth, peak = probe["read_gb_s"] * 1e9, probe[limit["peak"]] * 1e9
    if not bandwidth or not peak:
        return None
    seconds = sum(times * max(size / bandwidth, ops / peak) for times, size, ops in limit["parts"])
    return limit["tokens"] / seconds
