#!/usr/bin/env python3
"""Asks a running server for structured output with the official `openai` client, as applications do.

    swift build
    Scripts/test-structured-client.py [--binary .build/debug/martlet] [--url http://127.0.0.1:8000/v1]

Without --url the binary is started with its built-in model. Needs: pip install openai pydantic 'jsonschema[format]'. Exits
with 1 when an answer is not what was asked for.
"""
import argparse
import enum
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request

import jsonschema
import openai
import pydantic


class Colour(enum.Enum):
    red = "red"
    green = "green"


class Address(pydantic.BaseModel):
    street: str = pydantic.Field(max_length=12)
    number: int = pydantic.Field(ge=1, le=200)


class Person(pydantic.BaseModel):
    name: str = pydantic.Field(max_length=12)
    age: int = pydantic.Field(ge=0, le=120)
    colour: Colour
    address: Address | None
    friends: list[str] = pydantic.Field(max_length=0)


WEATHER = {"type": "function", "function": {"name": "weather", "strict": True, "parameters": {
    "type": "object", "properties": {"city": {"enum": ["Oslo", "Rome"]}, "days": {"type": "integer", "minimum": 1, "maximum": 5}},
    "required": ["city", "days"], "additionalProperties": False}}}
CLOCK = {"type": "function", "function": {"name": "clock", "strict": True, "parameters": {
    "type": "object", "properties": {"zone": {"type": "string", "pattern": "^[A-Z]{3}$"}}, "required": ["zone"],
    "additionalProperties": False}}}
PARAMETERS = {tool["function"]["name"]: tool["function"]["parameters"] for tool in (WEATHER, CLOCK)}
# Small models lose themselves in white space.
COMPACT = {"structured_outputs": {"disable_any_whitespace": True}}
HELLO = [{"role": "user", "content": "Hello"}]


