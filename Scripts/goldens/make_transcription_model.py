"""Writes Tests/Fixtures/transcription_model: a tiny random Whisper over the vocabulary of Tests/Fixtures/whisper_tokenizer,
and what openai-whisper transcribes with its weights.

golden.json has for each case how the audio is made (`samples`), the options, and language, segments and words. Features
are those of transformers, window by window. Greedy tokens of a window are checked against transformers' generate here.

    python Scripts/goldens/make_transcription_model.py
"""
import hashlib
import importlib.metadata
import json
import os
import pathlib
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import numpy as np
import tiktoken
import torch
import transformers
import whisper
import whisper.tokenizer
from safetensors.torch import save_file
from transformers.convert_slow_tokenizer import bytes_to_unicode

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures"
OUT = FIXTURES / "transcription_model"
PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
HIDDEN, LAYERS, HEADS = 32, 2, 2
ALIGNMENT_HEADS = [[0, 1], [1, 0]]


def encoding():
    vocab = json.loads((FIXTURES / "whisper_tokenizer/vocab.json").read_text())
    added = json.loads((FIXTURES / "whisper_tokenizer/added_tokens.json").read_text())
    characters = {char: byte for byte, char in bytes_to_unicode().items()}
    ranks = {bytes(characters[char] for char in token): rank for token, rank in vocab.items()}
    return tiktoken.Encoding("small", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=added)


ENCODING = encoding()
# Wherever openai-whisper asks for a vocabulary it gets the small one.
whisper.tokenizer.get_encoding = lambda name="", num_languages=99: ENCODING


class Model(whisper.model.Whisper):
    is_multilingual = True
    num_languages = 100


def samples(seed, seconds, pauses):
    """Noise under slow waves, with pauses; integers, so that every language makes the same."""
    out = np.zeros(int(seconds * 16000), dtype=np.float32)
    state = seed
    for start in range(0, len(out), 400):
        state = (state * 1664525 + 1013904223) % (1 << 32)
        if pauses and start // 8000 % 7 == 6:
            continue
        period, loudness = 20 + (state >> 8) % 200, (state >> 16) % 97 + 3
        block = np.arange(start, min(start + 400, len(out)))
        out[block] = ((block % period) * 2 - period).astype(np.float32) * np.float32(loudness / 32768)
    return out


def random_model(seed):
    size = len(ENCODING._mergeable_ranks) + len(ENCODING._special_tokens)
    specials = ENCODING._special_tokens
    config = transformers.WhisperConfig(
        vocab_size=size, num_mel_bins=80, d_model=HIDDEN, encoder_layers=LAYERS, decoder_layers=LAYERS,
        encoder_attention_heads=HEADS, decoder_attention_heads=HEADS, encoder_ffn_dim=4 * HIDDEN,
        decoder_ffn_dim=4 * HIDDEN, max_source_positions=1500, max_target_positions=448,
        bos_token_id=specials["<|endoftext|>"], eos_token_id=specials["<|endoftext|>"],
        pad_token_id=specials["<|endoftext|>"], decoder_start_token_id=specials["<|startoftranscript|>"],
        suppress_tokens=None, begin_suppress_tokens=None, architectures=["WhisperForConditionalGeneration"])
    torch.manual_seed(seed)
    model = transformers.WhisperForConditionalGeneration._from_config(config, attn_implementation="eager").eval()
    begin, end = specials["<|0.00|>"], specials["<|endoftext|>"]
    with torch.no_grad():
        for key, weight in model.named_parameters():
            is_norm = "layer_norm" in key
            scale = 0.3 if "conv" not in key else 0.12
            weight.copy_((1 if is_norm and key.endswith("weight") else 0) + scale * torch.randn_like(weight))
        # Positions of the decoder turn slowly towards later timestamps and the end, so that texts have a shape.
        embedding = model.model.decoder.embed_tokens.weight
        course = torch.randn(2, HIDDEN)
        angle = torch.linspace(0, 3.0, 1501)[:, None]
        embedding[begin:] = 0.5 * embedding[begin:] + 0.22 * (torch.cos(angle) * course[0] + torch.sin(angle) * course[1])
        positions = model.model.decoder.embed_positions.weight
        angle = torch.linspace(0, 9.0, positions.shape[0])[:, None]
        positions += 0.5 * (torch.cos(angle) * course[0] + torch.sin(angle) * course[1])
        embedding[end] += 0.25 * course[1]
        for weight in model.parameters():
            weight.copy_(weight.half())
    special = lambda name: specials[f"<|{name}|>"]
    model.generation_config = transformers.GenerationConfig(
        bos_token_id=end, eos_token_id=end, pad_token_id=end, decoder_start_token_id=special("startoftranscript"),
        alignment_heads=ALIGNMENT_HEADS, no_timestamps_token_id=special("notimestamps"), is_multilingual=True,
        max_initial_timestamp_index=50, return_timestamps=False, max_length=448, prev_sot_token_id=special("startofprev"),
        task_to_id={"transcribe": special("transcribe"), "translate": special("translate")},
        lang_to_id={f"<|{code}|>": special(code) for code in whisper.tokenizer.LANGUAGES})
    return model


