"""Recordings, and a client that uploads several at once."""
import http.client
import json
import random
import struct
import threading
import time
import urllib.parse

from comparison.process import Failure

from .shapes import SAMPLE_RATE, WINDOW_SAMPLES

BOUNDARY = "martlet-benchmark-boundary"


def recording(seed, windows):
    """A WAV file of noise, loud and quiet in turns as syllables are; 16 kHz, mono, 16 bits."""
    generator = random.Random(seed)
    samples = bytearray()
    for _ in range(windows * WINDOW_SAMPLES // 1600):
        noise = generator.randbytes(1600)
        loudness = generator.choice((1, 8, 60))
        samples += struct.pack("<1600h", *((byte - 128) * loudness for byte in noise))
    size, rate = len(samples), SAMPLE_RATE
    return (b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
            + b"data" + struct.pack("<I", size) + bytes(samples))


def form(fields, wav):
    """The body of an upload; the file is the last part."""
    parts = b"".join(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                     for name, value in fields.items())
    head = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n'
            "Content-Type: audio/wav\r\n\r\n")
    return parts + head.encode() + wav + f"\r\n--{BOUNDARY}--\r\n".encode()


def transcribe(url, endpoint, body):
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=600)
    try:
        connection.request("POST", endpoint, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
        response = connection.getresponse()
        reply = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise Failure(f"{response.status}: {reply[:300].decode(errors='replace')}")
    return json.loads(reply)["text"]


def burst(urls, endpoint, bodies, expected):
    """Seconds until all uploads, sent at once and to the servers in turns, have their text."""
    failures = []

    def one(index, body):
        try:
            text = transcribe(urls[index % len(urls)], endpoint, body)
            if "".join(text.split()) != expected:
                failures.append(f"another text than the model says: {text[:200]!r}")
        except (Failure, OSError, KeyError, ValueError) as failure:
            failures.append(str(failure))

    threads = [threading.Thread(target=one, args=(index, body)) for index, body in enumerate(bodies)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    if failures:
        raise Failure(failures[0])
    return seconds
