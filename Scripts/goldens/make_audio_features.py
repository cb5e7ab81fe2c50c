"""Writes Tests/Fixtures/audio_features: log-mel features, voice activity and speech ranges as the references make them.

- filters.json: mel filter banks of transformers' WhisperFeatureExtractor (zeros left out).
- features.json: rows of its features of signals both sides compute (`SIGNALS`), and the mean of all rows.
- ranges.json: probability sequences in hundredths, options, and faster-whisper's get_speech_timestamps of them.
- speech.ulaw, speech.json: espeak-ng speech, 16 kHz, mu-law by its formula, and Silero VAD's verdict on its frames
  (silero-vad 6.2, ONNX) as 0 and 1, with the silence laid out as the test does.
- silero.json: probabilities of the Silero network with weights both sides compute, by numpy in float64.

    python Scripts/goldens/make_audio_features.py        (needs espeak-ng)
"""
import hashlib
import importlib.metadata
import json
import pathlib
import subprocess
import tempfile

import faster_whisper.vad
import numpy as np
import onnxruntime
import scipy.signal
import soundfile
from transformers import WhisperFeatureExtractor

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/audio_features"


def noise(count, seed):
    """Numbers in -1 ..< 1 from a hash of their index: the same in Swift."""
    h = (np.arange(count, dtype=np.uint64) * 2654435761 + seed * 40503) & 0xFFFFFFFF
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    h ^= h >> np.uint64(13)
    return ((h >> np.uint64(8)).astype(np.float32) / np.float32(1 << 23) - np.float32(1))


def tone(count, hertz):
    return np.sin(2 * np.pi * hertz * np.arange(count) / 16000).astype(np.float32)


