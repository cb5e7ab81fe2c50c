#!/usr/bin/env python3
"""Stores the calls that vLLM finds in outputs of formats with tags, Python expressions or Gemma's notation.

    python3 Scripts/goldens/make_tag_tool_calls.py Tests/Fixtures/tag_tool_calls

Needs: pip install vllm==0.32.0.
"""
import hashlib, json, random, sys
from pathlib import Path

from vllm_parsers import VERSION, tool_calls

PARAMETERS = {
    "text": {"type": "string"}, "count": {"type": "integer"}, "ratio": {"type": "number"}, "flag": {"type": "boolean"},
    "items": {"type": "array", "items": {"type": "integer"}}, "nothing": {"type": "null"}, "free": {}, "any": {"type": "any"},
    "place": {"type": "object", "properties": {"x": {"type": "integer"}, "name": {"type": "string"}}},
    "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]}, "either": {"type": ["string", "null"]},
    "choice": {"enum": ["red", 1, None]}, "switch": {"oneOf": [{"type": "boolean"}, {"type": "string"}]}, "alias": {"type": "int"},
}
TOOLS = [
    {"type": "function", "function": {"name": "search", "parameters": {"type": "object", "properties": PARAMETERS}}},
    {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {
        "city": {"type": "string"}, "days": {"type": "integer"}}}}},
    {"type": "function", "function": {"name": "ping"}},
]
VALUES = [
    "1", "-5", "+3", "007", "1.5", ".5", "5.", "1e3", "1.0", "-0.0", "1e22", "1_000", " 7 ", "0x10", "nan", "12345678901234567890123",
    "true", "False", "TRUE", "0", "null", "None", "NULL", "", " ", "\n", "\n\nx\n", "abc", "hello world", "  padded  ", "3.14abc",
    "日本 é", "💡 \\u00e9 \\", "[1, 2,3]", '["a", null, 1.50, 1E2]', '{"x": "5", "name": 7}', "{'a': 1}", '{"x": 1', "[]", "{}", '"q"',
    "x<y", "<", "</", "a > b", "<b>bold</b>", "&amp;", "\\n", "def f():\n    return 1\n", "</para", "<param", "red",
]
PYTHON = [
    "1", "-5", "+2", "- 3", "1.5", "1.", ".5", "1e-7", "1E5", "1_000", "0x1f", "0o17", "0b11", "12345678901234567890", "True", "False", "None",
    "true", "false", "null", "''", "'a b'", '"q\'q"', r"'it\'s'", r"'\n\t\x41\u00e9\\'", "'日本 é'", r"r'\d+'", "u'x'", "'''tri\nple'''",
    "'a' 'b'", "f'plain'", "f'{{x}}'", "(1, 2)", "(1,)", "(3)", "()", "{1, 2}", "[]", "{}", "'[(]}'", "'a, b=c'",
]
DSML = "｜DSML｜"


def parameters(rng):
    return [(rng.choice([*PARAMETERS, "unknown"]), rng.choice(VALUES)) for _ in range(rng.randint(0, 4))]


def calls(rng, most=3):
    return [(rng.choice(["search", "search", "get_weather", "ping"]), parameters(rng)) for _ in range(rng.randint(1, most))]


def preface(rng):
    return rng.choice(["", "", "Let me see.", "I look:\n\n", "Two\nlines, 1 < 2.\n"])


def qwen(rng, section="tool_call"):
    body = "".join(
        f"<{section}>\n<function={name}>\n" + "".join(f"<parameter={key}>\n{value}\n</parameter>\n" for key, value in arguments)
        + f"</function>\n</{section}>" + rng.choice(["", "\n"]) for name, arguments in calls(rng))
    return preface(rng) + body


def glm(rng):
    gap = rng.choice(["", "\n"])
    body = "".join(
        f"<tool_call>{name}{gap}" + "".join(f"<arg_key>{key}</arg_key>{gap}<arg_value>{value}</arg_value>{gap}" for key, value in arguments)
        + f"</tool_call>{gap}" for name, arguments in calls(rng))
    return preface(rng) + body


