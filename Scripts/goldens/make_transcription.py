"""Writes Tests/Fixtures/transcription: what openai-whisper makes of tokens, texts and times, without any weights.

    rules.json      token histories and the ids that may come next (ApplyTimestampRules and its companions, which are
                    checked against transformers' WhisperTimeStampLogitsProcessor here)
    loop.json       scripted decodings and the segments, prompts and positions of `transcribe`
    deflate.json    lengths of zlib's level 6
    words.json      split_to_word_tokens
    alignment.json  cross attention scores and the word timings of find_alignment and add_word_timestamps
    prompts.json    initial tokens, suppressed tokens
    formats.json    what get_writer writes

    python Scripts/goldens/make_transcription.py
"""
import base64
import hashlib
import importlib.metadata
import io
import json
import pathlib
import random
import sys
import types
import zlib

import numpy as np
import torch
import transformers
import whisper.decoding
import whisper.timing
import whisper.tokenizer
from whisper.transcribe import transcribe
import whisper.utils
from transformers.generation.logits_process import WhisperTimeStampLogitsProcessor

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/transcription"
MULTILINGUAL = whisper.tokenizer.get_tokenizer(True, num_languages=99, language="en", task="transcribe")
TEXTS = {
    "en": ["Hello, world! It's a (small) \"test\" -- of 3.14 words...", "And so my fellow Americans ask not", "¿Qué? ¡No! {a} [b]"],
    "de": ["Übermäßig große Vögel flogen über den Fluss; 'so' sagt man."],
    "zh": ["你好，世界。今天天气很好！“真的吗？”", "𠜎𠜱 emoji 😀👍🏽 混合 text"],
    "ja": ["こんにちは、世界。カタカナもあります"],
    "th": ["สวัสดีชาวโลก"],
    "yue": ["你哋好嗎？"],
    "ar": ["مرحبا بالعالم، كيف حالك؟"],
    "ru": ["Привет, мир! Как дела?"],
}


def table(tokens):
    """The bytes of the tokens, for tests without the vocabulary."""
    return {str(t): base64.b64encode(MULTILINGUAL.encoding.decode_single_token_bytes(t)).decode() for t in sorted(set(tokens))}


def rules(rng):
    eot, begin, size = 40, 52, 96  # ids: text, eot, specials, 51 no timestamps, 44 timestamps
    tokenizer = types.SimpleNamespace(eot=eot, timestamp_begin=begin, no_timestamps=51, encode=lambda _: [3])
    cases = []
    for _ in range(1500):
        length = rng.choice([0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 12])
        history, stamp = [], begin
        for _ in range(length):
            kind = rng.random()
            if kind < 0.45:
                stamp = min(size - 1, stamp + rng.choice([0, 0, 0, 1, 2, 9]))
                history.append(stamp if rng.random() < 0.9 else rng.randrange(begin, size))
            else:
                history.append(rng.randrange(0, eot))
        suppressed = sorted(rng.sample(range(size), rng.choice([0, 0, 3, 12])))
        suppress_blank = rng.random() < 0.5
        initial = rng.choice([None, 1, 5, 20, 60])
        with_timestamps = rng.random() < 0.85

        def apply(logits, hugging_face):
            tokens = torch.tensor([[45, 46, 47] + history])
            logits = logits.clone()[None]
            if suppress_blank:
                whisper.decoding.SuppressBlank(tokenizer, 3).apply(logits, tokens)
            if suppressed:
                whisper.decoding.SuppressTokens(suppressed).apply(logits, tokens)
            if with_timestamps and not hugging_face:
                whisper.decoding.ApplyTimestampRules(tokenizer, 3, initial).apply(logits, tokens)
            if with_timestamps and hugging_face:
                config = transformers.GenerationConfig(eos_token_id=eot, no_timestamps_token_id=51)
                config.max_initial_timestamp_index = initial
                logits = WhisperTimeStampLogitsProcessor(config, begin_index=3)(tokens, logits)
            return logits[0]

        for trial in range(3):  # timestamps and text of like probability
            logits = torch.tensor(np.random.default_rng(rng.getrandbits(32)).normal(size=size) * 3, dtype=torch.float32)
            if trial:
                logits[begin:] -= 3
            assert torch.equal(apply(logits, False), apply(logits, True)), (history, initial)
        # Text far above timestamps, so that the sum of timestamps bans nothing.
        logits = torch.zeros(size)
        logits[begin:] = -1000
        allowed = torch.isfinite(apply(logits, False)).tolist()
        bits = sum(1 << i for i, a in enumerate(allowed) if a)
        cases.append([history, suppressed, int(suppress_blank), -1 if initial is None else initial, int(with_timestamps), f"{bits:x}"])
    return {"eot": eot, "timestamp_begin": begin, "no_timestamps": 51, "blank": [3], "size": size, "cases": cases}


