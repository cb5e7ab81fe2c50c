"""Writes Tests/Fixtures/audio: short sounds in many formats, and what soundfile reads in those without loss.

formats.json: for every file its sample rate, channels, frames and the FNV-1a hash (64 bit) of its samples as
little-endian float32, interleaved. Files in a format with loss hold the sound of lossy.wav. Needs the program ffmpeg.

    python Scripts/goldens/make_audio.py
"""
import hashlib
import json
import pathlib
import subprocess
import tempfile

import numpy as np
import soundfile as sf

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/audio"
RATE = 8000
random = np.random.default_rng(1961)
formats = {}


def sound(frames, channels):
    """Chirps, one a channel, with a little noise."""
    t = np.arange(frames)[:, None] / RATE
    chirps = 0.6 * np.sin(2 * np.pi * (200 + 900 * t + 60 * np.arange(channels)) * t)
    return chirps + 0.02 * random.standard_normal((frames, channels))


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return f"{value:016x}"


def expect(name):
    samples, rate = sf.read(OUT / name, dtype="float32", always_2d=True)
    formats[name] = {"sampleRate": rate, "channels": samples.shape[1], "frames": samples.shape[0],
                     "fnv": fnv(samples.astype("<f4").tobytes())}


def write(name, samples, subtype, **options):
    sf.write(OUT / name, samples, RATE, subtype=subtype, **options)
    expect(name)


def ffmpeg(source, name, *options):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", source, "-map_metadata", "-1", "-bitexact", *options,
                    OUT / name], check=True)


def write_wav():
    for subtype, short in [("PCM_U8", "u8"), ("PCM_16", "s16"), ("PCM_24", "s24"), ("PCM_32", "s32"),
                           ("FLOAT", "f32"), ("DOUBLE", "f64"), ("ALAW", "alaw"), ("ULAW", "ulaw")]:
        write(f"{short}.wav", sound(401, 2), subtype)
    for subtype, short in [("PCM_U8", "u8"), ("PCM_24", "s24"), ("FLOAT", "f32")]:
        write(f"extensible_{short}.wav", sound(301, 3), subtype, format="WAVEX")
    write("rf64.wav", sound(301, 1), "PCM_16", format="RF64")
    # Every code of the two companding laws.
    for subtype, short in [("ALAW", "alaw"), ("ULAW", "ulaw")]:
        name = f"every_{short}.wav"
        write(name, np.zeros(256), subtype)
        data = bytearray((OUT / name).read_bytes())
        data[-256:] = bytes(range(256))
        (OUT / name).write_bytes(data)
        expect(name)


def write_flac():
    for bits in (8, 16, 24):
        subtype = f"PCM_{'S8' if bits == 8 else bits}"
        for level, channels in ((0, 1), (5, 2), (8, 3)):
            write(f"s{bits}_{level}.flac", sound(801, channels), subtype, compression_level=level / 8)
    write("noise.flac", random.uniform(-1, 1, (500, 2)), "PCM_16")
    write("constant.flac", np.full((5000, 2), 0.25), "PCM_16")
    write("wasted.flac", np.round(sound(801, 2) * 60) / 64, "PCM_16")
    write("one.flac", sound(1, 1), "PCM_16")
    together = sound(2003, 1) + 0.001 * random.standard_normal((2003, 2))
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "source.wav"
        sf.write(source, together, RATE, subtype="PCM_16")
        for name, options in {
            "left_side": ["-ch_mode", "left_side"], "right_side": ["-ch_mode", "right_side"],
            "mid_side": ["-ch_mode", "mid_side"], "fixed": ["-lpc_type", "fixed"],
            "order_32": ["-lpc_type", "levinson", "-min_prediction_order", "32", "-max_prediction_order", "32",
                         "-strict", "-2"],
            "blocks_of_192": ["-frame_size", "192"], "blocks_of_17": ["-frame_size", "17"],
        }.items():
            ffmpeg(source, f"{name}.flac", "-c:a", "flac", *options)
            expect(f"{name}.flac")


def write_lossy():
    t = np.arange(8000) / 16_000
    chirp = 0.5 * np.sin(2 * np.pi * (300 + 1500 * t) * t) * np.minimum(1, np.minimum(t, 0.5 - t) / 0.02)
    source = OUT / "lossy.wav"
    sf.write(source, chirp, 16_000, subtype="PCM_16")
    for name, options in {
        "lossy.mp3": ["-b:a", "32k", "-write_xing", "1"], "lossy.ogg": ["-c:a", "libvorbis"],
        "lossy.opus": ["-c:a", "libopus", "-b:a", "32k"], "lossy.m4a": ["-c:a", "aac", "-b:a", "48k"],
        # At other rates some versions write a wrong delay.
        "lossy.webm": ["-ar", "48000", "-c:a", "libopus", "-b:a", "96k"], "lossy.aac": ["-c:a", "aac", "-b:a", "48k"],
        "lossless.aiff": [], "adpcm.wav": ["-c:a", "adpcm_ms"],
    }.items():
        ffmpeg(source, name, *options)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    write_wav()
    write_flac()
    write_lossy()
    (OUT / "formats.json").write_text(json.dumps(formats, indent=1, sort_keys=True) + "\n")
    version = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True).stdout.split()[2]
    manifest = {
        "script": "Scripts/goldens/make_audio.py", "command": "python3 Scripts/goldens/make_audio.py",
        "versions": {"soundfile": sf.__version__, "libsndfile": sf.__libsndfile_version__, "numpy": np.__version__,
                     "ffmpeg": version},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                   for path in sorted(OUT.iterdir()) if path.name != "MANIFEST.json"},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
