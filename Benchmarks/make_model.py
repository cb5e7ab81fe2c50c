#!/usr/bin/env python3
"""Writes a random-weight Llama as one BF16 GGUF file that both engines load.

    make_model.py OUT.gguf [--shape llama-3.2-1b|smollm2-135m|tiny]

Needs numpy and gguf from PyPI. The tokenizer is a byte-level alphabet filled up with made-up merges.
"""
import argparse, itertools
import numpy as np, gguf

SHAPES = {
    # hidden, layers, heads, kv heads, head dim, ffn, vocab
    "llama-3.2-1b": (2048, 16, 32, 8, 64, 8192, 128256),
    "smollm2-135m": (576, 30, 9, 3, 64, 1536, 49152),
    "tiny": (256, 4, 8, 2, 32, 512, 2048),
}


def vocabulary(size):
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
            merges.append(f"{left} {right}")
    assert len(tokens) == size
    return tokens, merges


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--shape", default="llama-3.2-1b", choices=SHAPES)
    args = parser.parse_args()
    hidden, layers, heads, kv_heads, head_dim, ffn, vocab = SHAPES[args.shape]
    random = np.random.default_rng(0)
    writer = gguf.GGUFWriter(args.out, "llama")
    writer.add_name(args.shape + "-random")
    writer.add_context_length(8192)
    writer.add_embedding_length(hidden)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(ffn)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_rope_dimension_count(head_dim)
    writer.add_rope_freq_base(500000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(vocab)
    tokens, merges = vocabulary(vocab)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([3, 3] + [1] * (vocab - 2))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_add_bos_token(False)

    def matrix(name, rows, columns):
        weight = random.standard_normal((rows, columns), dtype=np.float32) * 0.02
        bf16 = (weight.view(np.uint32) >> 16).astype(np.uint16)
        writer.add_tensor(name, bf16.view(np.uint8).reshape(rows, columns * 2), raw_dtype=gguf.GGMLQuantizationType.BF16)

    def ones(name):
        writer.add_tensor(name, np.ones(hidden, dtype=np.float32))

    matrix("token_embd.weight", vocab, hidden)
    ones("output_norm.weight")
    for i in range(layers):
        ones(f"blk.{i}.attn_norm.weight")
        ones(f"blk.{i}.ffn_norm.weight")
        matrix(f"blk.{i}.attn_q.weight", heads * head_dim, hidden)
        matrix(f"blk.{i}.attn_k.weight", kv_heads * head_dim, hidden)
        matrix(f"blk.{i}.attn_v.weight", kv_heads * head_dim, hidden)
        matrix(f"blk.{i}.attn_output.weight", hidden, heads * head_dim)
        matrix(f"blk.{i}.ffn_gate.weight", ffn, hidden)
        matrix(f"blk.{i}.ffn_up.weight", ffn, hidden)
        matrix(f"blk.{i}.ffn_down.weight", hidden, ffn)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main()