def random_window(rng, pool, begin, frames):
    """Tokens as the rules allow them; sometimes without pairs, ending with one timestamp, two, or text."""
    tokens, stamp = [], rng.choice([0, 0, 0, 10, 50])
    last = frames // 2
    for _ in range(rng.choice([0, 1, 1, 2, 3, 5])):
        tokens.append(begin + stamp)
        tokens += [rng.choice(pool) for _ in range(rng.choice([0, 1, 3, 6]))] or [rng.choice(pool)]
        stamp = min(1500, stamp + rng.choice([1, 20, 100, 300]))
        if rng.random() < 0.9:
            stamp = min(stamp, max(last, 1))
        tokens.append(begin + stamp)
        if stamp >= last:
            break
    end = rng.random()
    if tokens and end < 0.25:
        tokens += [tokens[-1]] + [rng.choice(pool) for _ in range(rng.choice([1, 4]))]
    elif tokens and end < 0.4:
        tokens += [tokens[-1]]
    if not tokens:
        tokens = [begin] + [rng.choice(pool) for _ in range(rng.choice([1, 4, 9]))]
    if rng.random() < 0.1:
        tokens = tokens[:1] + [rng.choice(pool)] * rng.choice([30, 90])
    return tokens


def loop(rng):
    pool = sorted({t for texts in TEXTS.values() for text in texts for t in MULTILINGUAL.encode(text)})
    cases = []
    for index in range(60):
        seconds = rng.choice([3.217, 12.5, 31.0, 45.75, 70.01, 100.0])
        samples = int(seconds * 16000)
        calls, script = [], []
        options = dict(
            temperature=rng.choice([(0.0,), (0.0, 0.4, 0.8), (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)]),
            compression_ratio_threshold=rng.choice([2.4, None, 1.2]), logprob_threshold=rng.choice([-1.0, None, -0.4]),
            no_speech_threshold=rng.choice([0.6, None, 0.3]), condition_on_previous_text=True,
            initial_prompt=rng.choice([None, "Martlets, swifts."]), best_of=rng.choice([1, 3]))

        def decode(segment, decoding):
            group = decoding.best_of or 1
            attempts = [dict(tokens=random_window(rng, pool + [220] * 3, MULTILINGUAL.timestamp_begin, int(min(3000, samples / 160))),
                             sum_logprob=round(-rng.random() * rng.choice([2, 20, 60]), 3)) for _ in range(group)]
            no_speech = round(rng.random() ** 2, 3)
            best = whisper.decoding.MaximumLikelihoodRanker(None).rank(
                [[a["tokens"] for a in attempts]], [[a["sum_logprob"] for a in attempts]])[0]
            chosen = attempts[best]
            text = MULTILINGUAL.decode(chosen["tokens"]).strip()
            prompt = decoding.prompt or []
            calls.append(dict(temperature=decoding.temperature, prompt=list(prompt)[-223:], attempts=attempts, no_speech_prob=no_speech))
            return whisper.decoding.DecodingResult(
                audio_features=None, language="en", tokens=chosen["tokens"], text=text,
                avg_logprob=chosen["sum_logprob"] / (len(chosen["tokens"]) + 1), no_speech_prob=no_speech,
                temperature=decoding.temperature, compression_ratio=whisper.utils.compression_ratio(text))

        model = types.SimpleNamespace(
            device=torch.device("cpu"), is_multilingual=True, num_languages=99, decode=decode,
            dims=types.SimpleNamespace(n_mels=80, n_audio_ctx=1500, n_text_ctx=448))
        result = transcribe(
            model, np.zeros(samples, dtype=np.float32), language="en", fp16=False, verbose=None, **options)
        segments = [s for s in result["segments"] if s["tokens"]]
        for segment in segments:
            del segment["id"]
        cases.append(dict(samples=samples, options=options, calls=calls, segments=segments,
                          text="".join(s["text"] for s in segments)))
    return {"bytes": table(pool + [220]), "prompts": {" Martlets, swifts.": MULTILINGUAL.encode(" Martlets, swifts.")}, "cases": cases}


