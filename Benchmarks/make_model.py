#!/usr/bin/env python3
"""Writes a Llama with random weights: a BF16 GGUF file, or a Hugging Face folder for engines that read those.

    make_model.py OUT.gguf [--shape llama-3.2-1b|smollm2-135m|tiny]
    make_model.py OUT_FOLDER [--shape ...]

Speed does not depend on the values. The tokenizer is a byte-level alphabet filled up with made-up merges.
Needs only the Python standard library.
"""
import argparse, array, itertools, json, os, random, struct, sys

SHAPES = {
    # hidden, layers, heads, kv heads, head dim, ffn, vocab
    "llama-3.2-1b": (2048, 16, 32, 8, 64, 8192, 128256),
    "smollm2-135m": (576, 30, 9, 3, 64, 1536, 49152),
    "tiny": (256, 4, 8, 2, 32, 512, 2048),
}
CONTEXT, ROPE_THETA, EPSILON = 16384, 500000.0, 1e-5
TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant:"


def vocabulary(size):
    """Tokens in the order of their ids, and merges as pairs."""
    printable = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    alphabet = [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]
    tokens, merges, letters = ["<s>", "</s>"] + alphabet, [], [chr(c) for c in range(97, 123)]
    known = set(tokens)
    pairs = itertools.chain(itertools.product(letters, letters),
                            ((a + b, c) for a, b, c in itertools.product(letters, repeat=3)),
                            ((a + b, c + d) for a, b, c, d in itertools.product(letters, repeat=4)))
    for left, right in pairs:
        if len(tokens) == size:
            break
        if left + right not in known:
            known.add(left + right)
            tokens.append(left + right)
            merges.append((left, right))
    assert len(tokens) == size
    return tokens, merges


def tensors(shape):
    """(GGUF name, Hugging Face name, (rows, columns) or (count,)) of every weight."""
    hidden, layers, heads, kv_heads, head_dim, ffn, vocab = SHAPES[shape]
    yield "token_embd.weight", "model.embed_tokens.weight", (vocab, hidden)
    yield "output_norm.weight", "model.norm.weight", (hidden,)
    for i in range(layers):
        for ours, theirs, size in (
                ("attn_norm", "input_layernorm", (hidden,)),
                ("ffn_norm", "post_attention_layernorm", (hidden,)),
                ("attn_q", "self_attn.q_proj", (heads * head_dim, hidden)),
                ("attn_k", "self_attn.k_proj", (kv_heads * head_dim, hidden)),
                ("attn_v", "self_attn.v_proj", (kv_heads * head_dim, hidden)),
                ("attn_output", "self_attn.o_proj", (hidden, heads * head_dim)),
                ("ffn_gate", "mlp.gate_proj", (ffn, hidden)),
                ("ffn_up", "mlp.up_proj", (ffn, hidden)),
                ("ffn_down", "mlp.down_proj", (hidden, ffn))):
            yield f"blk.{i}.{ours}.weight", f"model.layers.{i}.{theirs}.weight", size


class RandomValues:
    """Gaussian bfloat16 values from a pool that is read in turns; its odd length makes every row different."""

    def __init__(self):
        generator = random.Random(0)
        floats = array.array("f", (generator.gauss(0, 0.02) for _ in range(1_000_003)))
        halves = array.array("H", floats.tobytes())
        self.pool = (halves if sys.byteorder == "little" else halves[::-1])[1::2].tobytes()
        self.position = 0

    def write(self, file, count):
        left = 2 * count
        while left > 0:
            part = self.pool[self.position:self.position + left]
            file.write(part)
            left -= len(part)
            self.position = (self.position + len(part)) % len(self.pool)


def product(size):
    return size[0] * (size[1] if len(size) > 1 else 1)


# GGUF

TYPE_U32, TYPE_F32, TYPE_BOOL, TYPE_STRING, TYPE_ARRAY = 4, 6, 7, 8, 9
F32, BF16 = 0, 30
ALIGNMENT = 32


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def field(key, kind, value):
    if kind == TYPE_STRING:
        return string(key) + struct.pack("<I", kind) + string(value)
    return string(key) + struct.pack("<I" + {TYPE_U32: "I", TYPE_F32: "f", TYPE_BOOL: "?"}[kind], kind, value)


def list_field(key, kind, values):
    body = b"".join(map(string, values)) if kind == TYPE_STRING else struct.pack(f"<{len(values)}I", *values)
    return string(key) + struct.pack("<IIQ", TYPE_ARRAY, kind, len(values)) + body