def openai_model(model):
    names = [
        ("model.", ""), ("layers", "blocks"), ("encoder_attn_layer_norm", "cross_attn_ln"), ("encoder_attn", "cross_attn"),
        ("self_attn_layer_norm", "attn_ln"), ("self_attn", "attn"), ("final_layer_norm", "mlp_ln"), ("q_proj", "query"),
        ("k_proj", "key"), ("v_proj", "value"), ("out_proj", "out"), ("fc1", "mlp.0"), ("fc2", "mlp.2"),
        ("embed_tokens", "token_embedding"), ("encoder.layer_norm", "encoder.ln_post"), ("decoder.layer_norm", "decoder.ln"),
        ("encoder.embed_positions.weight", "encoder.positional_embedding"),
        ("decoder.embed_positions.weight", "decoder.positional_embedding")]
    state = {}
    for key, value in model.state_dict().items():
        if key.startswith("proj_out"):
            continue
        for old, new in names:
            key = key.replace(old, new)
        state[key] = value.float()
    config = model.config
    dims = whisper.model.ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=HIDDEN, n_audio_head=HEADS, n_audio_layer=LAYERS,
        n_vocab=config.vocab_size, n_text_ctx=448, n_text_state=HIDDEN, n_text_head=HEADS, n_text_layer=LAYERS)
    other = Model(dims).eval()
    other.load_state_dict(state)
    mask = torch.zeros(LAYERS, HEADS, dtype=torch.bool)
    for layer, head in ALIGNMENT_HEADS:
        mask[layer, head] = True
    other.register_buffer("alignment_heads", mask.to_sparse(), persistent=False)
    return other


EXTRACTOR = transformers.WhisperFeatureExtractor(feature_size=80)


def features(audio):
    return torch.tensor(EXTRACTOR(audio[:480000], sampling_rate=16000, return_tensors="np").input_features[0])