def minimax(rng):
    quote = rng.choice(['"', '"', "'", ""])
    body = "".join(
        f"<invoke name={quote}{name}{quote}>\n"
        + "".join(f"<parameter name={quote}{key}{quote}>{value}</parameter>\n" for key, value in arguments) + "</invoke>\n"
        for name, arguments in calls(rng))
    return f"{preface(rng)}<minimax:tool_call>\n{body}</minimax:tool_call>"


def dsml(rng, section):
    body = "".join(
        f'<{DSML}invoke name="{name}">\n' + "".join(
            f'<{DSML}parameter name="{key}" string="{rng.choice(["true", "false"])}">{value}</{DSML}parameter>\n' for key, value in arguments)
        + f"</{DSML}invoke>\n" for name, arguments in calls(rng))
    return f"{preface(rng)}<{DSML}{section}>\n{body}</{DSML}{section}>"


def python_value(rng, depth=0):
    kind = rng.random() if depth < 3 else 0
    if kind < 0.6: return rng.choice(PYTHON)
    if kind < 0.8: return "[" + ", ".join(python_value(rng, depth + 1) for _ in range(rng.randint(0, 3))) + "]"
    return "{" + ", ".join(f"{key}: {python_value(rng, depth + 1)}" for key in rng.sample(["'k'", '"é"', "2", "None"], rng.randint(0, 3))) + "}"


def python_call(rng):
    keys = rng.sample(list(PARAMETERS), rng.randint(0, 3))
    return rng.choice(["search", "get_weather", "x_1"]) + "(" + rng.choice([", ", ","]).join(f"{key}={python_value(rng)}" for key in keys) + ")"


def python_list(rng):
    return "[" + rng.choice([", ", ",", ",\n "]).join(python_call(rng) for _ in range(rng.randint(1, 3))) + "]"


def gemma_value(rng, depth=0):
    kind = rng.random() if depth < 2 else 0
    if kind < 0.4: return '<|"|>' + rng.choice(VALUES) + '<|"|>'
    if kind < 0.7: return rng.choice(["1", "-5", "1.5", "true", "false", "null", "abc", "1e3", "a b"])
    if kind < 0.85: return "[" + ",".join(gemma_value(rng, depth + 1) for _ in range(rng.randint(0, 3))) + "]"
    return "{" + ",".join(f"{key}:{gemma_value(rng, depth + 1)}" for key in rng.sample(["x", "name", "w"], rng.randint(0, 2))) + "}"


def gemma(rng):
    body = "".join(
        f"<|tool_call>call:{name}{{" + rng.choice([",", ", "]).join(f"{key}:{gemma_value(rng)}" for key, _ in arguments) + "}<tool_call|>"
        for name, arguments in calls(rng, 2))
    return preface(rng) + body


def function_gemma(rng):
    # Names without schemas: with one we type values by it, vLLM does not.
    body = "".join(
        f"<start_function_call>call:{name}{{" + ",".join(f"p{index}:<escape>{value}<escape>" for index, (_, value) in enumerate(arguments))
        + "}<end_function_call>" for name, arguments in calls(rng, 2))
    return preface(rng) + body


