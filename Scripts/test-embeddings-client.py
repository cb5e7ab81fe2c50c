#!/usr/bin/env python3
"""Compares a running server's embeddings with sentence-transformers through the official `openai` Python client.

    Scripts/test-embeddings-client.py http://127.0.0.1:8000 --model FOLDER [--tolerance 1e-5] [--api-key KEY] [--speed]

FOLDER is the sentence-transformers folder that the server serves. Needs `pip install openai sentence-transformers`.
Exit status 1 when a check fails.
"""
import argparse
import base64
import concurrent.futures
import json
import sys
import time
import urllib.error
import urllib.request

import numpy as np
import openai

TEXTS = [
    "", " ", "a", "The quick brown fox jumps over the lazy dog.", "What is a martlet?",
    "Ünïcödé: naïve café, Straße, ΑΒΓ αβγ, Привет, мир!", "日本語のテキストと中文文本，한국어 텍스트", "👩‍👩‍👧‍👦 emoji 🏳️‍🌈 and \u200b zero width",
    "tabs\tand\nnewlines\r\n and   spaces", "[CLS] spelled [SEP] out [MASK]", "x" * 300, "1234567890 3.14159 -7e10 $5,000.00",
    "العربية עברית हिन्दी ไทย", "\u0000 control \u0007 characters \ufffd", "word " * 120, "A" * 5, "e\u0301 combining \u1e9b\u0323",
]
LONG = "This sentence is repeated many times until it is longer than the model takes. " * 200
checks = 0
failures = []


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        failures.append(what)
        print("FAILED:", what)


def post(base, path, body):
    request = urllib.request.Request(
        base + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def embed(client, model, texts, **options):
    answer = client.embeddings.create(model=model, input=texts, **options)
    check([item.index for item in answer.data] == list(range(len(answer.data))), "indices")
    # What was asked for as base64 by name the client hands on as it is.
    vectors = [np.frombuffer(base64.b64decode(item.embedding), "<f4") if isinstance(item.embedding, str)
               else item.embedding for item in answer.data]
    return np.array(vectors, dtype=np.float32), answer


def compare(client, model, reference, tolerance):
    worst = 0.0
    expected = reference.encode(TEXTS, batch_size=1, convert_to_numpy=True)
    for encoding in ("float", "base64"):
        vectors, _ = embed(client, model, TEXTS, encoding_format=encoding)
        worst = max(worst, float(np.abs(vectors - expected).max()))
    # The client asks for base64 unless told otherwise, and unpacks it.
    together, answer = embed(client, model, TEXTS)
    for size in (1, 3, 5, 7):
        for start in range(0, len(TEXTS), size):
            vectors, _ = embed(client, model, TEXTS[start:start + size])
            check((vectors == together[start:start + size]).all(), f"batches of {size} change bits")
    ids = [reference.tokenizer(text)["input_ids"] for text in TEXTS]
    check(answer.usage.prompt_tokens == answer.usage.total_tokens == sum(map(len, ids)), "usage")
    vectors, _ = embed(client, model, ids)
    check((vectors == together).all(), "token ids give other vectors than their text")
    single, _ = embed(client, model, TEXTS[3])
    check((single[0] == together[3]).all(), "a single string gives another vector than in a list")
    long = reference.encode([LONG], convert_to_numpy=True)
    vectors, _ = embed(client, model, [LONG], extra_body={"truncate_prompt_tokens": -1})
    worst = max(worst, float(np.abs(vectors - long).max()))
    print(f"largest difference from sentence-transformers: {worst:.2e}")
    check(worst <= tolerance, f"difference {worst:.2e} exceeds {tolerance}")


def errors(client, base, model):
    def refused(what, code=None, **options):
        try:
            client.embeddings.create(**{"model": model, "input": "a", **options})
            check(False, f"{what}: no error")
        except openai.BadRequestError as error:
            check(code is None or (error.body or {}).get("code") == code, f"{what}: {error.body}")

    refused("too long", "context_length_exceeded", input=LONG)
    refused("no inputs", input=[])
    refused("dimensions without matryoshka", dimensions=8)
    refused("token outside the vocabulary", input=[10**8])
    refused("wrong encoding", extra_body={"encoding_format": "int3"})
    status, body = post(base, "/v1/chat/completions", {"messages": [{"role": "user", "content": "a"}]})
    check(status == 400 and "does not support" in body["error"]["message"], "chat with a model of embeddings")
    status, body = post(base, "/v1/completions", {"prompt": "a"})
    check(status == 400 and "does not support" in body["error"]["message"], "completions with a model of embeddings")


def scores(base, reference):
    query, documents = "what is a martlet", ["A bird of heraldry.", "A kind of cheese.", "The martlet never lands."]
    vectors = reference.encode([query] + documents, convert_to_numpy=True)
    norms = np.linalg.norm(vectors, axis=1)
    expected = vectors[1:] @ vectors[0] / (norms[1:] * norms[0])
    status, body = post(base, "/score", {"text_1": query, "text_2": documents})
    check(status == 200 and np.abs(np.array([d["score"] for d in body["data"]]) - expected).max() < 1e-4, "scores")
    status, body = post(base, "/v1/rerank", {"query": query, "documents": documents, "top_n": 2})
    check(status == 200 and [r["index"] for r in body["results"]] == list(np.argsort(-expected)[:2]), "rerank")
    check(body["results"][0]["document"]["text"] == documents[int(np.argmax(expected))], "rerank's documents")


def company(client, model):
    alone, _ = embed(client, model, TEXTS)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for vectors, _ in pool.map(lambda _: embed(client, model, TEXTS), range(24)):
            check((vectors == alone).all(), "company changes bits")


def speed(client, model, reference):
    import torch
    texts = [" ".join(f"word{(i * 7 + j) % 97}" for j in range(8 + i % 56)) for i in range(256)]
    print(f"torch threads: {torch.get_num_threads()}")
    for name, run in [
        ("sentence-transformers, batches of 32", lambda: reference.encode(texts, batch_size=32)),
        ("this server, batches of 32", lambda: [embed(client, model, texts[i:i + 32]) for i in range(0, len(texts), 32)]),
    ] * 2:
        start = time.perf_counter()
        run()
        print(f"{name}: {len(texts) / (time.perf_counter() - start):.1f} texts per second")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("--model", required=True)
    parser.add_argument("--tolerance", type=float, default=1e-5)
    parser.add_argument("--api-key", default="none")
    parser.add_argument("--speed", action="store_true")
    arguments = parser.parse_args()
    from sentence_transformers import SentenceTransformer
    reference = SentenceTransformer(arguments.model, device="cpu")
    base = arguments.base.rstrip("/")
    client = openai.OpenAI(base_url=f"{base}/v1", api_key=arguments.api_key, max_retries=0)
    model = client.models.list().data[0].id
    compare(client, model, reference, arguments.tolerance)
    errors(client, base, model)
    scores(base, reference)
    company(client, model)
    if arguments.speed:
        speed(client, model, reference)
    print(f"{checks} checks, {len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
