#!/usr/bin/env python3
"""Drives a running server with the official `openai` Python client and checks every answer.

    Scripts/test-openai-client.py http://127.0.0.1:8000 [--api-key KEY]

Needs `pip install openai`. Any model will do: nothing depends on what it says. Exit status 1 when a check fails.
"""
import argparse
import asyncio
import json
import sys
import time
import urllib.error
import urllib.request

import openai

MESSAGES = [{"role": "user", "content": "Say something about the sea."}]
checks = 0
failures = []


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        failures.append(what)
        print("FAILED:", what)


def expect_error(what, kind, call, code=None, param=None):
    try:
        call()
    except kind as error:
        body = error.body or {}
        check(code is None or body.get("code") == code, f"{what}: code {body.get('code')} is not {code}")
        check(param is None or body.get("param") == param, f"{what}: param {body.get('param')} is not {param}")
    except openai.APIError as error:
        check(False, f"{what}: {type(error).__name__} instead of {kind.__name__}")
    else:
        check(False, f"{what}: no error")


def models(client):
    listed = client.models.list().data
    check(len(listed) >= 1, "no model is listed")
    name = listed[0].id
    check(client.models.retrieve(name).id == name, "a listed model cannot be retrieved")
    return name


def chat(client, model):
    answer = client.chat.completions.create(model=model, messages=MESSAGES, max_tokens=16, temperature=0)
    choice = answer.choices[0]
    check(answer.object == "chat.completion", "object of a chat")
    check(choice.message.role == "assistant" and choice.message.content, "a chat's message")
    check(choice.finish_reason in ("stop", "length"), "a chat's finish_reason")
    check(0 < answer.usage.completion_tokens <= 16, "a chat's completion_tokens")
    check(answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens, "total_tokens")
    check(answer.usage.prompt_tokens_details.cached_tokens is not None, "cached_tokens")

    stream = client.chat.completions.create(
        model=model, messages=MESSAGES, max_tokens=16, temperature=0, stream=True,
        stream_options={"include_usage": True})
    chunks = list(stream)
    check(chunks[0].choices[0].delta.role == "assistant", "the first chunk has no role")
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    check(text == choice.message.content, f"streamed {text!r}, complete {choice.message.content!r}")
    finish = [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason]
    check(finish == [choice.finish_reason], "exactly one chunk has the finish_reason")
    check(chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == answer.usage.completion_tokens,
          "the last chunk carries the usage")
    check(len({c.id for c in chunks}) == 1, "all chunks of a stream have one id")


def chat_options(client, model):
    answer = client.chat.completions.create(
        model=model, messages=MESSAGES, max_tokens=8, n=3, seed=1, temperature=1, logprobs=True, top_logprobs=4)
    check([c.index for c in answer.choices] == [0, 1, 2], "n=3 gives three choices")
    for choice in answer.choices:
        content = choice.logprobs.content
        check(content and all(len(t.top_logprobs) == 4 for t in content), "top_logprobs=4")
        check(all(t.logprob <= 0 and t.bytes is not None for t in content), "logprobs and bytes")
        check(all(t.top_logprobs[0].logprob >= t.top_logprobs[-1].logprob for t in content), "best first")
        joined = b"".join(bytes(t.bytes) for t in content).decode("utf-8", "replace")
        # SentencePiece tokens carry a space that the first word of a text has not.
        spelled = joined.startswith(choice.message.content) or joined[1:].startswith(choice.message.content)
        check(spelled, f"bytes {joined!r} spell {choice.message.content!r}")
    again = [
        client.chat.completions.create(model=model, messages=MESSAGES, max_tokens=8, seed=5, temperature=1)
        .choices[0].message.content for _ in range(2)]
    check(again[0] == again[1], "equal seeds give equal answers")
    word = client.chat.completions.create(model=model, messages=MESSAGES, max_tokens=24, temperature=0)
    letter = next((c for c in word.choices[0].message.content[1:] if c.isalpha()), None)
    if letter:
        cut = client.chat.completions.create(
            model=model, messages=MESSAGES, max_tokens=24, temperature=0, stop=[letter])
        check(letter not in cut.choices[0].message.content, "the stop string is not part of the answer")
        check(cut.choices[0].finish_reason == "stop", "finish_reason of a stop string")
        check(cut.choices[0].model_extra.get("stop_reason") == letter, "stop_reason is the stop string")
    ignored = client.chat.completions.with_raw_response.create(
        model=model, messages=MESSAGES, max_tokens=1, user="u", extra_body={"top_k": 1, "no_such_field": 1})
    check(ignored.headers.get("x-martlet-ignored-fields") == "no_such_field", "unknown fields are named")


