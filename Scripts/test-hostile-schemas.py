#!/usr/bin/env python3
"""Sends hostile schemas and grammars to a running server while streams run, and watches that those keep their pace.

    martlet serve MODEL --port 8000
    Scripts/test-hostile-schemas.py --url http://127.0.0.1:8000/v1

Every hostile request must be answered (with 400, or with an answer if it can be compiled) within --limit seconds. Prints
the answers, and tokens per second of the streams without and with the attack. Needs: pip install openai. Exits with 1 if
a request failed otherwise or took too long.
"""
import argparse, asyncio, sys, time

import openai

sys.setrecursionlimit(100_000)


def nested(depth, key, inner):
    for _ in range(depth):
        inner = {key: inner}
    return inner


def attacks():
    def schema(value):
        return {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": value}}}

    def other(**fields):
        return {"extra_body": {"structured_outputs": fields}}

    def one_of(depth):
        if depth == 0:
            return {"type": "string", "pattern": "a.*b"}
        return {"oneOf": [{"allOf": [one_of(depth - 1), {"maxLength": 9 * index}]} for index in range(1, 5)]}

    yield "nested oneOf", schema(one_of(6))
    yield "overlapping oneOf", schema({"oneOf": [
        {"type": "object", "properties": {f"p{i}": {"type": "integer"}}, "required": [f"p{i}"]} for i in range(60)]})
    yield "independent conditions", schema({"allOf": [
        {"if": {"required": [f"k{i}"]}, "then": {"required": [f"f{i}"]}} for i in range(60)]})
    yield "10 MB", schema({"properties": {f"property{i}": {"description": "x" * 900} for i in range(10_000)}})
    yield "1 MB of objects", schema({"properties": {
        f"p{i}": {"type": "object", "properties": {f"a{j}": {"type": "string"} for j in range(10)}} for i in range(2500)}})
    yield "catastrophic backtracking", other(regex="(a+)+$")
    yield "subset explosion", other(regex="(.*a){30}.*b.{50}")
    yield "nested counts", other(regex="((a{0,1000}){0,1000}){0,1000}")
    yield "deep not", schema(nested(400, "not", {}))
    yield "deep properties", schema(nested(400, "items", {}))
    yield "deep groups", other(regex="(" * 50_000 + "a" + ")" * 50_000)
    yield "deep grammar", other(grammar="root ::= " + "(" * 50_000 + '"a"' + ")" * 50_000)
    yield "left recursion", other(grammar='root ::= root root | "a" | root "b"')
    yield "no base", other(grammar="root ::= a\na ::= b\nb ::= a")
    yield "self reference", schema({"$ref": "#"})
    yield "never ending", schema({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]})
    yield "overlapping patterns", schema({"patternProperties": {f"a{i}|b": {"minimum": i} for i in range(30)}})
    yield "100,000 choices", other(choice=[f"choice {i}" for i in range(100_000)])
    yield "large bounds", schema({"type": "array", "minItems": 10**9, "items": {"type": "string", "minLength": 10**9}})


async def stream(client, model, seconds, counts, index):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = await client.completions.create(
            model=model, prompt=f"{index}: once upon a time", max_tokens=400, stream=True, temperature=1,
            extra_body={"ignore_eos": True})
        async for _ in answer:
            counts.append(time.monotonic())
            if time.monotonic() > end:
                await answer.close()
                break


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000/v1")
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10, help="how long the pace is measured without the attack")
    parser.add_argument("--limit", type=float, default=15, help="seconds that a hostile request may take")
    options = parser.parse_args()
    client = openai.AsyncOpenAI(base_url=options.url, api_key="none", max_retries=0, timeout=120)
    model = (await client.models.list()).data[0].id
    failures = 0

    alone = []
    start = time.monotonic()
    await asyncio.gather(*(stream(client, model, options.seconds, alone, i) for i in range(options.streams)))
    pace = len(alone) / (time.monotonic() - start)

    attacked = []
    streams = [asyncio.create_task(stream(client, model, 600, attacked, i)) for i in range(options.streams)]
    await asyncio.sleep(1)
    start, first = time.monotonic(), len(attacked)
    for name, fields in attacks():
        began = time.monotonic()
        try:
            answer = await client.chat.completions.create(
                model=model, messages=[{"role": "user", "content": "x"}], max_tokens=8, **fields)
            outcome = f"200 {answer.choices[0].message.content!r}"
        except openai.BadRequestError as error:
            outcome = f"400 {error.body['message'] if isinstance(error.body, dict) else error.body}"[:160]
        except openai.APIStatusError as error:
            outcome = f"{error.status_code} {str(error)[:120]}"
            failures += error.status_code != 413
        took = time.monotonic() - began
        failures += took > options.limit
        print(f"{name:26} {took:6.2f} s  {outcome}")
    seconds = time.monotonic() - start
    attacked_pace = (len(attacked) - first) / seconds
    gaps = sorted(b - a for a, b in zip(attacked[first:], attacked[first + 1:]))
    for task in streams:
        task.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    print(f"{options.streams} streams: {pace:.0f} tokens/s alone, {attacked_pace:.0f} during {seconds:.0f} s of attack "
          f"({attacked_pace / pace:.0%}), longest silence {gaps[-1]:.2f} s")
    sys.exit(1 if failures else 0)


asyncio.run(main())
