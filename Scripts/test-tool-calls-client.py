#!/usr/bin/env python3
"""Sends recorded model outputs through the HTTP endpoint and reads the answers with the official `openai` client.

    swift build --product martlet-replay
    Scripts/test-tool-calls-client.py [--server .build/debug/martlet-replay] [--lengths 0 1 3 7] [--every-cut 2]

Needs `pip install openai`. The server answers with what it is sent; each output comes whole, without streaming, and
streamed in pieces of so many characters (0: one piece), the first outputs of each format also cut in two at every place.
Exit status 1 when an answer differs from the recorded message.
"""
import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import openai

FIXTURES = os.path.join(os.path.dirname(__file__), "..", "Tests", "Fixtures")


def fixture(path):
    with open(os.path.join(FIXTURES, path), encoding="utf-8") as file:
        return json.load(file)


def cases():
    """Yields tool-call format, reasoning format, tools, output and the message it must become."""
    json_formats = fixture("tool_calls/json_formats.json")
    for case in json_formats["cases"]:
        yield case["format"], None, json_formats["tools"], case["text"], case
    tags = fixture("tag_tool_calls/cases.json")
    for case in tags["cases"]:
        # The endpoint looks for calls only where there are tools.
        if case["tools"]:
            yield case["parser"], None, tags["tools"], case["output"], case
    for case in fixture("reasoning/cases.json")["cases"]:
        yield None, case["parser"], [], case["output"], case


def expected(case):
    calls = [(call["name"], call["arguments"]) for call in case.get("tool_calls") or []]
    calls += [tuple(call) for call in case.get("calls") or []]
    return case.get("reasoning") or "", case.get("content") or "", calls


def request(tool_format, reasoning_format, tools, output, kwargs):
    body = {"model": "replay", "messages": [{"role": "user", "content": output}]}
    if tools:
        body["tools"] = tools
    names = {"tool_call_parser": tool_format, "reasoning_parser": reasoning_format}
    kwargs = kwargs | {name: value for name, value in names.items() if value}
    body["extra_body"] = {"chat_template_kwargs": kwargs}
    return body


def whole(client, body):
    choice = client.chat.completions.create(**body).choices[0]
    message = choice.message
    calls = [(call.function.name, call.function.arguments) for call in message.tool_calls or []]
    return (getattr(message, "reasoning", None) or "", message.content or "", calls), choice.finish_reason


def cut(body, place):
    """The request with its output in two pieces."""
    kwargs = body["extra_body"]["chat_template_kwargs"] | {"cut": place}
    return body | {"extra_body": {"chat_template_kwargs": kwargs}}


def streamed(client, body, length):
    reasoning, content, calls, reason = "", "", [], None
    for chunk in client.chat.completions.create(stream=True, seed=length, **body):
        choice = chunk.choices[0]
        reasoning += getattr(choice.delta, "reasoning", None) or ""
        content += choice.delta.content or ""
        for call in choice.delta.tool_calls or []:
            if call.index == len(calls):
                calls.append([call.function.name, ""])
            calls[call.index][1] += call.function.arguments or ""
        reason = choice.finish_reason or reason
    return (reasoning, content, [tuple(call) for call in calls]), reason


def start(binary):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([binary, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
            return process, f"http://127.0.0.1:{port}/v1"
        except OSError:
            time.sleep(0.1)
    process.terminate()
    sys.exit("the server does not answer")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default=".build/debug/martlet-replay")
    parser.add_argument("--lengths", type=int, nargs="+", default=[0, 1, 3, 7])
    parser.add_argument("--every-cut", type=int, default=2, help="outputs of each format to cut at every place")
    arguments = parser.parse_args()
    process, url = start(arguments.server)
    client = openai.OpenAI(base_url=url, api_key="none")
    counts, failures, cuts = {}, 0, 0
    try:
        for tool_format, reasoning_format, tools, output, case in cases():
            # The chat API has no empty message to answer.
            if not output:
                continue
            kwargs = case.get("kwargs") or {}
            body, wanted = request(tool_format, reasoning_format, tools, output, kwargs), expected(case)
            answers = [("whole", *whole(client, body))]
            answers += [(f"in {length}s", *streamed(client, body, length)) for length in arguments.lengths]
            name = tool_format or reasoning_format
            counts[name] = counts.get(name, 0) + 1
            if counts[name] <= arguments.every_cut:
                places = range(1, len(output))
                answers += [(f"cut at {place}", *streamed(client, cut(body, place), 0)) for place in places]
                cuts += len(places)
            for how, message, reason in answers:
                if message != wanted or reason != ("tool_calls" if wanted[2] else "stop"):
                    failures += 1
                    print(f"FAILED {name} {how}: {output!r}\n  got {message}, {reason}\n  not {wanted}")
    finally:
        process.terminate()
        process.wait()
    for name in sorted(counts):
        print(f"{name:28} {counts[name]:5} outputs")
    print(
        f"{sum(counts.values())} outputs, each whole and in {len(arguments.lengths)} streams, "
        f"and {cuts} cut in two: {failures} failures"
    )
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