def completions(client, model):
    answer = client.completions.create(model=model, prompt="Once upon a time", max_tokens=8, temperature=0)
    check(answer.object == "text_completion" and answer.choices[0].text, "a completion's text")
    streamed = client.completions.create(
        model=model, prompt="Once upon a time", max_tokens=8, temperature=0, stream=True)
    check("".join(c.choices[0].text for c in streamed) == answer.choices[0].text, "a streamed completion's text")
    both = client.completions.create(model=model, prompt=["One", "Two"], n=2, max_tokens=4, seed=1)
    check([c.index for c in both.choices] == [0, 1, 2, 3], "two prompts times n=2")
    scored = client.completions.create(
        model=model, prompt="Once upon a time", max_tokens=0, echo=True, logprobs=1, temperature=0)
    logprobs = scored.choices[0].logprobs
    check(scored.choices[0].text == "Once upon a time", f"echo gave {scored.choices[0].text!r}")
    check(logprobs.token_logprobs[0] is None, "the first prompt token has no logprob")
    check(all(value <= 0 for value in logprobs.token_logprobs[1:]), "prompt logprobs")
    check(len(logprobs.tokens) == len(logprobs.text_offset) == scored.usage.prompt_tokens, "one entry per token")
    return answer


TOOLS = [{"type": "function", "function": {
    "name": "get_weather", "description": "The weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]
CALL = {"id": "abcdefghi", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'}}
HISTORY = MESSAGES + [{"role": "assistant", "content": None, "tool_calls": [CALL]},
                      {"role": "tool", "tool_call_id": "abcdefghi", "content": "Rain"}]


def tools(client, model):
    """Requests with tools: models whose format of calls is known take them, others say so."""
    def ask(**changes):
        options = {"messages": MESSAGES, "tools": TOOLS, "max_tokens": 16, "temperature": 0, **changes}
        return client.chat.completions.create(model=model, **options)

    answer = ask(tool_choice="none").choices[0].message
    check(answer.role == "assistant" and not answer.tool_calls, "tool_choice none gives no calls")
    try:
        whole = ask().choices[0]
    except openai.BadRequestError as error:
        check((error.body or {}).get("param") == "tools", "tools that cannot be called are named")
        check("--tool-call-parser" in str(error), "the way to give the format is told")
    else:
        for call in whole.message.tool_calls or []:
            check(call.id and call.type == "function" and call.function.name, "a call's shape")
            check(isinstance(json.loads(call.function.arguments), dict), "a call's arguments")
        check((whole.finish_reason == "tool_calls") == bool(whole.message.tool_calls), "finish_reason of calls")
        chunks = list(ask(stream=True))
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        check(text == (whole.message.content or ""), "streamed content beside tools")
        count = len({call.index for c in chunks if c.choices for call in c.choices[0].delta.tool_calls or []})
        check(count == len(whole.message.tool_calls or []), "streamed calls")
        check(ask(tool_choice="auto").choices[0].message.content == whole.message.content, "tool_choice auto")
    for name, changes in {
        "tool_choice": {"tool_choice": "no such choice"},
        "tools[0].type": {"tools": [{"type": "retrieval"}]},
        "tools[0].function": {"tools": [{"type": "function"}]},
        "tools[0].function.name": {"tools": [{"type": "function", "function": {}}]},
        "tools[0].function.parameters": {"tools": [{"type": "function", "function": {"name": "f", "parameters": []}}]},
        "messages[1].tool_calls[0].function.arguments": {"messages": [
            *MESSAGES, {"role": "assistant", "tool_calls": [{**CALL, "function": {"name": "f", "arguments": "{"}}]}]},
        "messages[0].content[0].type": {"messages": [
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]},
        "messages[0].role": {"messages": [{"content": "no role"}]},
        "messages": {"messages": []},
    }.items():
        expect_error(f"wrong {name}", openai.BadRequestError, param=name, call=lambda: ask(**changes))


def template_options(client, base, model, key):
    """Fields that change the prompt."""
    def tokens(**fields):
        try:
            return json.loads(get(base, "/tokenize", key, {"messages": MESSAGES, **fields}))["tokens"]
        except urllib.error.HTTPError as error:
            return json.loads(error.read())["error"]

    plain = tokens()
    parts = [{"type": "text", "text": MESSAGES[0]["content"]}]
    check(tokens(messages=[{"role": "user", "content": parts}]) == plain, "a text part is as good as a text")
    check(tokens(chat_template_kwargs={"no_such_variable": 1}) == plain, "variables that the template does not read")
    check(tokens(chat_template_kwargs=[]).get("param") == "chat_template_kwargs", "chat_template_kwargs must be an object")
    open_message = MESSAGES + [{"role": "assistant", "content": "The sea"}]
    both = tokens(messages=open_message, continue_final_message=True, add_generation_prompt=True)
    check(isinstance(both, dict) and both.get("param") == "continue_final_message", "two ways to end the prompt")
    continued = tokens(messages=open_message, continue_final_message=True)
    check(isinstance(continued, list), f"continue_final_message gave {continued}")
    text = json.loads(get(base, "/detokenize", key, {"tokens": continued}))["prompt"]
    check(text.endswith("The sea"), f"a continued message ends the prompt: {text[-40:]!r}")
    answer = client.chat.completions.create(
        model=model, messages=open_message, max_tokens=4, temperature=0, extra_body={"continue_final_message": True})
    check(answer.usage.prompt_tokens == len(continued), "the continued prompt is the one that is counted")


def errors(client, base, model, key):
    expect_error("unknown model", openai.NotFoundError, code="model_not_found", call=lambda:
                 client.chat.completions.create(model="no/such", messages=MESSAGES))
    expect_error("temperature", openai.BadRequestError, param="temperature", call=lambda:
                 client.chat.completions.create(model=model, messages=MESSAGES, temperature=9))
    expect_error("response_format", openai.BadRequestError, param="response_format", call=lambda:
                 client.chat.completions.create(
                     model=model, messages=MESSAGES, response_format={"type": "json_object"}))
    expect_error("context length", openai.BadRequestError, code="context_length_exceeded", call=lambda:
                 client.completions.create(model=model, prompt="word " * 200_000, max_tokens=1))
    if key:
        for wrong in ("", "wrong"):
            other = openai.OpenAI(base_url=base + "/v1", api_key=wrong or "x", max_retries=0)
            expect_error("a wrong key", openai.AuthenticationError, call=other.models.list)


def get(base, path, key, data=None):
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = "Bearer " + key
    body = None if data is None else json.dumps(data).encode()
    with urllib.request.urlopen(urllib.request.Request(base + path, body, headers)) as response:
        return response.read().decode()


def operations(base, key):
    check(get(base, "/health", None) == "", "/health")
    check("version" in json.loads(get(base, "/version", key)), "/version")
    tokens = json.loads(get(base, "/tokenize", key, {"prompt": "Hello there", "add_special_tokens": False}))
    check(tokens["count"] == len(tokens["tokens"]) > 0, "/tokenize")
    text = json.loads(get(base, "/detokenize", key, {"tokens": tokens["tokens"]}))
    check(text["prompt"] == "Hello there", f"/detokenize gave {text['prompt']!r}")
    messages = json.loads(get(base, "/tokenize", key, {"messages": MESSAGES}))
    check(messages["count"] > tokens["count"], "/tokenize of messages")
    return get(base, "/metrics", key)


def metric(text, name):
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name + "{"))


async def disconnects(base, model, key):
    """Clients that leave free their requests."""
    client = openai.AsyncOpenAI(base_url=base + "/v1", api_key=key or "none", max_retries=0)

    async def leave(position):
        stream = await client.chat.completions.create(
            model=model, messages=MESSAGES, stream=True, max_tokens=400, temperature=1, extra_body={"ignore_eos": True})
        async for chunk in stream:
            position -= 1
            if position <= 0:
                break
        await stream.close()

    await asyncio.gather(*(leave(i % 5) for i in range(24)))
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        text = get(base, "/metrics", key)
        if metric(text, "vllm:num_requests_running") == metric(text, "vllm:num_requests_waiting") == 0:
            break
        await asyncio.sleep(0.1)
    check(metric(text, "vllm:num_requests_running") == 0, "requests of lost clients still run")
    check(metric(text, "vllm:request_success_total") > 0, "finished requests are counted")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("--api-key")
    arguments = parser.parse_args()
    base, key = arguments.base.rstrip("/"), arguments.api_key
    client = openai.OpenAI(base_url=base + "/v1", api_key=key or "none", max_retries=0)
    model = models(client)
    chat(client, model)
    chat_options(client, model)
    completions(client, model)
    tools(client, model)
    template_options(client, base, model, key)
    errors(client, base, model, key)
    text = operations(base, key)
    check(metric(text, "vllm:generation_tokens_total") > 0, "generated tokens are counted")
    asyncio.run(disconnects(base, model, key))
    print(f"{checks} checks with openai {openai.__version__}, {len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
