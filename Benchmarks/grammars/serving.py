"""What structured output costs a server: constrained requests beside free ones, of the same prompts and lengths."""
import argparse
import http.client
import json
import statistics
import sys
import threading
import time
import urllib.parse

GUIDE = """\
Start a server first, with room for all streams. A round sends all free requests at once and measures until the last
answer ends, then the same with a schema that cannot end before the last token, a different one for each of a few
streams; the next round begins with the constrained ones. Before it every schema is sent once. All answers must have
the same number of tokens. What is printed last is the median over the rounds of the time that the constraint adds.
"""
TEXT = {"type": "string", "minLength": 4, "maxLength": 30}
ROWS = (
    {"type": "object", "properties": {"name": TEXT, "age": {"type": "integer", "minimum": 0, "maximum": 120},
                                      "mail": {"type": "string", "format": "email"}}},
    {"type": "object", "properties": {"sku": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"},
                                      "price": {"type": "number", "minimum": 0}, "stock": {"type": "boolean"}}},
    {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}, "note": TEXT,
                                      "level": {"enum": ["debug", "info", "warning", "error"]}}},
    {"type": "object", "properties": {"from": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
                                      "label": {"anyOf": [{"type": "null"}, TEXT]}}},
)


def endless(row):
    """An array of more rows than any answer has room for."""
    row = dict(row, required=list(row["properties"]), additionalProperties=False)
    return {"type": "array", "items": row, "minItems": 100_000}


def body(options, stream, constrained):
    prompt = f"Request {stream}. " + "Write some entries of the catalogue as JSON, one after the other. " * 4
    request = {"model": options.model, "prompt": prompt, "max_tokens": options.tokens, "temperature": options.temperature,
               "seed": stream, "ignore_eos": True}
    if constrained:
        request["structured_outputs"] = {"json": endless(ROWS[stream % len(ROWS)]), "disable_any_whitespace": True}
    return request


class Failure(Exception):
    pass


def post(options, request):
    """The number of tokens that a request made."""
    url = urllib.parse.urlsplit(options.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=600)
    try:
        connection.request("POST", "/v1/completions", json.dumps(request), {"Content-Type": "application/json"})
        response = connection.getresponse()
        reply = json.loads(response.read())
    finally:
        connection.close()
    if response.status != 200:
        raise Failure(f"{response.status}: {json.dumps(reply)[:300]}")
    return reply["usage"]["completion_tokens"]


def burst(options, constrained, streams):
    """Seconds that all these requests take together."""
    counts, failures = [], []

    def one(stream):
        try:
            counts.append(post(options, body(options, stream, constrained)))
        except (Failure, OSError, KeyError, ValueError) as error:
            failures.append(error)

    threads = [threading.Thread(target=one, args=(stream,)) for stream in streams]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    if failures:
        raise Failure(f"a request failed: {failures[0]}")
    if set(counts) != {options.tokens}:
        raise Failure(f"answers of {sorted(set(counts))} tokens instead of {options.tokens}")
    return seconds


def added(rounds):
    """The share of time that the constraint adds: median, least and most of the (free, constrained) rounds."""
    shares = [constrained / free - 1 for free, constrained in rounds]
    return statistics.median(shares), min(shares), max(shares)


def main():
    parser = argparse.ArgumentParser(
        prog="Benchmarks/grammars/serve", epilog=GUIDE, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures what structured output costs a running server.")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--model", default="default", help="its name in requests")
    parser.add_argument("--streams", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=128, help="of each answer")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--temperature", type=float, default=0)
    options = parser.parse_args()
    try:
        rounds = measured(options)
    except Failure as failure:
        sys.exit(str(failure))
    share, least, most = added(rounds)
    tokens = options.streams * options.tokens
    free, constrained = (tokens / statistics.median(times) for times in zip(*rounds))
    print(f"free {free:,.0f} tok/s, constrained {constrained:,.0f} tok/s: "
          f"the constraint adds {share:+.1%} ({least:+.1%} to {most:+.1%}) to the time")


def measured(options):
    """(free, constrained) seconds of each round."""
    everyone = range(options.streams)
    for constrained in (False, True):
        burst(options, constrained, everyone[:len(ROWS)])
        burst(options, constrained, everyone)
    rounds = []
    for number in range(options.rounds):
        order = (False, True) if number % 2 == 0 else (True, False)
        times = {constrained: burst(options, constrained, everyone) for constrained in order}
        rounds.append((times[False], times[True]))
        print(f"round {number + 1}: free {times[False]:.3f} s, constrained {times[True]:.3f} s")
    return rounds