def write_gguf(path, shape):
    hidden, layers, heads, kv_heads, head_dim, ffn, vocab = SHAPES[shape]
    tokens, merges = vocabulary(vocab)
    fields = [
        field("general.architecture", TYPE_STRING, "llama"),
        field("general.name", TYPE_STRING, shape + "-random"),
        field("llama.context_length", TYPE_U32, CONTEXT),
        field("llama.embedding_length", TYPE_U32, hidden),
        field("llama.block_count", TYPE_U32, layers),
        field("llama.feed_forward_length", TYPE_U32, ffn),
        field("llama.attention.head_count", TYPE_U32, heads),
        field("llama.attention.head_count_kv", TYPE_U32, kv_heads),
        field("llama.rope.dimension_count", TYPE_U32, head_dim),
        field("llama.rope.freq_base", TYPE_F32, ROPE_THETA),
        field("llama.attention.layer_norm_rms_epsilon", TYPE_F32, EPSILON),
        field("llama.vocab_size", TYPE_U32, vocab),
        field("tokenizer.ggml.model", TYPE_STRING, "gpt2"),
        field("tokenizer.ggml.pre", TYPE_STRING, "gpt-2"),
        list_field("tokenizer.ggml.tokens", TYPE_STRING, tokens),
        list_field("tokenizer.ggml.token_type", 5, [3, 3] + [1] * (vocab - 2)),
        list_field("tokenizer.ggml.merges", TYPE_STRING, [f"{a} {b}" for a, b in merges]),
        field("tokenizer.ggml.bos_token_id", TYPE_U32, 0),
        field("tokenizer.ggml.eos_token_id", TYPE_U32, 1),
        field("tokenizer.ggml.add_bos_token", TYPE_BOOL, False),
        field("tokenizer.chat_template", TYPE_STRING, TEMPLATE),
    ]
    infos, offset = [], 0
    for name, _, size in tensors(shape):
        kind = BF16 if len(size) == 2 else F32
        # GGUF names the fastest dimension first.
        infos.append(string(name) + struct.pack(f"<I{len(size)}QIQ", len(size), *reversed(size), kind, offset))
        offset += (product(size) * (2 if kind == BF16 else 4) + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
    values = RandomValues()
    with open(path, "wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(fields)) + b"".join(fields) + b"".join(infos))
        for _, _, size in tensors(shape):
            file.write(bytes(-file.tell() % ALIGNMENT))
            if len(size) == 2:
                values.write(file, product(size))
            else:
                file.write(struct.pack("<f", 1) * size[0])
        file.write(bytes(-file.tell() % ALIGNMENT))


# Hugging Face folder

def write_folder(path, shape):
    hidden, layers, heads, kv_heads, head_dim, ffn, vocab = SHAPES[shape]
    os.makedirs(path, exist_ok=True)

    def write(name, value):
        with open(os.path.join(path, name), "w") as file:
            json.dump(value, file)

    write("config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "dtype": "bfloat16", "torch_dtype": "bfloat16",
        "vocab_size": vocab, "hidden_size": hidden, "intermediate_size": ffn, "num_hidden_layers": layers,
        "num_attention_heads": heads, "num_key_value_heads": kv_heads, "head_dim": head_dim,
        "max_position_embeddings": CONTEXT, "rope_theta": ROPE_THETA, "rms_norm_eps": EPSILON, "hidden_act": "silu",
        "tie_word_embeddings": True, "attention_bias": False, "mlp_bias": False, "bos_token_id": 0, "eos_token_id": 1,
    })
    write("generation_config.json", {"bos_token_id": 0, "eos_token_id": 1})
    write_tokenizer(write, *vocabulary(vocab))
    header, offset = {}, 0
    for _, name, size in tensors(shape):
        header[name] = {"dtype": "BF16", "shape": size, "data_offsets": [offset, offset + 2 * product(size)]}
        offset += 2 * product(size)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    values = RandomValues()
    with open(os.path.join(path, "model.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, _, size in tensors(shape):
            if len(size) == 2:
                values.write(file, product(size))
            else:
                file.write(b"\x80\x3f" * size[0])


def write_tokenizer(write, tokens, merges):
    special = [{"id": i, "content": tokens[i], "special": True, "single_word": False, "lstrip": False, "rstrip": False,
                "normalized": False} for i in (0, 1)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    write("tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": None,
        "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": {token: i for i, token in enumerate(tokens)}, "merges": [list(pair) for pair in merges],
        },
    })
    write("tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>",
        "model_max_length": CONTEXT, "clean_up_tokenization_spaces": False, "chat_template": TEMPLATE,
    })


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--shape", default="llama-3.2-1b", choices=SHAPES)
    args = parser.parse_args()
    (write_gguf if args.out.endswith(".gguf") else write_folder)(args.out, args.shape)


if __name__ == "__main__":
    main()
