#!/usr/bin/env python3
"""Generates for many JSON Schemas through a running server and validates every finished answer with jsonschema.

    martlet serve MODEL --port 8000
    Scripts/test-structured-generations.py --url http://127.0.0.1:8000/v1 [--schemas FILE.jsonl] [--count 300]

FILE has a JSON object with "schema" on each line; without it the schemas are random. Answers that end by length are not
judged. Needs: pip install openai 'jsonschema[format]'. Exits with 1 if a finished answer was invalid.
"""
import argparse, asyncio, json, random, sys
from collections import Counter
from pathlib import Path

import openai
from jsonschema import validators

sys.path.insert(0, str(Path(__file__).resolve().parent / "fuzzing"))
from random_schema import SchemaSource  # noqa: E402


async def judge(client, model, schema, options, seed):
    try:
        answer = await client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": "Write a JSON value."}], max_tokens=options.max_tokens,
            temperature=options.temperature, seed=seed,
            response_format={"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}})
    except openai.BadRequestError as error:
        return "refused", str(error)
    text = answer.choices[0].message.content
    if answer.choices[0].finish_reason != "stop":
        return "cut off", ""
    kind = validators.validator_for(schema, default=validators.Draft202012Validator)
    try:
        errors = list(kind(schema, format_checker=kind.FORMAT_CHECKER).iter_errors(json.loads(text)))
    except ValueError as error:
        return "not JSON", f"{error}: {text!r}"
    except Exception as error:  # The library cannot read this schema.
        return "not judged", f"{type(error).__name__}: {error}"
    return ("invalid", f"{errors[0].message[:200]}: {text}") if errors else ("valid", text)


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000/v1")
    parser.add_argument("--schemas", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--temperature", type=float, default=1.5)
    parser.add_argument("--max-tokens", type=int, default=512)
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print the valid answers too")
    options = parser.parse_args()
    if options.schemas:
        schemas = [json.loads(line)["schema"] for line in options.schemas.read_text().splitlines()]
        schemas = [schemas[index % len(schemas)] for index in range(options.count)]
    else:
        source = SchemaSource(random.Random(options.seed), 2)
        schemas = [source.document() for _ in range(options.count)]
    client = openai.AsyncOpenAI(base_url=options.url, api_key="none", max_retries=0, timeout=600)
    model = (await client.models.list()).data[0].id
    permits = asyncio.Semaphore(options.concurrency)

    async def one(index):
        async with permits:
            return await judge(client, model, schemas[index], options, options.seed + index)

    results = await asyncio.gather(*(one(index) for index in range(len(schemas))))
    for schema, (kind, detail) in zip(schemas, results):
        if kind not in ("valid", "cut off") or options.show:
            print(f"{kind}: {detail[:600]}\n    of {json.dumps(schema)[:600]}")
    counts = Counter(kind for kind, _ in results)
    print(dict(counts))
    sys.exit(1 if counts["invalid"] or counts["not JSON"] else 0)


asyncio.run(main())