def square(count):
    return np.where(np.arange(count) // 37 % 2 == 0, 1, -1).astype(np.float32)


SIGNALS = [
    ("noise", noise(480000, 1) * np.float32(0.1)),
    ("three seconds", noise(48077, 2) * np.float32(0.3)),
    ("quiet", noise(160000, 3) * np.float32(1e-4)),
    ("silence", np.zeros(16000, np.float32)),
    ("empty", np.zeros(0, np.float32)),
    ("one sample", np.full(1, 0.5, np.float32)),
    ("399 samples", noise(399, 4)),
    ("400 samples", noise(400, 4)),
    ("constant", np.full(480000, 0.5, np.float32)),
    ("square", square(100000)),
    ("nearly full", noise(479990, 5)),
    ("tone", tone(480000, 440) * np.float32(0.9)),
    ("too long", noise(500000, 6)),
]


def features():
    cases, filters = [], {}
    for bins in (80, 128):
        extractor = WhisperFeatureExtractor(feature_size=bins)
        bank = extractor.mel_filters.T.astype(np.float32)
        filters[str(bins)] = [
            dict(first=int(np.nonzero(row)[0][0]), weights=[float(f"{w:.8g}") for w in row[np.nonzero(row)[0]]])
            for row in bank]
        for name, signal in SIGNALS:
            padded = np.zeros(480000, np.float32)
            padded[:min(len(signal), 480000)] = signal[:480000]
            mel = extractor._np_extract_fbank_features(padded[None], "cpu")[0].T
            last = min(2999, len(signal) // 160)
            rows = sorted({0, 1, 2, max(0, last - 2), last, min(2999, last + 1), 2999})
            if bins == 128:
                rows = rows[::3]
            cases.append(dict(
                name=name, bins=bins, mean=float(f"{mel.astype(np.float64).mean():.8g}"),
                rows=[dict(row=r, values=[float(f"{v:.7g}") for v in mel[r]]) for r in rows]))
    return filters, cases


def ranges():
    """Random probability sequences through faster-whisper's function, its network replaced by the sequence."""
    rng = np.random.default_rng(7)
    choices = [
        dict(), dict(min_silence_duration_ms=160, max_speech_duration_s=30),
        dict(min_silence_duration_ms=100, speech_pad_ms=30, min_speech_duration_ms=250),
        dict(min_silence_duration_ms=500, max_speech_duration_s=4, speech_pad_ms=200),
        dict(min_silence_duration_ms=2000, max_speech_duration_s=6, speech_pad_ms=0, threshold=0.6),
        dict(min_silence_duration_ms=0, speech_pad_ms=0, neg_threshold=0.5),
        dict(min_silence_duration_ms=300, max_speech_duration_s=3, speech_pad_ms=100, min_speech_duration_ms=400),
        dict(min_silence_duration_ms=160, speech_pad_ms=1000, min_speech_duration_ms=600, neg_threshold=0.2),
    ]
    cases = []
    for index in range(64):
        frames = int(rng.integers(0, 400))
        stay = rng.choice([0.6, 0.9, 0.97])
        state, hundredths = rng.random() < 0.5, []
        for _ in range(frames + 1):
            state = state if rng.random() < stay else not state
            hundredths.append(int(np.clip(rng.normal(75 if state else 20, 20), 0, 100)))
        length = frames * 512 + int(rng.choice([0, 1, 300, 511]))
        options = choices[index % len(choices)]
        probabilities = np.array(hundredths, np.float32) / np.float32(100)
        faster_whisper.vad.get_vad_model = lambda: lambda audio: probabilities
        found = faster_whisper.vad.get_speech_timestamps(
            np.zeros(length, np.float32), faster_whisper.vad.VadOptions(**options))
        cases.append(dict(
            length=length, hundredths=hundredths, options=options, ranges=[[r["start"], r["end"]] for r in found]))
    return cases


def silero_onnx(signal, path):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    state, context, out = np.zeros((2, 1, 128), np.float32), np.zeros((1, 64), np.float32), []
    for start in range(0, len(signal) - 511, 512):
        frame = signal[None, start:start + 512]
        probability, state = session.run(
            None, dict(input=np.concatenate([context, frame], 1), state=state, sr=np.array(16000, np.int64)))
        context = frame[:, -64:]
        out.append(float(probability[0, 0]))
    return out


def speech(model):
    sentences = [
        ("en-us", 150, "And so my friends, ask what you can do."), ("en-gb+f3", 170, "Please leave a message."),
    ]
    parts = []
    for voice, speed, text in sentences:
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", file.name, text], check=True)
            samples, rate = soundfile.read(file.name)
        samples = scipy.signal.resample_poly(samples, 320, 441) if rate == 22050 else samples
        parts.append(samples / np.abs(samples).max() * 0.7)
    joined = np.concatenate(parts)
    code = np.clip(np.round(np.sign(joined) * np.log1p(255 * np.abs(joined)) / np.log(256) * 127), -127, 127)
    (OUT / "speech.ulaw").write_bytes((code + 128).astype(np.uint8).tobytes())
    decoded = lambda c: np.sign(c) * (256 ** (np.abs(c) / 127) - 1) / 255
    first, second = (decoded(c).astype(np.float32) for c in np.split(code, [len(parts[0])]))
    silent = lambda seconds: np.zeros(seconds * 16000, np.float32)
    laid_out = np.concatenate([first, silent(2), second * np.float32(0.1), silent(4), first, silent(1)])
    verdict = "".join("1" if p >= 0.5 else "0" for p in silero_onnx(laid_out, model))
    return dict(firstLength=len(first), secondLength=len(second), silero=verdict)


SHAPES = [
    *((f"_model.encoder.{i}.reparam_conv.{part}", shape, part == "weight")
      for i, (inputs, outputs) in enumerate([(129, 128), (128, 64), (64, 64), (64, 128)])
      for part, shape in (("weight", (outputs, inputs, 3)), ("bias", (outputs,)))),
    ("_model.decoder.rnn.weight_ih", (512, 128), False), ("_model.decoder.rnn.weight_hh", (512, 128), False),
    ("_model.decoder.rnn.bias_ih", (512,), False), ("_model.decoder.rnn.bias_hh", (512,), False),
    ("_model.decoder.decoder.2.weight", (128,), True), ("_model.decoder.decoder.2.bias", (), False),
    ("_model.stft.forward_basis_buffer", (258, 1, 256), True),
]


def silero():
    """The network in float64 with weights of multiples of 1/1024 (exact as halves), on noise that comes and goes."""
    tensors = {}
    for index, (name, shape, _) in enumerate(SHAPES):
        count = int(np.prod(shape))
        # Larger ones in the decoder, so that the probabilities differ.
        values = np.floor(noise(count, 100 + index).astype(np.float64) * (1024 if "decoder" in name else 128)) / 1024
        tensors[name] = values.reshape(shape)
    signal = (noise(20 * 512, 99) * (1 + np.arange(20 * 512) // 1024 % 3)).astype(np.float64) * 0.25
    sigmoid = lambda x: 1 / (1 + np.exp(-x))
    hidden, cell, context, out = np.zeros(128), np.zeros(128), np.zeros(64), []
    basis = tensors["_model.stft.forward_basis_buffer"][:, 0]
    for frame in signal.reshape(-1, 512):
        heard = np.pad(np.concatenate([context, frame]), (0, 64), "reflect")
        context = frame[-64:]
        parts = np.stack([basis @ heard[128 * k:128 * k + 256] for k in range(4)], 1)
        x = np.sqrt(parts[:129] ** 2 + parts[129:] ** 2)
        for layer, step in enumerate((1, 2, 2, 1)):
            weight = tensors[f"_model.encoder.{layer}.reparam_conv.weight"]
            bias = tensors[f"_model.encoder.{layer}.reparam_conv.bias"]
            padded = np.pad(x, ((0, 0), (1, 1)))
            columns = [np.tensordot(weight, padded[:, k:k + 3], 2) + bias for k in range(0, x.shape[1], step)]
            x = np.maximum(np.stack(columns, 1), 0)
        gates = tensors["_model.decoder.rnn.weight_ih"] @ x[:, 0] + tensors["_model.decoder.rnn.bias_ih"]
        gates += tensors["_model.decoder.rnn.weight_hh"] @ hidden + tensors["_model.decoder.rnn.bias_hh"]
        i, f, g, o = np.split(gates, 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        hidden = sigmoid(o) * np.tanh(cell)
        final = np.maximum(hidden, 0) @ tensors["_model.decoder.decoder.2.weight"]
        out.append(float(sigmoid(final + tensors["_model.decoder.decoder.2.bias"])))
    return out


def main():
    import silero_vad
    model = pathlib.Path(silero_vad.__file__).parent / "data/silero_vad.onnx"
    OUT.mkdir(parents=True, exist_ok=True)
    filters, cases = features()
    files = dict(filters=filters, features=cases, ranges=ranges(), speech=speech(model), silero=silero())
    for name, value in files.items():
        (OUT / f"{name}.json").write_text(json.dumps(value, separators=(",", ":")) + "\n")
    version = importlib.metadata.version
    espeak = subprocess.run(["espeak-ng", "--version"], capture_output=True, text=True).stdout.split()[3]
    manifest = dict(
        script="Scripts/goldens/make_audio_features.py", command="python3 Scripts/goldens/make_audio_features.py",
        versions={**{p: version(p) for p in (
            "transformers", "numpy", "faster-whisper", "silero-vad", "onnxruntime")}, "espeak-ng": espeak},
        sha256={p.name: hashlib.sha256(p.read_bytes()).hexdigest()
                for p in sorted(OUT.iterdir()) if p.name != "MANIFEST.json"})
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
