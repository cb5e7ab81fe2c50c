#!/usr/bin/env python3
"""Trains the demo model that is compiled into the binary and writes it as one GGUF file.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python train.py --out ../../Sources/CMartletDemoModel/demo.gguf

Needs torch, transformers, tokenizers and gguf at development time only. Half an hour on one core.
"""
import argparse, json, math, os, random, sys, time
import numpy as np, torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM
import gguf
import corpus

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
CONTEXT = 512


def make_tokenizer(seed, vocab_size):
    r = random.Random(seed)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, special_tokens=[AddedToken(t, special=True) for t in SPECIAL],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator((corpus.document(r) for _ in range(20000)), trainer)
    return tokenizer


def batches(tokenizer, seed, rows):
    """Endless [rows, CONTEXT + 1] windows of packed documents."""
    r = random.Random(seed)
    stream = []
    while True:
        while len(stream) < rows * (CONTEXT + 1):
            for encoding in tokenizer.encode_batch([corpus.document(r) for _ in range(256)]):
                stream += encoding.ids
        window = torch.tensor(stream[: rows * (CONTEXT + 1)]).view(rows, CONTEXT + 1)
        stream = stream[rows * (CONTEXT + 1):]
        yield window


def train(tokenizer, args):
    torch.manual_seed(args.seed)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=192, intermediate_size=512, num_hidden_layers=5,
        num_attention_heads=6, num_key_value_heads=2, head_dim=32, max_position_embeddings=CONTEXT, rope_theta=10000.0,
        rms_norm_eps=1e-5, tie_word_embeddings=True, bos_token_id=0, eos_token_id=2)
    model = LlamaForCausalLM(config)
    print("parameters", sum(p.numel() for p in model.parameters()), flush=True)
    decay = [p for p in model.parameters() if p.dim() > 1]
    rest = [p for p in model.parameters() if p.dim() == 1]
    optimiser = torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}],
                                  lr=args.lr, betas=(0.9, 0.98))
    schedule = lambda s: min(1, (s + 1) / 40) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * s / args.steps)))
    data, start = batches(tokenizer, args.seed + 1, args.rows), time.time()
    for step in range(args.steps):
        for group in optimiser.param_groups:
            group["lr"] = args.lr * schedule(step)
        window = next(data)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(window[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(logits.float().reshape(-1, logits.shape[-1]), window[:, 1:].reshape(-1))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step % 20 == 0 or step == args.steps - 1:
            print(f"step {step} loss {loss.item():.4f} {time.time() - start:.0f}s", flush=True)
        if step % 200 == 199:
            save(model, tokenizer, args.out)
            samples(model, tokenizer)
    return model


def samples(model, tokenizer):
    model.eval()
    for question in ["Hello", "What is the capital of Italy?", "Tell me a story about an owl.", "What does a cow say?",
                     "Explain quantum physics", "What colour is the sky?", "what can you do"]:
        ids = tokenizer.encode(f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n").ids
        with torch.no_grad():
            out = model.generate(torch.tensor([ids]), max_new_tokens=80, do_sample=False, eos_token_id=2, pad_token_id=0)
        print("  ", question, "->", tokenizer.decode(out[0, len(ids):].tolist()), flush=True)
    model.train()


def permute(weight, heads):
    """Row order of llama GGUF files: halves of each head interleaved."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def save(model, tokenizer, path):
    config, state = model.config, {k: v.detach().float().numpy() for k, v in model.state_dict().items()}
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Martlet demo")
    writer.add_license("apache-2.0")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    merges = [" ".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([token for token, _ in vocabulary])
    writer.add_token_types([3 if token in SPECIAL else 1 for token, _ in vocabulary])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    heads, kv_heads = config.num_attention_heads, config.num_key_value_heads

    def matrix(name, weight):
        data = gguf.quants.quantize(np.ascontiguousarray(weight, dtype=np.float32), gguf.GGMLQuantizationType.Q8_0)
        writer.add_tensor(name, data, raw_dtype=gguf.GGMLQuantizationType.Q8_0)

    matrix("token_embd.weight", state["model.embed_tokens.weight"])
    writer.add_tensor("output_norm.weight", state["model.norm.weight"])
    for i in range(config.num_hidden_layers):
        source, target = f"model.layers.{i}.", f"blk.{i}."
        writer.add_tensor(target + "attn_norm.weight", state[source + "input_layernorm.weight"])
        writer.add_tensor(target + "ffn_norm.weight", state[source + "post_attention_layernorm.weight"])
        matrix(target + "attn_q.weight", permute(state[source + "self_attn.q_proj.weight"], heads))
        matrix(target + "attn_k.weight", permute(state[source + "self_attn.k_proj.weight"], kv_heads))
        matrix(target + "attn_v.weight", state[source + "self_attn.v_proj.weight"])
        matrix(target + "attn_output.weight", state[source + "self_attn.o_proj.weight"])
        matrix(target + "ffn_gate.weight", state[source + "mlp.gate_proj.weight"])
        matrix(target + "ffn_up.weight", state[source + "mlp.up_proj.weight"])
        matrix(target + "ffn_down.weight", state[source + "mlp.down_proj.weight"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print("wrote", os.path.getsize(path), "bytes", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--vocab-size", type=int, default=1536)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    tokenizer = make_tokenizer(args.seed, args.vocab_size)
    model = train(tokenizer, args)
    save(model, tokenizer, args.out)
    samples(model, tokenizer)


main()
