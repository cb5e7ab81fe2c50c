"""Streams completions from an OpenAI-compatible server and takes the time of every piece."""
import http.client
import json
import random
import threading
import time
import urllib.parse
import urllib.request

from .process import Failure


class Stream:
    """One request: when it was sent, when its pieces came, and how many tokens they were."""

    def __init__(self):
        self.sent = 0.0
        self.arrivals = []
        self.tokens = 0
        self.error = None


def model_name(url):
    with urllib.request.urlopen(url + "/v1/models", timeout=30) as response:
        return json.load(response)["data"][0]["id"]


# Ids that every model here has and that are no special tokens.
IDS = (300, 2000)


def prompts(count, length, seed):
    """Random token ids: exact lengths with any tokenizer, and no common beginnings."""
    generator = random.Random(seed)
    return [[generator.randrange(*IDS) for _ in range(length)] for _ in range(count)]


def complete(url, model, prompt, max_tokens, stream, limit=600):
    body = json.dumps({
        "model": model, "prompt": prompt, "max_tokens": max_tokens, "temperature": 0, "ignore_eos": True,
        "stream": True, "stream_options": {"include_usage": True},
    })
    target = urllib.parse.urlsplit(url)
    # One connection per request: some servers close idle ones while they are being reused.
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=limit)
    try:
        stream.sent = time.perf_counter()
        connection.request("POST", "/v1/completions", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            stream.error = f"HTTP {response.status}: {response.read(300).decode(errors='replace')}"
            return
        for line in response:
            if not line.startswith(b"data:") or line[5:].strip() == b"[DONE]":
                continue
            now = time.perf_counter()
            event = json.loads(line[5:])
            if "error" in event:
                stream.error = str(event["error"])[:300]
                return
            if event.get("choices") and event["choices"][0].get("text") is not None:
                # The piece that only says why the answer ended carries no token.
                if event["choices"][0]["text"] or event["choices"][0].get("finish_reason") is None:
                    stream.arrivals.append(now)
            if event.get("usage"):
                stream.tokens = event["usage"]["completion_tokens"]
        if stream.tokens != max_tokens or not stream.arrivals:
            stream.error = f"{stream.tokens} tokens of {max_tokens}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        stream.error = repr(error)
    finally:
        connection.close()


def load(url, count, input_len, output_len, seed):
    """`count` requests at once; all must succeed."""
    model = model_name(url)
    streams = [Stream() for _ in range(count)]
    threads = [threading.Thread(target=complete, args=(url, model, prompt, output_len, stream))
               for prompt, stream in zip(prompts(count, input_len, seed), streams)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = [stream.error for stream in streams if stream.error]
    if failed:
        raise Failure(f"{len(failed)} of {count} requests failed: {failed[0]}")
    return Load(streams)


def percentile(values, percent):
    values = sorted(values)
    position = (len(values) - 1) * percent / 100
    low = int(position)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (position - low)


class Load:
    """What a load test measured, in seconds and tokens per second."""

    def __init__(self, streams):
        self.streams = streams
        self.start = min(stream.sent for stream in streams)
        self.end = max(stream.arrivals[-1] for stream in streams)

    def output_tokens_per_second(self):
        return sum(stream.tokens for stream in self.streams) / (self.end - self.start)

    def first_tokens(self):
        return [stream.arrivals[0] - stream.sent for stream in self.streams]

    def token_times(self):
        return [(stream.arrivals[-1] - stream.arrivals[0]) / (stream.tokens - 1)
                for stream in self.streams if stream.tokens > 1]

    def gaps(self):
        return [b - a for stream in self.streams for a, b in zip(stream.arrivals, stream.arrivals[1:])]

    def full_batch_tokens_per_second(self):
        """Decode speed from the last first token to the first end: all streams are in every step."""
        start = max(stream.arrivals[0] for stream in self.streams)
        end = min(stream.arrivals[-1] for stream in self.streams)
        if end <= start:
            raise Failure("the streams never all decoded at once")
        tokens = sum(sum(start < at <= end for at in stream.arrivals) * stream.tokens / len(stream.arrivals)
                     for stream in self.streams)
        return tokens / (end - start)
