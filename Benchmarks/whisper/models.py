"""Whisper models with random weights that say a known text, in the formats of all engines.

Speed does not depend on the values, but on how many tokens a window has. So the position embeddings of the decoder
point at the embeddings of a script: after the prompt without timestamps the model says `tokens` words and then the end
token, whatever it hears, with a probability of more than 98 %, so that no engine decodes a window again. Whoever must not
stop at the end token goes on with other words.
"""
import json
import os
import struct
import sys

from comparison.process import Failure, run

from . import vocabulary
from .shapes import FRAMES, MELS, POSITIONS, SAMPLE_RATE, SHAPES, TEXT_POSITIONS, VOCABULARY, WINDOW_SECONDS

PROMPT = 4
# Root mean squares: weights, token embeddings, and the pull of a position towards its word.
WEIGHT, EMBEDDING, PULL = 0.02, 0.04, 4.0
GGML_FORMATS = ["f16", "q8_0", "q5_0"]


def path(folder, shape, format):
    suffix = {"hf": "-hf", "ct2": "-ct2"}.get(format, f"-{format}.bin")
    return os.path.join(folder, f"whisper-{shape}{suffix}")


def script_ids(tokens):
    """What the model says at each position behind the prompt."""
    ids = vocabulary.script(TEXT_POSITIONS)
    return ids[:tokens] + [vocabulary.END] + ids[tokens:]


def script_text(tokens):
    words, _ = vocabulary.text()
    return "".join(words[id] for id in script_ids(tokens)[:tokens])