def pseudo_text(seed, length, alphabet, repeats):
    """As the test makes it: a linear congruential generator picks letters, or copies from what there is."""
    state, out = seed, bytearray()
    while len(out) < length:
        state = (state * 1664525 + 1013904223) % (1 << 32)
        pick = state >> 8
        if out and pick % 100 < repeats:
            distance = pick // 100 % len(out) + 1
            for _ in range(pick % 37 + 1):
                out.append(out[-distance])
        else:
            out.append(32 + pick % alphabet)
    return bytes(out[:length])


def deflate(rng):
    def length(data):
        return len(zlib.compress(data))

    texts = [""] + [t for texts in TEXTS.values() for t in texts]
    texts += [t * n for t in texts[1:6] for n in (2, 7, 40)] + ["a" * n for n in (1, 2, 3, 4, 5, 257, 258, 259, 260, 600)]
    texts += [" ".join(rng.choice("you the and of thank for watching".split()) for _ in range(n)) for n in (5, 30, 200, 500)]
    generated = [[seed, size, alphabet, repeats] for seed, (size, alphabet, repeats) in enumerate(
        (size, alphabet, repeats) for size in (10, 100, 700, 3000, 17000, 40000, 65000)
        for alphabet in (2, 20, 94, 200) for repeats in (0, 3, 30))]
    return {
        "texts": [[t, length(t.encode())] for t in texts],
        "generated": [g + [length(pseudo_text(*g))] for g in generated],
    }