class Checks:
    def __init__(self, client):
        self.client = client
        self.failures = 0
        self.settings = {"model": client.models.list().data[0].id, "messages": HELLO, "temperature": 1.2, "max_tokens": 300}

    def check(self, name, passed, detail=""):
        print("ok  " if passed else "FAIL", name, "" if passed else detail)
        self.failures += not passed

    def create(self, **more):
        return self.client.chat.completions.create(**(self.settings | more))

    def refusal(self, name, param, **more):
        try:
            self.create(**more)
        except openai.BadRequestError as error:
            self.check(name, error.param == param, f"param {error.param}: {error}")
        else:
            self.check(name, False, "was not refused")

    def parse(self):
        parsed = []
        for seed in range(10):
            try:
                answer = self.client.chat.completions.parse(
                    **self.settings, seed=seed, response_format=Person, extra_body=COMPACT)
                parsed.append((seed, answer.choices[0].message.parsed))
            except openai.LengthFinishReasonError:
                continue
        self.check("parse", parsed and all(isinstance(person, Person) for _, person in parsed), parsed)
        for seed, person in parsed[:2]:
            with self.client.chat.completions.stream(
                    **self.settings, seed=seed, response_format=Person, extra_body=COMPACT) as stream:
                deltas = [event for event in stream if event.type == "content.delta"]
                final = stream.get_final_completion().choices[0].message.parsed
            self.check("parse a stream", final == person and len(deltas) > 5, final)

    def formats(self):
        text = self.create(response_format={"type": "json_object"}, max_tokens=400).choices[0]
        valid = text.finish_reason == "length" or isinstance(json.loads(text.message.content), dict)
        self.check("json_object", valid, text.message.content)
        for field in ({"structured_outputs": {"regex": "[a-c]{2}-[0-9]{3}"}}, {"guided_regex": "[a-c]{2}-[0-9]{3}"}):
            text = self.create(extra_body=field).choices[0].message.content
            self.check(f"{next(iter(field))} regex", re.fullmatch("[a-c]{2}-[0-9]{3}", text), text)
        for field in ({"structured_outputs": {"choice": ["yes", "no"]}}, {"guided_choice": ["yes", "no"]}):
            answers = self.create(extra_body=field, n=4).choices
            self.check(f"{next(iter(field))} choice", all(a.message.content in ("yes", "no") for a in answers), answers)
        grammar = 'root ::= "(" root ")" | "x"'
        text = self.create(extra_body={"structured_outputs": {"grammar": grammar}}).choices[0].message.content
        self.check("grammar", re.fullmatch(r"(\(*)x(\)*)", text) and text.count("(") == text.count(")"), text)
        tag = {"type": "structural_tag", "format": {"type": "tag", "begin": "<n>", "content": {
            "type": "json_schema", "json_schema": {"type": "integer", "minimum": 5, "maximum": 9}}, "end": "</n>"}}
        text = self.create(response_format=tag).choices[0].message.content
        self.check("structural_tag", re.fullmatch("<n>[5-9](\\.0+)?</n>", text), text)
        text = self.client.completions.create(
            model=self.settings["model"], prompt="A number:", max_tokens=20,
            extra_body={"guided_json": {"type": "boolean"}}).choices[0].text
        self.check("completions guided_json", text in ("true", "false"), text)

    def calls(self, calls, name):
        for call in calls:
            try:
                jsonschema.validate(json.loads(call.function.arguments), PARAMETERS[call.function.name])
            except Exception as error:
                self.check(name, False, f"{call}: {error}")
        self.check(name, len(calls) > 0, "no calls")

    def tools(self):
        tools = {"tools": [WEATHER, CLOCK], "max_tokens": 450}
        for seed in range(3):
            choice = self.create(**tools, tool_choice="required", parallel_tool_calls=False, seed=seed).choices[0]
            if choice.finish_reason == "length":
                continue
            self.calls(choice.message.tool_calls or [], f"tool_choice required {seed}")
            self.check("finish_reason tool_calls", choice.finish_reason == "tool_calls", choice)
            self.check("one call", len(choice.message.tool_calls) == 1, choice)
        named = {"type": "function", "function": {"name": "clock"}}
        choice = self.create(**tools, tool_choice=named).choices[0]
        self.calls(choice.message.tool_calls or [], "tool_choice named")
        self.check("the named tool", [c.function.name for c in choice.message.tool_calls] == ["clock"], choice)
        for name, tool_choice in (("required", "required"), ("named", named)):
            with self.client.chat.completions.stream(
                    **(self.settings | tools), tool_choice=tool_choice, parallel_tool_calls=False) as stream:
                events = list(stream)
                final = stream.get_final_completion().choices[0].message
            deltas = [e for e in events if e.type == "tool_calls.function.arguments.delta"]
            self.calls(final.tool_calls or [], f"streamed {name}")
            self.check(f"streamed {name} in pieces", len(deltas) > 2, len(deltas))

    def refusals(self):
        def schema(value):
            return {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": value}}}
        place = "response_format.json_schema.schema"
        self.refusal("unsatisfiable", place, **schema({"type": "string", "minLength": 5, "maxLength": 2}))
        self.refusal("no schema", place, **schema({"type": "nonsense"}))
        self.refusal("dangling reference", place, **schema({"$ref": "#/$defs/nowhere"}))
        self.refusal("two constraints", "structured_outputs.choice",
                     extra_body={"structured_outputs": {"regex": "a", "choice": ["a"]}})
        self.refusal("bad regex", "structured_outputs.regex", extra_body={"structured_outputs": {"regex": "(a"}})
        self.refusal("streamed, before anything is sent", place, stream=True, **schema({"type": "nonsense"}))
        self.refusal("unknown tool", "tool_choice", tools=[WEATHER],
                     tool_choice={"type": "function", "function": {"name": "nobody"}})


def start(binary):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([binary, "serve", "--port", str(port)], stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
            return server, f"http://127.0.0.1:{port}/v1"
        except OSError:
            time.sleep(0.1)
    server.terminate()
    sys.exit("the server did not come up")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=".build/debug/martlet")
    parser.add_argument("--url")
    options = parser.parse_args()
    server, url = (None, options.url) if options.url else start(options.binary)
    try:
        checks = Checks(openai.OpenAI(base_url=url, api_key="none", max_retries=0))
        for part in (checks.parse, checks.formats, checks.tools, checks.refusals):
            part()
    finally:
        if server:
            server.terminate()
    sys.exit(checks.failures > 0)


main()
