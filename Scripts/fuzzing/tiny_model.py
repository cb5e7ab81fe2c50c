"""A tiny random Llama checkpoint, written without any library."""
import json, random, struct
from pathlib import Path

HIDDEN, HEADS, INTERMEDIATE, LAYERS = 16, 2, 16, 1


def write_tiny_model(folder, vocab_size, max_position_embeddings=131072):
    """config.json and model.safetensors, without tokenizer and chat template."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": HIDDEN, "intermediate_size": INTERMEDIATE,
        "num_attention_heads": HEADS, "num_key_value_heads": HEADS, "num_hidden_layers": LAYERS, "head_dim": HIDDEN // HEADS,
        "max_position_embeddings": max_position_embeddings, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "tie_word_embeddings": True,
        "bos_token_id": 1, "eos_token_id": 2, "vocab_size": vocab_size, "torch_dtype": "float32",
    }
    (folder / "config.json").write_text(json.dumps(config))
    shapes = {"model.embed_tokens.weight": [vocab_size, HIDDEN], "model.norm.weight": [HIDDEN]}
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}."
        shapes |= {prefix + f"self_attn.{name}_proj.weight": [HIDDEN, HIDDEN] for name in "qkvo"}
        shapes |= {prefix + f"mlp.{name}_proj.weight": [INTERMEDIATE, HIDDEN] for name in ("gate", "up")}
        shapes |= {prefix + "mlp.down_proj.weight": [HIDDEN, INTERMEDIATE]}
        shapes |= {prefix + f"{name}_layernorm.weight": [HIDDEN] for name in ("input", "post_attention")}
    generator, header, offset, data = random.Random(7), {}, 0, []
    for name, shape in shapes.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        data.append(struct.pack(f"<{count}f", *(generator.uniform(-0.5, 0.5) for _ in range(count))))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + 4 * count]}
        offset += 4 * count
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