class WindowFeatures:
    """Stands for the spectrogram of a file; a slice is the features of the window that begins there."""

    def __init__(self, audio):
        self.audio = audio
        self.shape = (80, len(audio) // 160 + 3000)

    def __getitem__(self, key):
        return features(self.audio[key[1].start * 160:])


def transcribe(model, audio, **options):
    module = sys.modules["whisper.transcribe"]
    module.log_mel_spectrogram = lambda audio, n_mels, padding: WindowFeatures(audio)
    module.pad_or_trim = lambda mel, length: mel[:, 0:length] if isinstance(mel, WindowFeatures) else mel
    torch.manual_seed(0)
    result = module.transcribe(model, audio, fp16=False, verbose=None, **options)
    segments = [s for s in result["segments"] if s["tokens"]]
    for segment in segments:
        segment["words"] = [[w["word"], round(float(w["start"]), 4), round(float(w["end"]), 4), float(w["probability"])]
                            for w in segment.get("words") or []]
    return dict(language=result["language"], segments=segments)


def check_generate(model, openai, audio):
    """Greedy tokens of one window, with timestamps and without."""
    tokenizer = whisper.tokenizer.get_tokenizer(True, num_languages=100, language="en", task="transcribe")
    suppressed = sorted(set(tokenizer.non_speech_tokens) | {
        tokenizer.transcribe, tokenizer.translate, tokenizer.sot, tokenizer.sot_prev, tokenizer.sot_lm, tokenizer.no_speech})
    mel = features(audio)
    for timestamps in (True, False):
        if not timestamps:  # both leave them to the model, and transformers cuts there
            suppressed = suppressed + list(range(tokenizer.timestamp_begin, model.config.vocab_size))
        ours = whisper.decode(openai, mel, whisper.DecodingOptions(
            language="en", fp16=False, without_timestamps=not timestamps,
            suppress_tokens=[-1] + suppressed)).tokens
        theirs = model.generate(
            mel[None], language="en", task="transcribe", return_timestamps=timestamps, max_new_tokens=224,
            suppress_tokens=suppressed, begin_suppress_tokens=tokenizer.encode(" ") + [tokenizer.eot],
            num_beams=1, do_sample=False)[0].tolist()
        # The prompt is part of the result, in whole or in part; random weights write such tokens, too.
        ours, theirs = ([t for t in tokens if t < tokenizer.eot or t >= tokenizer.timestamp_begin]
                        for tokens in (ours, theirs))
        # After the last pair of timestamps transformers goes on with the audio behind it.
        begin = tokenizer.timestamp_begin
        pairs = [i + 1 for i in range(len(ours) - 1) if ours[i] >= begin and ours[i + 1] >= begin]
        count = pairs[-1] if timestamps and pairs else len(ours)
        count = min(count, len(theirs))
        assert theirs[:count] == ours[:count] and count > 20, (timestamps, ours, theirs)


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    model = random_model(seed)
    openai = openai_model(model)
    plain = dict(temperature=0.0, compression_ratio_threshold=None, logprob_threshold=None, no_speech_threshold=None)
    cases = []
    for made, options in [
        ((1, 11.0, False), dict(**plain)),
        ((2, 47.3, True), dict(**plain)),
        ((2, 47.3, True), dict(**plain, language="de", task="translate", initial_prompt="Americans ask not")),
        ((3, 20.5, True), dict(**plain, word_timestamps=True, language="en")),
        ((4, 33.0, False), dict(**plain, word_timestamps=True, language="fr")),
        ((5, 8.0, False), dict(**plain, without_timestamps=True, language="en", suppress_tokens=[-1] + list(range(528, 2029)))),
        ((6, 70.0, True), dict(**plain, suppress_tokens=[-1, 70, 71], max_initial_timestamp=5.0, language="ja")),
    ]:
        audio = samples(*made)
        result = transcribe(openai, audio, **options)
        _, probabilities = openai.detect_language(features(audio), whisper.tokenizer.get_tokenizer(True, num_languages=100))
        best = max(probabilities, key=probabilities.get)
        no_speech = [s["no_speech_prob"] for s in result["segments"]]
        cases.append(dict(samples=made, options={k: v for k, v in options.items() if k not in plain}, detected=[best, probabilities[best]], **result))
        print(made, result["language"], len(result["segments"]), [len(s["tokens"]) for s in result["segments"]][:12],
              [(s["start"], s["end"]) for s in result["segments"]][:6], no_speech[:2])
    for made in [(1, 11.0, False), (7, 30.0, True)]:
        check_generate(model, openai, samples(*made))
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    tensors = {key: value.half().contiguous() for key, value in model.state_dict().items() if not key.startswith("proj_out")}
    save_file(tensors, OUT / "model.safetensors", metadata={"format": "pt"})
    model.config.save_pretrained(OUT)
    model.generation_config.save_pretrained(OUT)
    (OUT / "golden.json").write_text(json.dumps(dict(cases=cases), ensure_ascii=False, separators=(",", ":")) + "\n")
    manifest = {
        "script": "Scripts/goldens/make_transcription_model.py",
        "command": "python Scripts/goldens/make_transcription_model.py",
        "versions": {"python": sys.version.split()[0]} | {
            name: importlib.metadata.version(name) for name in ("openai-whisper", "transformers", "torch", "numpy")},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(OUT.iterdir())},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