def sinusoids(positions, width):
    import numpy

    steps = numpy.exp(-numpy.log(10000) / (width // 2 - 1) * numpy.arange(width // 2))
    angles = numpy.arange(positions)[:, None] * steps[None, :]
    return numpy.concatenate([numpy.sin(angles), numpy.cos(angles)], axis=1).astype(numpy.float32)


def tensors(shape, tokens):
    """OpenAI's name and the values of every tensor."""
    import numpy

    generator, width = numpy.random.default_rng(0), shape.width

    def gauss(*size, scale=WEIGHT):
        return generator.standard_normal(size, numpy.float32) * numpy.float32(scale)

    def norm(name):
        yield name + ".weight", numpy.ones(width, numpy.float32)
        yield name + ".bias", gauss(width)

    def linear(name, outputs, inputs, has_bias=True):
        yield name + ".weight", gauss(outputs, inputs)
        if has_bias:
            yield name + ".bias", gauss(outputs)

    def attention(name):
        for part in ("query", "key", "value", "out"):
            yield from linear(f"{name}.{part}", width, width, part != "key")
        yield from norm(name + "_ln")

    def block(name, has_cross):
        yield from attention(name + ".attn")
        if has_cross:
            yield from attention(name + ".cross_attn")
        yield from linear(name + ".mlp.0", 4 * width, width)
        yield from linear(name + ".mlp.2", width, 4 * width)
        yield from norm(name + ".mlp_ln")

    yield "encoder.positional_embedding", sinusoids(POSITIONS, width)
    for name, inputs in (("encoder.conv1", MELS), ("encoder.conv2", width)):
        yield name + ".weight", gauss(width, inputs, 3)
        yield name + ".bias", gauss(width)
    for index in range(shape.layers):
        yield from block(f"encoder.blocks.{index}", False)
    yield from norm("encoder.ln_post")
    embedding = gauss(VOCABULARY, width, scale=EMBEDDING)
    positions = gauss(TEXT_POSITIONS, width)
    for position, id in zip(range(PROMPT - 1, TEXT_POSITIONS), script_ids(tokens)):
        positions[position] += PULL / EMBEDDING * embedding[id]
    yield "decoder.token_embedding.weight", embedding
    yield "decoder.positional_embedding", positions
    for index in range(shape.layers):
        yield from block(f"decoder.blocks.{index}", True)
    yield from norm("decoder.ln")


# Hugging Face

RENAMED = [
    ("blocks.", "layers."), (".cross_attn_ln", ".encoder_attn_layer_norm"), (".attn_ln", ".self_attn_layer_norm"),
    (".cross_attn.", ".encoder_attn."), (".attn.", ".self_attn."), (".query.", ".q_proj."), (".key.", ".k_proj."),
    (".value.", ".v_proj."), (".out.", ".out_proj."), (".mlp_ln", ".final_layer_norm"), (".mlp.0.", ".fc1."),
    (".mlp.2.", ".fc2."), ("encoder.ln_post", "encoder.layer_norm"), ("decoder.ln.", "decoder.layer_norm."),
    ("positional_embedding", "embed_positions.weight"), ("token_embedding", "embed_tokens")]


def hugging_face_name(name):
    for theirs, ours in RENAMED:
        name = name.replace(theirs, ours)
    return "model." + name


def write_folder(folder, shape, values):
    os.makedirs(folder, exist_ok=True)

    def write(name, content):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False)

    width = shape.width
    write("config.json", {
        "architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper", "torch_dtype": "float32",
        "vocab_size": VOCABULARY, "num_mel_bins": MELS, "d_model": width, "encoder_layers": shape.layers,
        "encoder_attention_heads": shape.heads, "decoder_layers": shape.layers, "decoder_attention_heads": shape.heads,
        "encoder_ffn_dim": 4 * width, "decoder_ffn_dim": 4 * width, "max_source_positions": POSITIONS,
        "max_target_positions": TEXT_POSITIONS, "activation_function": "gelu", "scale_embedding": False,
        "is_encoder_decoder": True, "tie_word_embeddings": True, "decoder_start_token_id": vocabulary.START,
        "bos_token_id": vocabulary.END, "eos_token_id": vocabulary.END, "pad_token_id": vocabulary.END})
    write("generation_config.json", {
        "is_multilingual": True, "lang_to_id": {f"<|{code}|>": vocabulary.LANGUAGES + index
                                                for index, code in enumerate(vocabulary.CODES)},
        "task_to_id": {"transcribe": vocabulary.TRANSCRIBE, "translate": vocabulary.TRANSLATE},
        "no_timestamps_token_id": vocabulary.NO_TIMESTAMPS, "prev_sot_token_id": vocabulary.NO_TIMESTAMPS - 2,
        "suppress_tokens": [], "begin_suppress_tokens": [220, vocabulary.END], "max_initial_timestamp_index": 50,
        "alignment_heads": [[shape.layers - 1, 0]], "return_timestamps": False, "max_length": TEXT_POSITIONS,
        "decoder_start_token_id": vocabulary.START, "bos_token_id": vocabulary.END, "eos_token_id": vocabulary.END,
        "pad_token_id": vocabulary.END})
    write("preprocessor_config.json", {
        "feature_extractor_type": "WhisperFeatureExtractor", "feature_size": MELS, "sampling_rate": SAMPLE_RATE,
        "hop_length": 160, "chunk_length": WINDOW_SECONDS, "n_fft": 400, "n_samples": WINDOW_SECONDS * SAMPLE_RATE,
        "nb_max_frames": FRAMES, "padding_side": "right", "padding_value": 0.0, "return_attention_mask": False})
    write_tokenizer(write)
    header, offset = {}, 0
    for name, value in values:
        end = offset + value.nbytes
        header[hugging_face_name(name)] = {"dtype": "F32", "shape": value.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(folder, "model.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, value in values:
            value.tofile(file)


def write_tokenizer(write):
    tokens, merges = vocabulary.text()
    vocab = {token: id for id, token in enumerate(tokens)} | {"<|endoftext|>": vocabulary.END}
    special = [{"id": vocabulary.END + index, "content": token, "special": token < "<|0" or token > "<|9z",
                "single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
               for index, token in enumerate(vocabulary.special())]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    write("vocab.json", vocab)
    write("tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": None,
        "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                  "vocab": vocab, "merges": [list(pair) for pair in merges]}})
    write("tokenizer_config.json", {
        "tokenizer_class": "WhisperTokenizer", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>", "pad_token": "<|endoftext|>", "model_max_length": TEXT_POSITIONS,
        "clean_up_tokenization_spaces": False, "errors": "replace"})


# whisper.cpp

def mel_filters():
    """Triangles on Slaney's scale of pitch, linear below 1 kHz and logarithmic above, each of the same area."""
    import numpy

    step, edge, ratio = 200 / 3, 15, numpy.log(6.4) / 27

    def hertz(mel):
        return numpy.where(mel < edge, mel * step, 1000 * numpy.exp(ratio * (mel - edge)))

    points = hertz(numpy.linspace(0, edge + numpy.log(SAMPLE_RATE / 2 / 1000) / ratio, MELS + 2))
    bins = numpy.linspace(0, SAMPLE_RATE / 2, 201)
    rising = (bins - points[:-2, None]) / (points[1:-1] - points[:-2])[:, None]
    falling = (points[2:, None] - bins) / (points[2:] - points[1:-1])[:, None]
    triangles = numpy.maximum(0, numpy.minimum(rising, falling))
    return (triangles * (2 / (points[2:] - points[:-2]))[:, None]).astype(numpy.float32)


def write_ggml(file_path, shape, values):
    import numpy

    tokens = vocabulary.as_bytes(vocabulary.text()[0])
    filters = mel_filters()
    with open(file_path, "wb") as file:
        file.write(struct.pack("<12i", 0x67676D6C, VOCABULARY, POSITIONS, shape.width, shape.heads, shape.layers,
                               TEXT_POSITIONS, shape.width, shape.heads, shape.layers, MELS, 1))
        file.write(struct.pack("<2i", *filters.shape) + filters.tobytes())
        file.write(struct.pack("<i", len(tokens)))
        for token in tokens:
            file.write(struct.pack("<i", len(token)) + token)
        for name, value in values:
            if name.startswith("encoder.conv") and name.endswith(".bias"):
                value = value[:, None]
            is_half = value.ndim > 1 and name.endswith(".weight")
            value = value.astype(numpy.float16 if is_half else numpy.float32)
            file.write(struct.pack("<3i", value.ndim, len(name), int(is_half)))
            # GGML names the fastest dimension first.
            file.write(struct.pack(f"<{value.ndim}i", *reversed(value.shape)) + name.encode())
            value.tofile(file)


def read(note):
    if not os.path.exists(note):
        return None
    with open(note) as file:
        return json.load(file)


def make(options):
    """Writes the models that are not there yet; those of a missing peer are left out."""
    os.makedirs(options.models, exist_ok=True)
    for name in options.shapes:
        shape, folder = SHAPES[name], options.models
        note = os.path.join(folder, f"whisper-{name}.json")
        told = {"tokens": options.tokens}
        if read(note) != told:
            values = list(tensors(shape, options.tokens))
            write_folder(path(folder, name, "hf"), shape, values)
            write_ggml(path(folder, name, "f16"), shape, values)
            derive(options, name)
            with open(note, "w") as file:
                json.dump(told, file)


def derive(options, name):
    """What the peers' own tools make of the two files."""
    def derived(what, command):
        try:
            run(command)
        except Failure as failure:
            print(f"{what} is not made: {failure}", file=sys.stderr)

    for format in GGML_FORMATS[1:]:
        derived(path(options.models, name, format), [
            os.path.join(options.whisper_cpp, "whisper-quantize"), path(options.models, name, "f16"),
            path(options.models, name, format), format])
    derived(path(options.models, name, "ct2"), [
        options.python, "-c", "import sys; from ctranslate2.converters.transformers import main; sys.exit(main())",
        "--model", path(options.models, name, "hf"), "--output_dir", path(options.models, name, "ct2"),
        "--copy_files", "tokenizer.json", "preprocessor_config.json", "--force"])
