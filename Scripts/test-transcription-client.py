#!/usr/bin/env python3
"""Drives a running server of a Whisper model with the official `openai` Python client and checks every answer.

    Scripts/test-transcription-client.py http://127.0.0.1:8000 [--api-key KEY] [--audio FILE] [--large-mb N]

Needs `pip install openai`. Any model will do: nothing depends on what it hears. Exit status 1 when a check fails.
"""
import argparse
import io
import json
import math
import re
import socket
import struct
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings
import wave

import openai

checks = 0
failures = []


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        failures.append(what)
        print("FAILED:", what)


def tone(seconds, rate=16000, pitch=220.0):
    """A WAV file of a wavering tone."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = (int(9000 * math.sin(i * pitch / rate * 6.283) * math.sin(i / rate * 7)) for i in
                   range(int(seconds * rate)))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return out.getvalue()


def model_of(client):
    """The model that transcribes: the first that does not refuse to."""
    for model in client.models.list().data:
        try:
            client.audio.transcriptions.create(model=model.id, file=("a.wav", tone(0.5)))
            return model.id
        except openai.BadRequestError as error:
            check("does not support" in str(error), f"{model.id}: {error}")
    sys.exit("no model of this server transcribes")


def formats(client, model, audio):
    def ask(**fields):
        fields = {"temperature": 0.0, "extra_body": {"temperature": [0]}, **fields}
        return client.audio.transcriptions.create(model=model, file=audio, language="en", **fields)

    plain = ask()
    check(isinstance(plain.text, str) and plain.text == plain.text.strip(), "text without white space around it")
    check(plain.usage.type == "duration" and plain.usage.seconds >= 1, "usage in seconds")
    text = ask(response_format="text")
    check(text == plain.text + "\n", f"text {text!r} is json's {plain.text!r} and a line end")
    verbose = ask(response_format="verbose_json")
    check(verbose.text == plain.text, f"verbose {verbose.text!r} is json's {plain.text!r}")
    check("".join(s.text for s in verbose.segments).strip() == verbose.text, "segments are the text")
    check(verbose.language == "english" and verbose.duration > 0 and verbose.words is None, "verbose members")
    check([s.id for s in verbose.segments] == list(range(len(verbose.segments))), "segments are numbered")
    last = 0.0
    for segment in verbose.segments:
        check(last - 0.01 <= segment.start <= segment.end <= verbose.duration + 0.01, f"times {segment}")
        last = segment.end
        check(0 <= segment.no_speech_prob <= 1 and segment.avg_logprob <= 0, f"probabilities {segment}")
    words = ask(response_format="verbose_json", timestamp_granularities=["word", "segment"])
    check(words.words is not None and words.segments is not None, "words and segments")
    for word in words.words or []:
        check(word.start <= word.end, f"times of a word {word}")
    only = ask(response_format="verbose_json", timestamp_granularities=["word"])
    check(only.words is not None and only.segments is None, "words only")
    srt = ask(response_format="srt")
    times = re.findall(r"^\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}$", srt, re.M)
    check(len(times) == len(verbose.segments), f"{len(times)} srt entries of {len(verbose.segments)} segments")
    vtt = ask(response_format="vtt")
    check(vtt.startswith("WEBVTT\n\n") and vtt.count(" --> ") == len(verbose.segments), "vtt")
    raw = client.audio.transcriptions.with_raw_response.create(
        model=model, file=audio, response_format="srt", extra_body={"no_such_field": 1})
    check(raw.headers["content-type"].startswith("text/plain"), "srt is text/plain")
    check(raw.headers.get("x-martlet-ignored-fields") == "no_such_field", "unknown fields are named")
    return plain.text


def translation(client, model, audio):
    # The client calls them deprecated; servers are still asked for them.
    warnings.simplefilter("ignore", DeprecationWarning)
    plain = client.audio.translations.create(model=model, file=audio)
    check(isinstance(plain.text, str), "a translation's text")
    verbose = client.audio.translations.create(model=model, file=audio, response_format="verbose_json")
    check(verbose.language == "english" and verbose.segments is not None, "a verbose translation")


def streaming(client, model, audio, text):
    events = list(client.audio.transcriptions.create(
        model=model, file=audio, stream=True, language="en", extra_body={"temperature": [0]}))
    check(all(e.type == "transcript.text.delta" for e in events[:-1]), "deltas come first")
    done = events[-1]
    check(done.type == "transcript.text.done", "the end comes last")
    check("".join(e.delta for e in events[:-1]) == done.text == text, f"streamed {done.text!r}, complete {text!r}")
    check(done.usage.total_tokens == done.usage.input_tokens + done.usage.output_tokens, "usage in tokens")
    chunks = [e.model_extra for e in events]
    check(all(c["object"] == "transcription.chunk" for c in chunks), "vLLM's object")
    joined = "".join(c["choices"][0]["delta"]["content"] for c in chunks)
    check(joined == text, f"vLLM's deltas {joined!r}")
    check(chunks[-1]["choices"][0]["finish_reason"] == "stop", "vLLM's finish_reason")
    events = list(client.audio.transcriptions.create(
        model=model, file=audio, stream=True, extra_body={"stream_include_usage": True}))
    check(events[-1].model_extra["choices"] == [] and events[-1].usage.total_tokens > 0, "vLLM's usage chunk")


def post(base, key, body, content_type="multipart/form-data; boundary=XbX", path="/v1/audio/transcriptions"):
    request = urllib.request.Request(base + path, data=body, headers={"Content-Type": content_type})
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["error"]


def form(audio, **fields):
    parts = [f'--XbX\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in fields.items()]
    if audio is not None:
        parts.append(b'--XbX\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + audio + b"\r\n")
    return b"".join(parts) + b"--XbX--\r\n"


def errors(client, base, model, key, audio):
    wrong = {
        "model": ({"model": "no/such"}, 404), "response_format": ({"response_format": "xml"}, 400),
        "language": ({"language": "klingon"}, 400), "temperature": ({"temperature": "hot"}, 400),
        "beam_size": ({"beam_size": "5"}, 400), "stream_include_usage": ({"stream_include_usage": "true"}, 400),
        "timestamp_granularities[]": ({"timestamp_granularities[]": "word"}, 400),
    }
    for param, (fields, status) in wrong.items():
        got, error = post(base, key, form(audio, **fields))
        check(got == status and error.get("param") == param, f"wrong {param}: {got} {error}")
    got, error = post(base, key, form(audio, response_format="diarized_json"))
    check(got == 400 and "diarized_json" in error["message"], f"diarized: {got} {error}")
    got, error = post(base, key, form(None, file="text"))
    check(got == 422 and error["param"] == "file", f"file as text: {got} {error}")
    got, error = post(base, key, form(None))
    check(got == 400 and error["param"] == "file", f"no file: {got} {error}")
    got, error = post(base, key, b"{}", "application/json")
    check(got == 415, f"json: {got} {error}")
    got, error = post(base, key, form(audio), "multipart/form-data")
    check(got == 400, f"no boundary: {got} {error}")
    got, error = post(base, key, form(audio)[:-20])
    check(got == 400 and error["code"] == "invalid_form", f"a form that breaks off: {got} {error}")
    for name, content in {
        "empty": b"", "noise": bytes(range(256)) * 8, "header only": audio[:44], "no header": b"RIFF",
        "text": b"hello", "lying": audio[:40] + b"\xff\xff\xff\x7f" + audio[44:144],
        "truncated": audio[:len(audio) // 2],
    }.items():
        got, answer = post(base, key, form(content))
        fine = got == 400 and answer.get("param") == "file" and "Invalid or unsupported audio" in answer["message"]
        # What a header promises and the file has not may be taken as its end.
        check(fine or (got == 200 and name in ("lying", "truncated", "header only")), f"{name}: {got} {answer}")


def concurrent(client, model, audio, text):
    found = []

    def ask():
        try:
            found.append(client.audio.transcriptions.create(
                model=model, file=audio, language="en", extra_body={"temperature": [0]}).text)
        except Exception as error:  # noqa: BLE001
            found.append(error)

    threads = [threading.Thread(target=ask) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(len(found) == 32 and all(other == text for other in found), f"32 uploads at once: {set(map(str, found))}")


def disconnect(base, key, model):
    """A client that goes away while a long file is written down: the engine is soon idle again."""
    body = form(tone(120), model=model)
    target = urllib.parse.urlsplit(base)
    with socket.create_connection((target.hostname, target.port)) as connection:
        head = (f"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Length: {len(body)}\r\n"
                "Content-Type: multipart/form-data; boundary=XbX\r\n" + (f"Authorization: Bearer {key}\r\n" if key else ""))
        connection.sendall(head.encode() + b"\r\n" + body)
        time.sleep(0.5)
    for _ in range(100):
        request = urllib.request.Request(base + "/metrics")
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        metrics = urllib.request.urlopen(request).read().decode()
        running = [line for line in metrics.splitlines()
                   if line.startswith(("vllm:num_requests_running{", "vllm:num_requests_waiting{"))]
        if all(line.endswith(" 0.0") for line in running):
            return check(True, "idle")
        time.sleep(0.1)
    check(False, "requests go on after their client has gone")


def resident_bytes(base, key):
    request = urllib.request.Request(base + "/metrics")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    text = urllib.request.urlopen(request).read().decode()
    return float(re.search(r"^process_resident_memory_bytes (\S+)$", text, re.M).group(1))


def large(base, key, megabytes):
    """An upload that is no audio: refused, and never held in memory."""
    before = resident_bytes(base, key)
    got, error = post(base, key, form(b"\0" * (megabytes << 20)))
    check(got == 400 and error["param"] == "file", f"{megabytes} MB of nothing: {got} {error}")
    grown = (resident_bytes(base, key) - before) / (1 << 20)
    check(grown < 32, f"an upload of {megabytes} MB made the server {grown:.0f} MB larger")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server")
    parser.add_argument("--api-key", default=None)
    parser.add_argument("--audio", help="a file to send (default: a tone)")
    parser.add_argument("--large-mb", type=int, default=200)
    arguments = parser.parse_args()
    base = arguments.server.rstrip("/")
    client = openai.OpenAI(
        base_url=base + "/v1", api_key=arguments.api_key or "none", max_retries=0, timeout=600)
    audio = open(arguments.audio, "rb").read() if arguments.audio else tone(4)
    named = (arguments.audio or "a.wav", audio)
    model = model_of(client)
    text = formats(client, model, named)
    translation(client, model, named)
    streaming(client, model, named, text)
    errors(client, base, model, arguments.api_key, tone(2))
    concurrent(client, model, named, text)
    disconnect(base, arguments.api_key, model)
    large(base, arguments.api_key, arguments.large_mb)
    print(f"{checks - len(failures)} of {checks} checks passed")
    sys.exit(1 if failures else 0)


main()