FORMATS = {
    "qwen3_coder": qwen, "seed_oss": lambda rng: qwen(rng, "seed:tool_call"), "mimo": qwen, "glm45": glm, "minimax_m2": minimax,
    "deepseek_v32": lambda rng: dsml(rng, "function_calls"), "deepseek_v4": lambda rng: dsml(rng, "tool_calls"),
    "pythonic": lambda rng: python_list(rng) + rng.choice(["", "\n"]),
    "llama4_pythonic": lambda rng: rng.choice(["<|python_start|>{}<|python_end|>", "{}"]).format(python_list(rng)),
    "lfm2": lambda rng: f"{preface(rng)}<|tool_call_start|>{python_list(rng)}<|tool_call_end|>",
    
    # vLLM takes every line for a call, also those within texts.
    "olmo3": lambda rng: "<function_calls>" + "\n".join(python_call(rng).replace("\n", " ") for _ in range(rng.randint(1, 3))) + "</function_calls>",
    "gemma4": gemma, "functiongemma": function_gemma,
}
# Outputs as models write them, with the slips that they make and vLLM forgives.
RECORDED = [
    ("qwen3_coder", "<function=ping>\n</function>"), ("qwen3_coder", "I ping.\n<function=ping>\n</function>\n</tool_call>"),
    ("qwen3_coder", "<tool_call>\n<function=search>\n<parameter=text>\na\n<parameter=count>\n2\n</parameter>\n</function>\n</tool_call>"),
    ("qwen3_coder", "<tool_call>\n<function=ping>\n</function>\n<tool_call>\n<function=ping>\n</function>\n</tool_call>"),
    ("qwen3_coder", "<tool_call>\n<function=fly>\n<parameter=count>\n2\n</parameter>\n</function>\n</tool_call>"),
    ("qwen3_coder", "<tool_call>\n<function=ping>\n</function>\n</tool_call>\n<tool_call>\n<function=ping>\n</function>\n</tool_call>\n"),
    ("qwen3_coder", "No call, but 1 < 2 and <b>tags</b> and <function and </tool_call>."), ("qwen3_coder", "<tool_call></tool_call>"),
    ("glm45", "<tool_call>search\n<arg_key>text</arg_key>\n<arg_value>x\ny</arg_value>\n</tool_call>\n<tool_call>ping\n</tool_call>"),
    ("glm45", "<tool_call>ping</tool_call>"), ("glm45", "I look.<tool_call> get_weather <arg_key> city </arg_key><arg_value> Rome </arg_value></tool_call>"),
    ("minimax_m2", '<invoke name="ping">\n</invoke>'), ("minimax_m2", "text</minimax:tool_call>more"),
    ("minimax_m2", '<minimax:tool_call>\n<invoke name="search">\n<parameter name="text">a<parameter name="count">2</parameter>\n</invoke>\n</minimax:tool_call>'),
    ("minimax_m2", '<minimax:tool_call><minimax:tool_call>\n<invoke name="ping"></invoke></minimax:tool_call>'),
    ("minimax_m2", "Let me look.\n\n<minimax:tool_call>\n<invoke name=\"ping\">\n</invoke>\n<invoke name='get_weather'>\n<parameter name=city> Rome </parameter>\n</invoke>\n</minimax:tool_call>"),
    ("deepseek_v32", f'<{DSML}function_calls>\n<{DSML}invoke name="get_weather">\n<{DSML}parameter name="arguments" string="false">{{"city": "Rome"}}</{DSML}parameter>\n</{DSML}invoke>\n</{DSML}function_calls>'),
    ("step3", '<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="get_weather"><steptml:parameter name="city"> Rome </steptml:parameter><steptml:parameter name="days">3</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>'),
    ("pythonic", "[1] See the list."), ("pythonic", "I say [search(text='x')]"), ("pythonic", "[search(text=x)]"), ("pythonic", "[search]"), ("pythonic", "[]"),
    ("pythonic", "[search(text='x')"), ("pythonic", "[search(text='x')] and more"), ("pythonic", "[search(text='x'), 1]"),
    ("gemma4", '<|tool_call>:get_weather{city:<|"|>Rome<|"|>}<tool_call|>'), ("gemma4", '<|tool_call>call:get_weather(city:<|"|>Rome<|"|>)<tool_call|>'),
    ("gemma4", "<|tool_call>call:ping{}<tool_call|>"), ("gemma4", "Just text: {a: 1}"),
]


def main(folder):
    rng, cases = random.Random(11), []
    entries = [(name, output, True) for name, output in RECORDED]
    for name, make in FORMATS.items():
        entries += [(name, make(rng), rng.random() < 0.8) for _ in range(20)]
    for name, output, has_tools in entries:
        content, found = tool_calls(name, output, TOOLS if has_tools else None)
        cases.append({"parser": name, "tools": has_tools, "output": output, "content": content, "calls": found})
    text = json.dumps({"tools": TOOLS, "cases": cases}, ensure_ascii=False, indent=0) + "\n"
    (folder / "cases.json").write_text(text)
    manifest = {"script": "Scripts/goldens/make_tag_tool_calls.py",
                "command": "python3 Scripts/goldens/make_tag_tool_calls.py Tests/Fixtures/tag_tool_calls",
                "versions": {"vllm": VERSION}, "sha256": {"cases.json": hashlib.sha256(text.encode()).hexdigest()}}
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(len(cases), "cases")


main(Path(sys.argv[1]))