def words():
    cases, used = [], []
    for language, texts in TEXTS.items():
        tokenizer = whisper.tokenizer.get_tokenizer(True, num_languages=100, language=language, task="transcribe")
        for text in texts:
            for prefix in ("", " "):
                tokens = tokenizer.encode(prefix + text)
                for cut in (len(tokens), len(tokens) // 2, 3):
                    part = tokens[:cut] + [tokenizer.eot]
                    split, split_tokens = tokenizer.split_to_word_tokens(part)
                    used += part
                    cases.append(dict(language=language, tokens=part, words=split, word_tokens=split_tokens))
    return {"bytes": table(used), "eot": MULTILINGUAL.eot, "cases": cases}


class Attention(torch.nn.Module):
    def forward(self, scores):
        return None, scores


def alignment(rng):
    cases, used = [], []
    for index in range(14):
        language = rng.choice(["en", "en", "de", "zh"])
        tokenizer = whisper.tokenizer.get_tokenizer(True, num_languages=99, language=language, task="transcribe")
        texts = [rng.choice(TEXTS[language])[: rng.choice([12, 25, 40])] for _ in range(rng.choice([1, 1, 2]))]
        if index % 4 == 3:
            texts = [" " + t for t in texts]
        per_segment = [tokenizer.encode(t) for t in texts]
        tokens = [t for part in per_segment for t in part]
        used += tokens
        frames = rng.choice([7, 40, 90, 150, 151])
        count = len(tokenizer.sot_sequence) + 1 + len(tokens) + 1
        heads = rng.choice([1, 2, 3])
        positions = frames // 2 + 3
        generator = np.random.default_rng(rng.getrandbits(32))
        scores = generator.normal(size=(heads, count, positions)) * 1.0
        for token in range(count):  # a diagonal, as real heads have
            centre = (token - 3) / max(count - 4, 1) * frames / 2
            scores[:, token] += 4 * np.exp(-((np.arange(positions) - centre) ** 2) / rng.choice([4, 30]))
        scores = np.round(scores, 2).astype(np.float32)
        logits = np.round(generator.normal(size=(count, tokenizer.eot)).astype(np.float32), 2)
        for row, token in enumerate(tokens):
            logits[len(tokenizer.sot_sequence) + row, token] += rng.choice([2, 9])

        class Model:
            dims = types.SimpleNamespace(n_text_layer=heads)
            device = torch.device("cpu")
            alignment_heads = torch.eye(heads)[:, :1].bool().to_sparse() if heads == 1 else None

            def __init__(self):
                self.decoder = types.SimpleNamespace(blocks=[types.SimpleNamespace(cross_attn=Attention()) for _ in range(heads)])
                mask = torch.ones(heads, 1, dtype=torch.bool)
                self.alignment_heads = mask.to_sparse()

            def __call__(self, mel, ids):
                for head, block in enumerate(self.decoder.blocks):
                    block.cross_attn(torch.tensor(scores[head])[None, None])
                return torch.tensor(logits)[None]

        model = Model()
        probabilities = torch.tensor(logits)[len(tokenizer.sot_sequence):].softmax(dim=-1)[np.arange(len(tokens)), tokens]
        timings = whisper.timing.find_alignment(model, tokenizer, tokens, torch.zeros(80, 3000), frames)
        timing_values = [[t.word, t.tokens, t.start, t.end, t.probability] for t in timings]
        seek = rng.choice([0, 0, 1234])
        begin = tokenizer.timestamp_begin
        offset = seek / 100
        bounds = [0.0] + [round(frames / 100 * (i + 1) / len(texts) / 0.02) * 0.02 for i in range(len(texts))]
        segments = [dict(seek=seek, start=offset + bounds[i], end=offset + bounds[i + 1], tokens=[begin] + part + [begin + 1])
                    for i, part in enumerate(per_segment)]
        before = [dict(s) for s in segments]
        last_speech = rng.choice([0.0, offset])
        whisper.timing.add_word_timestamps(
            segments=segments, model=model, tokenizer=tokenizer, mel=torch.zeros(80, 3000), num_frames=frames,
            last_speech_timestamp=last_speech)
        cases.append(dict(
            language=language, tokens=tokens, start_sequence=len(tokenizer.sot_sequence), frames=frames, heads=heads,
            positions=positions, scores=[round(float(x), 2) for x in scores.ravel()], probabilities=[float(p) for p in probabilities],
            timings=timing_values, last_speech=last_speech, before=before, segments=segments))
    small = []
    for rows, columns in [(1, 1), (1, 5), (5, 1), (3, 9), (8, 20), (12, 12)]:
        for ties in (False, True):
            x = np.round(np.random.default_rng(rng.getrandbits(32)).normal(size=(rows, columns)), 0 if ties else 3)
            path = whisper.timing.dtw_cpu(x.astype(np.float64))
            small.append(dict(rows=rows, columns=columns, costs=x.ravel().tolist(), path=path.tolist()))
    medians = []
    for size in (1, 3, 4, 5, 9, 30):
        x = np.round(np.random.default_rng(rng.getrandbits(32)).normal(size=size), 2).astype(np.float32)
        y = whisper.timing.median_filter(torch.tensor(x)[None, None], 7)[0, 0]
        medians.append([x.astype(float).tolist(), y.double().tolist()])
    return {"bytes": table(used + [MULTILINGUAL.eot]), "eot": MULTILINGUAL.eot, "cases": cases, "dtw": small, "medians": medians}


def prompts(rng):
    cases = []
    for multilingual in (True, False):
        model = types.SimpleNamespace(
            is_multilingual=multilingual, num_languages=99, decoder=types.SimpleNamespace(blocks=[]),
            dims=types.SimpleNamespace(n_text_ctx=448, n_audio_ctx=1500))
        for language in ("en", "de", "cy"):
            for task in ("transcribe", "translate"):
                for previous in ([], [5, 6, 7], list(range(300))):
                    options = whisper.decoding.DecodingOptions(
                        language=language, task=task, prompt=previous, without_timestamps=rng.random() < 0.5)
                    decoding = whisper.decoding.DecodingTask(model, options)
                    cases.append(dict(multilingual=multilingual, language=language, task=task, previous=len(previous) and [previous[0], previous[-1]],
                                      timestamps=not options.without_timestamps, tokens=list(decoding.initial_tokens),
                                      start=decoding.sot_index))
    model.is_multilingual = True
    suppressed = [
        dict(asked=asked, tokens=list(whisper.decoding.DecodingTask(
            model, whisper.decoding.DecodingOptions(language="en", suppress_tokens=asked))._get_suppress_tokens()))
        for asked in ([-1], [1, 2, 3], [-1, 7], [50257])]
    special = {k: getattr(MULTILINGUAL, k) for k in (
        "eot", "sot", "translate", "transcribe", "sot_lm", "sot_prev", "no_speech", "no_timestamps", "timestamp_begin")}
    english = whisper.tokenizer.get_tokenizer(False)
    special_english = {k: getattr(english, k) for k in special}
    languages = [[c, t] for c, t in zip(MULTILINGUAL.all_language_codes, MULTILINGUAL.all_language_tokens)]
    return {"cases": cases, "non_speech": list(MULTILINGUAL.non_speech_tokens), "suppressed": suppressed, "special": special,
            "special_english": special_english, "languages": sorted(languages, key=lambda x: x[1])}


def formats(rng):
    def write(name, result):
        file = io.StringIO()
        whisper.utils.get_writer(name, ".").write_result(result, file)
        return file.getvalue()

    cases = []
    texts = [" Hello there.", " ¿Qué tal? a --> b", "\t tab\tand  spaces ", "日本語。", " quote \" and \\ back", " 😀 emoji \x7f\x1f", ""]
    for with_words in (False, True):
        for count in (0, 1, 4, 7):
            time = rng.choice([0.0, 3599.98, 7203.5])
            segments = []
            for index in range(count):
                text = texts[index % len(texts)] if not with_words else texts[index % len(texts)].replace("-->", "->")
                length = rng.choice([0.02, 1.0, 2.5, 7.0005])
                segment = dict(id=index, seek=int(time * 100), start=time, end=time + length, text=text,
                               tokens=[50364, 1, 2, 50364 + int(length / 0.02)], temperature=rng.choice([0.0, 0.2, 1.0]),
                               avg_logprob=-rng.random(), compression_ratio=rng.random() * 3, no_speech_prob=rng.random() ** 8)
                if with_words:
                    parts = [(" " if i else "") + w for i, w in enumerate(text.split(" "))] if text else []
                    if index == 3:
                        parts = [" long"] * 260
                    segment["words"] = [dict(word=w, start=round(time + i * 0.1, 2), end=round(time + (i + 1) * 0.1, 2),
                                             probability=rng.random()) for i, w in enumerate(parts) if w]
                segments.append(segment)
                time += length + rng.choice([0, 0.5])
            result = dict(text="".join(s["text"] for s in segments), segments=segments, language="en")
            cases.append(dict(result=result, **{name: write(name, result) for name in ("txt", "vtt", "srt", "tsv", "json")}))
    return {"cases": cases}


def main():
    rng = random.Random(7)
    torch.manual_seed(7)
    OUT.mkdir(exist_ok=True)
    made = dict(rules=rules(rng), loop=loop(rng), deflate=deflate(rng), words=words(), alignment=alignment(rng),
                prompts=prompts(rng), formats=formats(rng))
    files = []
    for name, value in made.items():
        path = OUT / f"{name}.json"
        path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")
        files.append(path)
    manifest = {
        "script": "Scripts/goldens/make_transcription.py",
        "command": "python Scripts/goldens/make_transcription.py",
        "versions": {"python": sys.version.split()[0], "zlib": zlib.ZLIB_RUNTIME_VERSION} | {
            name: importlib.metadata.version(name) for name in ("openai-whisper", "transformers", "torch", "numpy")},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
