#!/usr/bin/env python3
"""Runs vLLM's tool-call parsers over outputs and stores the messages they give.

    python3 Scripts/goldens/make_tool_calls.py Tests/Fixtures/tool_calls

The outputs are written for this project, in the formats that published models use. Where Martlet differs from vLLM on
purpose, the case says what it gives instead. Needs: pip install vllm cohere-melody.
"""
import hashlib, json, logging, os, sys
from importlib.metadata import version
from pathlib import Path

os.environ["VLLM_LOGGING_LEVEL"] = "CRITICAL"
sys.path.pop(0)  # `kernels.py` beside this file is not the package transformers looks for.
import vllm
from cohere_melody import PyFilter, PyFilterOptions
from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest
from vllm.parser.harmony import HarmonyParser
from vllm.reasoning.gptoss_reasoning_parser import GptOssReasoningParser
from vllm.tool_parsers import ToolParserManager
from vllm.tool_parsers.gptoss_tool_parser import GptOssToolParser

logging.disable(logging.CRITICAL)

DEEPSEEK = ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>", "<｜tool▁sep｜>"]
KIMI = ["<|tool_calls_section_begin|>", "<|tool_calls_section_end|>", "<|tool_call_begin|>",
        "<|tool_call_argument_begin|>", "<|tool_call_end|>", "<think>", "</think>"]


class Tokenizer:
    """As much of a tokenizer as the parsers look at."""
    all_special_tokens, all_special_ids = [], []

    def __init__(self, tokens):
        self.vocabulary = {token: index for index, token in enumerate(tokens)}

    def get_vocab(self):
        return self.vocabulary

    def encode(self, text, **_):
        return []

    def decode(self, ids, **_):
        return ""


VOCABULARY = ["<|python_tag|>", "<tool_calls>", "</tool_calls>", "<tool_call>", "</tool_call>", "[TOOL_CALLS]",
              "<|tool_call|>", "<|tools_prefix|>", "<|tools_suffix|>", *DEEPSEEK, *KIMI]
MISTRAL_V11 = VOCABULARY + ["[ARGS]", "[CALL_ID]"]


def tool(name, **properties):
    return {"type": "function", "function": {
        "name": name, "parameters": {"type": "object", "properties": properties}}}


TOOLS = [tool("get_weather", city={"type": "string"}), tool("add", a={"type": "number"}, b={"type": "number"}),
         tool("typed", i={"type": "integer"}, n={"type": "number"}, b={"type": "boolean"}, s={"type": "string"},
              u={"type": ["integer", "null"]}, l={"type": "array", "items": {"type": "integer"}},
              o={"type": "object", "properties": {"i": {"type": "integer"}}})]


def vllm_result(format, text):
    request = ChatCompletionRequest(
        model="m", messages=[{"role": "user", "content": "x"}], tools=TOOLS,
        chat_template_kwargs={"thinking": False})
    if format == "openai":
        return harmony_result(text, request)
    if format.startswith("cohere"):
        return cohere_result(format, text)
    vocabulary = MISTRAL_V11 if format == "mistral" and ("[ARGS]" in text or "[TOOL_CALLS]n" in text) else VOCABULARY
    extra = {"chat_template_kwargs": {"thinking": False}} if format == "kimi_k2" else {}
    parser = ToolParserManager.get_tool_parser(format)(Tokenizer(vocabulary), request.tools, **extra)
    result = parser.extract_tool_calls(text, request)
    calls = [{"name": call.function.name, "arguments": call.function.arguments} for call in result.tool_calls]
    return {"reasoning": None, "content": result.content or None, "tool_calls": calls}


def cohere_result(format, text):
    """As vLLM's `CohereCommandParser.parse` calls it, which wants a model's configuration."""
    preset = getattr(PyFilterOptions(), "cmd3" if format.endswith("3") else "cmd4")
    result = PyFilter(preset()).process_full_text(text)
    return {"reasoning": result.reasoning, "content": result.content,
            "tool_calls": [{"name": call.name, "arguments": call.arguments} for call in result.tool_calls]}


HarmonyParser.reasoning_parser_cls = GptOssReasoningParser
HarmonyParser.tool_parser_cls = GptOssToolParser


def harmony_result(text, request):
    from vllm.entrypoints.openai.parser.harmony_utils import get_encoding
    encoding = get_encoding()

    class HarmonyTokenizer(Tokenizer):
        def decode(self, ids, **_):
            return encoding.decode(ids)

    parser = HarmonyParser(HarmonyTokenizer([]), request.tools)
    ids = encoding.encode(text, allowed_special="all")
    reasoning, content, calls = parser.parse(text, request, True, ids)
    # HarmonyParser dumps in ASCII; its stream does not.
    def unescaped(arguments):
        try:
            return json.dumps(json.loads(arguments), ensure_ascii=False)
        except ValueError:
            return arguments
    return {"reasoning": reasoning, "content": content,
            "tool_calls": [{"name": c.name, "arguments": unescaped(c.arguments)} for c in calls or []]}


def message(content=None, *calls, reasoning=None):
    return {"reasoning": reasoning, "content": content,
            "tool_calls": [{"name": name, "arguments": arguments} for name, arguments in calls]}


# Arguments as models spell them.
ARGUMENTS = [
    '{"city": "Paris"}',
    '{}',
    '{ }',
    '{"a":1,"b":2}',
    '{"a": -0.5, "b": 1e3, "c": 1.50, "d": 12345678901234567890123, "e": 1E-7, "f": -0, "g": -0.0, "h": 1e16}',
    '{"text": "say \\"hi\\" \\\\ \\/ \\n\\t\\b\\f\\r \\u00e9 \\ud83d\\ude00 \\u0001"}',
    '{"text": "naïve – 東京 🗼 e\u0301"}',
    '{"code": "if (a[0] == \'}\') { return \\"]\\"; } // {{{ ["}',
    '{"nested": {"list": [1, [2, {"x": null}], []], "object": {}}, "flag": true, "off": false}',
    '{"a": 1, "b": 2, "a": 3}',
    '{\n  "city": "Paris",\n  "days": [\n    1,\n    2\n  ]\n}',
    '{"name": "Ann", "arguments": {"name": "inner"}}',
    '{"": "", "schlüssel": "wert"}',
]


def obj(name, arguments, key="arguments"):
    return f'{{"name": "{name}", "{key}": {arguments}}}'


def hermes(calls):
    return "\n".join(f"<tool_call>\n{obj(*call)}\n</tool_call>" for call in calls)


def listed(open, close, joint=", "):
    return lambda calls: open + "[" + joint.join(obj(*call) for call in calls) + "]" + close


def deepseek_v3(calls):
    body = "\n".join(f"<｜tool▁call▁begin｜>function<｜tool▁sep｜>{name}\n```json\n{arguments}\n```<｜tool▁call▁end｜>"
                     for name, arguments in calls)
    return f"<｜tool▁calls▁begin｜>{body}<｜tool▁calls▁end｜>"


def deepseek_v31(calls):
    body = "".join(f"<｜tool▁call▁begin｜>{name}<｜tool▁sep｜>{arguments}<｜tool▁call▁end｜>" for name, arguments in calls)
    return f"<｜tool▁calls▁begin｜>{body}<｜tool▁calls▁end｜>"


def kimi(calls):
    body = "".join(
        f"<|tool_call_begin|>functions.{name}:{index}<|tool_call_argument_begin|>{arguments}<|tool_call_end|>"
        for index, (name, arguments) in enumerate(calls))
    return f"<|tool_calls_section_begin|>{body}<|tool_calls_section_end|>"


def harmony(calls):
    return "<|start|>assistant".join(
        f"<|channel|>commentary to=functions.{name} <|constrain|>json<|message|>{arguments}<|call|>"
        for name, arguments in calls)


def cohere(*objects):
    return "<|START_ACTION|>[\n    " + ",\n    ".join(objects) + "\n]<|END_ACTION|>"


def llama(calls):
    return "; ".join(obj(name, arguments, "parameters") for name, arguments in calls)


# Ways to write calls, by format.
STYLES = {
    "hermes": [hermes, lambda calls: "".join(f"<tool_call>{obj(*call)}</tool_call>" for call in calls)],
    "llama3_json": [llama, lambda calls: "<|python_tag|>" + llama(calls)],
    "mistral": [listed("[TOOL_CALLS] ", ""),
                lambda calls: "".join(f"[TOOL_CALLS]{name}[ARGS]{arguments}" for name, arguments in calls)],
    "granite": [listed("<|tool_call|>", ""), listed("<tool_call> ", "", ",\n")],
    "granite4": [hermes],
    "granite-20b-fc": [lambda calls: "".join(f"<function_call> {obj(*call)}\n" for call in calls)],
    "phi4_mini_json": [listed("functools", "")],
    "internlm": [lambda calls: "".join(
        f"<|action_start|><|plugin|>\n{obj(name, arguments, 'parameters')}<|action_end|>" for name, arguments in calls)],
    "jamba": [listed("<tool_calls>\n", "\n</tool_calls>")],
    "hunyuan_a13b": [listed("<tool_calls>", "</tool_calls>")],
    "xlam": [listed("", ""), listed("```json\n", "\n```"), listed("<tool_call>", "</tool_call>"),
             listed("[TOOL_CALLS]", "")],
    "ernie45": [lambda calls: "".join(f"\n<tool_call>\n{obj(*call)}\n</tool_call>\n" for call in calls)],
    "deepseek_v3": [deepseek_v3],
    "deepseek_v31": [deepseek_v31],
    "kimi_k2": [kimi],
    "openai": [harmony],
    "longcat": [lambda calls: hermes(calls).replace("tool_call>", "longcat_tool_call>")],
    "apertus": [lambda calls: "<|tools_prefix|>[" + ", ".join(
        f'{{"{name}": {arguments}}}' for name, arguments in calls) + "]<|tools_suffix|>"],
}

# Formats in which vLLM leaves the arguments' text as it is.
VERBATIM = {"deepseek_v3", "deepseek_v31", "kimi_k2"}
# What happens to whitespace at the end of the content before a call.
TRIMMED = {"granite": str.rstrip, "apertus": str.rstrip, "xlam": str.rstrip, "ernie45": lambda text: text.rstrip("\n")}
OBJECTS = {"hermes", "llama3_json", "mistral", "granite", "granite4", "granite-20b-fc", "phi4_mini_json", "internlm",
           "jamba", "hunyuan_a13b", "xlam", "ernie45"}


def spelled(format, style, arguments):
    if format in VERBATIM or format == "mistral" and style > 0:
        return arguments
    return json.dumps(json.loads(arguments), ensure_ascii=False)


def content(format, style, *segments):
    """The content in `segments` of text, calls in between: blank ones are dropped, else nothing but what vLLM strips."""
    trim = str.rstrip if format == "mistral" and style > 0 else TRIMMED.get(format, lambda text: text)
    kept = [segment for segment in segments if segment.strip()]
    if segments[-1].strip():
        return "".join([trim(segment) for segment in kept[:-1]] + kept[-1:])
    return "".join(trim(segment) for segment in kept) or None


def battery():
    """The same calls in every format and style."""
    paris, add = ("get_weather", '{"city": "Paris"}'), ("add", '{"a": 1, "b": [2, 3]}')
    for format, styles in STYLES.items():
        for style, write in enumerate(styles):
            def case(text, calls, *segments):
                return format, text, message(content(format, style, *segments), *(
                    (name, spelled(format, style, arguments)) for name, arguments in calls))

            for arguments in ARGUMENTS if style == 0 else ARGUMENTS[:1] + ARGUMENTS[7:9]:
                yield case(write([("get_weather", arguments)]), [("get_weather", arguments)], "")
            yield case(write([paris, add, paris]), [paris, add, paris], "")
            if format == "openai":
                continue
            for before in ["I will look.", "I will look.\n\n", " \n\t", "Zwei Städte 🌍: "]:
                if not (format == "xlam" and style == 0 and before.strip()):
                    yield case(before + write([paris, add]), [paris, add], before, "")
            for after in ["\n", "\nThat is all.", " Done"]:
                end = "\n" if format in ("ernie45", "granite-20b-fc") else ""
                yield case(write([paris]) + after, [paris], "", end + after)
            if format != "xlam":
                between = end + "\nand then\n" + ("\n" if format == "ernie45" else "")
                yield case(write([paris]) + "\nand then\n" + write([add]), [paris, add], between, "")


def content_only():
    """Outputs without a call: all of it is content."""
    for format in STYLES:
        for text in ["Hello!", "", "  \n", "a < b and c > d [1] {x} `y`", "<", "Use <b>tags</b>, <tool>, <too", "[TOOL",
                     'Some {"json": [1, 2]} here and {"name": 5}', "functools are [nice]", "<|im_start|>x"]:
            yield format, text, message(text or None)


def malformed():
    """Outputs whose call is none: all of it stays content, whatever vLLM makes of it."""
    whole = '{"city": "Par<is"}'
    for format, styles in STYLES.items():
        for style, write in enumerate(styles):
            text = write([("get_weather", whole)])
            broken = [text[:int(len(text) * cut)] for cut in (0.35, 0.6, 0.7)]
            broken += [write([("get_weather", arguments)]) for arguments in [
                '{"city": Paris}', '{"a": NaN}', '{"a": 1e999}', '{"a": "\\x"}', '{"a": "\\ud800"}', '{"a": "\n"}', '{"a": 01}',
                "{'city': 'Paris'}", '{"a": 1,}', '{"a": [1}', '[1]', '"x"']]
            if format in OBJECTS and not (format == "mistral" and style > 0):
                key = "parameters" if format in ("llama3_json", "internlm") else "arguments"
                broken += [text.replace(obj("get_weather", whole, key), other) for other in [
                    '{"arguments": {}}', '{"name": "", "arguments": {}}', '{"name": 5, "arguments": {}}', "{}", "[]"]]
            for text in broken:
                yield format, text, message(text)


# Further outputs, with what Martlet gives where that is not what vLLM gives.
SPECIAL = [
    ("hermes", '<tool_call>\n{"name": "f", "arguments": {"x": 1}}', None),
    ("hermes", '<tool_call>{"name": "f", "arguments": {"x": 1}}</tool', message(None, ("f", '{"x": 1}'))),
    ("hermes", '<tool_call>{"name": "f", "arguments": {}}\n<tool_call>{"name": "g", "arguments": {}}</tool_call>',
     message(None, ("f", "{}"), ("g", "{}"))),
    ("hermes", '<tool_call>{"name": "f", "arguments": {"x": "</tool_call>"}}</tool_call>',
     message(None, ("f", '{"x": "</tool_call>"}'))),
    ("hermes", '<tool_call>{"name": "f", "arguments": {"x": "<tool_call>"}}</tool_call>', None),
    ("hermes", '<tool_call>{"name": "f"}</tool_call>', None),
    ("hermes", '<tool_call>{"name": "f", "arguments": null}</tool_call>', message(None, ("f", "{}"))),
    ("hermes", '<tool_call>{"name": "f", "arguments": "{\\"x\\": 1}"}</tool_call>', message(None, ("f", '{"x": 1}'))),
    ("hermes", '<tool_call>{"id": 7, "arguments": {"x": 1}, "type": "function", "name": "f"}</tool_call>', None),
    ("hermes", 'A <tool_call> tag. <tool_call>{"name": "f", "arguments": {}}</tool_call>',
     message("A <tool_call> tag. ", ("f", "{}"))),
    ("hermes", '<tool_call>{"name": "f", "arguments": {}} and</tool_call>', None),
    ("hermes", "<tool_call></tool_call>", None),
    ("hermes", '<tool_call><tool_call>{"name": "f", "arguments": {}}</tool_call>',
     message("<tool_call>", ("f", "{}"))),
    ("llama3_json", '{"name": "f", "arguments": {"x": 1}};{"name": "g", "arguments": {}}', None),
    ("llama3_json", '{"name": "f", "parameters": {}}\n{"name": "g", "parameters": {}}', None),
    ("llama3_json", '{"type": "function", "name": "f", "parameters": {"x": {"y": []}}}', None),
    ("llama3_json", '<|python_tag|>print({"a": 1})', None),
    ("llama3_json", '{"city": "Paris", "inner": {"name": "f", "arguments": {}}}', None),
    ("llama3_json", '{"name": "f", "parameters": {}}; ', None),
    ("llama3_json", '{"name": "f", "parameters": {}}; and', message("; and", ("f", "{}"))),
    ("llama3_json", '{"name": "f", "parameters": null}', message(None, ("f", "{}"))),
    ("llama3_json", 'if (x) { return {"name": "f", "parameters": {}}; }',
     message("if (x) { return ; }", ("f", "{}"))),
    ("mistral", '[TOOL_CALLS]nf[CALL_ID]abc123XYZ[ARGS]{"x": 1}', message(None, ("nf", '{"x": 1}'))),
    ("mistral", '[TOOL_CALLS]nf{"x": 1}[TOOL_CALLS]ng{"y": {}}', None),
    ("mistral", '[TOOL_CALLS] {"name": "f", "arguments": {"x": 1}}', None),
    ("mistral", '[TOOL_CALLS][TOOL_CALLS][{"name": "f", "arguments": {"x": 1}}]', None),
    ("mistral", '[TOOL_CALLS] [{"name": "f"}]', None),
    ("mistral", '[TOOL_CALLS] [{"name": "f", "arguments": "{\\"x\\": 1}"}]', None),
    ("mistral", '[TOOL_CALLS] [{"name": "f", "arguments": {"x": "[TOOL_CALLS]"}}]',
     message(None, ("f", '{"x": "[TOOL_CALLS]"}'))),
    ("mistral", '[TOOL_CALLS]nf [ARGS] {"x": 1}', None),
    ("granite", '<tool_call>[{"name": "f"}]', None),
    ("granite", "<tool_call>[]", message("<tool_call>[]")),
    ("granite", '<|tool_call|>{"name": "f", "arguments": {}}', message('<|tool_call|>{"name": "f", "arguments": {}}')),
    ("granite4", '<tool_call>{"name": "f", "arguments": "{\\"x\\": 1}"}</tool_call>', None),
    ("granite4", '<tool_call>{"name": "f", "arguments": {}}', None),
    ("granite-20b-fc", 'Hi<function_call>{"name": "f", "arguments": {}} {"name": "g"}',
     message('Hi {"name": "g"}', ("f", "{}"))),
    ("phi4_mini_json", 'functools[{"name": "f", "parameters": {"x": [1]}}]', message(None, ("f", '{"x": [1]}'))),
    ("phi4_mini_json", 'functools [{"name": "f", "arguments": {}}]', None),
    ("internlm", '<|action_start|><|plugin|>{"name": "f"}<|action_end|>', None),
    ("internlm", '<|action_start|> <|plugin|>\n{"name": "f", "arguments": {"x": 1}}', message(None, ("f", '{"x": 1}'))),
    ("internlm", "<|action_start|><|interpreter|>print(1)<|action_end|>", None),
    ("jamba", '<tool_calls>[{"name": "f", "arguments": {}}]', None),
    ("ernie45", '<tool_call>{"name": "f"}</tool_call>', None),
    ("ernie45", 'abc\n\n\n<tool_call>\n{"name": "f", "arguments": {"x": "}"}}\n</tool_call>\n', None),
    ("xlam", '```\n[{"name": "f", "arguments": {"x": 1}}]\n```', None),
    ("xlam", '```json\n{"a": 1}\n```', None),
    ("xlam", 'See [1]: [{"name": "f", "arguments": {}}]', None),
    ("deepseek_v3", deepseek_v3([("f", '{"x": "``` <｜tool▁call▁end｜>"}')]),
     message(None, ("f", '{"x": "``` <｜tool▁call▁end｜>"}'))),
    ("deepseek_v3", deepseek_v3([("f", "{}")]).replace("<｜tool▁calls▁end｜>", ""), None),
    ("deepseek_v3", "Hi" + deepseek_v3([("f", "")]).replace("\n\n", "\n"), message("Hi", ("f", "{}"))),
    ("deepseek_v31", deepseek_v31([("f", "")]), message(None, ("f", "{}"))),
    ("deepseek_v31", deepseek_v31([("f", "{}")]).replace("<｜tool▁calls▁end｜>", ""), None),
    ("deepseek_v31", deepseek_v31([("f", "{}"), ("g", "{")]),
     message("<｜tool▁call▁begin｜>g<｜tool▁sep｜>{<｜tool▁call▁end｜><｜tool▁calls▁end｜>", ("f", "{}"))),
    *((format, write([("typed", arguments)]), None)
      for format, style in [("hermes", 0), ("granite", 0), ("mistral", 1), ("kimi_k2", 0), ("deepseek_v3", 0)]
      for write in [STYLES[format][style]]
      for arguments in [
          '{"i":"3","n":"2.50","b":"True","s":5,"u":"null","l":["1",2,"x"],"o":{"i":"7","j":"8"},"z":"9"}',
          '{"i":3.0,"n":7,"b":1,"s":{"a":[1]},"u":"4","l":"[1, 2]","o":"{}"}']),
    ("kimi_k2", kimi([("typed", '{"i": 3,  "s": "x"}')]), None),
    *((format, text, rule) for format in ("cohere_command3", "cohere_command4") for text, rule in [
        ("<|START_THINKING|>I think. <|END_THINKING|><|START_RESPONSE|> Hi there\n<|END_RESPONSE|>", None),
        ("<|START_RESPONSE|>A <co>cited</co: 0:[1,2],1:[0]> word, a < b.<|END_RESPONSE|>", None),
        ("<|START_THINKING|>cut off", None), ("<|START_RESPONSE|>cut ", None),
        ("<|START_THINKING|>a\n<|END_THINKING|>plain", None),
        ("<|START_THINKING|>Plan.<|END_THINKING|>" + cohere(
            '{"tool_call_id": "0", "tool_name": "f", "parameters": {"x": "<|END_ACTION|> é", "n": 1.0}}',
            '{"tool_call_id": "1", "tool_name": "get_weather", "parameters": {"city": "Paris"}}'),
         message(None, ("f", '{"x": "<|END_ACTION|> é", "n": 1.0}'), ("get_weather", '{"city": "Paris"}'),
                 reasoning="Plan.")),
        (cohere('{"tool_call_id": "0", "tool_name": "f", "parameters": {"x": 1}}'), None),
        (cohere('{"tool_call_id": "0", "tool_name": "f"}'), message(None, ("f", "{}"))),
        (cohere('{"tool_call_id": "0", "parameters": {}}'), message(cohere('{"tool_call_id": "0", "parameters": {}}'))),
        ('<|START_ACTION|>[{"tool_name": "f", "parameters": {"a": }]<|END_ACTION|>',
         message('<|START_ACTION|>[{"tool_name": "f", "parameters": {"a": }]<|END_ACTION|>')),
        ('<|START_ACTION|>[{"tool_name": "f", "para', message('<|START_ACTION|>[{"tool_name": "f", "para')),
        ('<|START_ACTION|>[{"tool_name": "f", "parameters": {"x": 1}}]', message(None, ("f", '{"x": 1}'))),
        ("", None)]),
    ("cohere_command3", "Plain </co> text </co: 0:[1]> <co", None),
    ("cohere_command3", "A <co>cut</co: 0:[", message("A cut</co: 0:[")),
    ("cohere_command4", "<|START_THINKING|>a<|END_THINKING|><|START_TEXT|>b <|END_TEXT|>", None),
    ("cohere_command4", "Begins in thought<|END_THINKING|><|START_TEXT|>b<|END_TEXT|>", None),
    ("apertus", '<|tools_prefix|>[{"f": {"x": 1}}]', None),
    ("apertus", '<|tools_prefix|>[{"f": {"x": 1}}] and', message('<|tools_prefix|>[{"f": {"x": 1}}] and')),
    ("apertus", '<|tools_prefix|>[{"f": {}, "g": {}}]', message('<|tools_prefix|>[{"f": {}, "g": {}}]')),
    ("gigachat3", 'Hi <|message_sep|>\n\nfunction call<|role_sep|>\n{"name": "f", "arguments": {"x": "ä"}}', None),
    ("gigachat3", 'function call<|role_sep|>\n{"name": "f", "arguments": {"x": 1.0}}', message(None, ("f", '{"x": 1.0}'))),
    ("gigachat3", 'Hi<|function_call|>{"name": "f", "arguments": {}}', None),
    ("gigachat3", "Hi<|message_sep|>", None),
    ("gigachat3", "A function call is nice.", None),
    ("gigachat3", '<|function_call|>{"name": "f", "arguments": {', None),
    ("kimi_k2", kimi([("f", "{}")]).replace("functions.", ""), None),
    ("kimi_k2", kimi([("f", "")]), None),
    ("kimi_k2", kimi([("f", '{"x": "<|tool_call_end|>"}')]), message(None, ("f", '{"x": "<|tool_call_end|>"}'))),
    ("kimi_k2", kimi([("f", "{}")]).replace(":0", ""), message(kimi([("f", "{}")]).replace(":0", ""))),
    ("kimi_k2", kimi([("f", "{}")]).replace("<|tool_call_end|>", ""), None),
    ("kimi_k2", "<|tool_calls_section_begin|> \n<|tool_call_begin|> functions.f:12 <|tool_call_argument_begin|> {} "
     "<|tool_call_end|>\n<|tool_call_begin|>functions.g:13<|tool_call_argument_begin|>{}<|tool_call_end|>", None),
    ("openai", "<|channel|>analysis<|message|>Think.<|end|><|start|>assistant<|channel|>final<|message|>Hi!<|return|>", None),
    ("openai", "<|channel|>analysis<|message|>One.<|end|><|start|>assistant<|channel|>analysis<|message|>Two.<|end|>"
     "<|start|>assistant<|channel|>commentary<|message|>I will look.<|end|><|start|>assistant<|channel|>commentary "
     'to=functions.f <|constrain|>json<|message|>{"x":1}<|call|>', None),
    ("openai", "<|channel|>analysis<|message|>Think.<|end|><|start|>assistant to=functions.f<|channel|>commentary json"
     '<|message|>{"x": "ä"}<|call|>', None),
    ("openai", ' to=functions.f<|channel|>commentary<|message|>{"x": 1}', None),
    ("openai", '<|channel|>analysis to=functions.f code<|message|>{"x": 1}<|call|>', None),
    ("openai", '<|channel|>commentary to=f <|constrain|>json<|message|>{}<|call|>', None),
    ("openai", '<|channel|>commentary to=functions.f<|constrain|>json<|message|>{}<|call|>', None),
    ("openai", "<|channel|>final<|message|>a < b <|", None),
    ("openai", "<|channel|>final <|constrain|>json<|message|>{}<|return|>", None),
    ("openai", "<|channel|>analysis<|message|>cut off in the thou", None),
    ("openai", "<|channel|>analysis<|message|><|end|><|start|>assistant<|channel|>final<|message|>x<|return|>", None),
    ("openai", "<|channel|>commentary to=functions.f <|constrain|>json<|message|><|call|>", message(None, ("f", "{}"))),
    ("openai", "<|channel|>commentary to=functions.f <|constrain|>json<|message|> \n{ } \n<|call|>", None),
    ("openai", '<|channel|>commentary to=functions.f<|message|>{"x": "<|call|>"}<|call|>',
     message(None, ("f", '{"x": "<|call|>"}'))),
    ("openai", "<|channel|>analysis to=python code<|message|>print(1)<|call|>", None),
    ("openai", "<|channel|>commentary to=python code<|message|>print(1)<|call|>",
     message("<|channel|>commentary to=python code<|message|>print(1)<|call|>")),
    ("openai", "<|channel|>final<|message|>A<|end|><|start|>assistant<|channel|>final<|message|>B<|end|>", None),
    ("openai", "<|channel|>final<|message|>A<|end|><|start|>assistant<|chan", message("A")),
    ("openai", "<|message|>No channel.<|end|>", message("No channel.")),
    ("openai", "Plain text.", None),
    ("openai", "<|channel|>final", message(None)),
    ("openai", "<|start|>assistant<|channel|>final<|message|>x", message("x")),
]


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    cases, differing = [], {}
    for format, text, rule in [*battery(), *content_only(), *malformed(), *SPECIAL]:
        try:
            reference = vllm_result(format, text)
        except Exception as error:
            reference = {"error": type(error).__name__}
        case = {"format": format, "text": text, **(rule or reference)}
        if rule is not None and rule != reference:
            case["differs"] = True
            differing[format] = differing.get(format, 0) + 1
        cases.append(case)
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    data = f'{{"tools": {json.dumps(TOOLS)},\n"cases": [\n{lines}\n]}}\n'.encode()
    (folder / "json_formats.json").write_bytes(data)
    manifest = {
        "script": "Scripts/goldens/make_tool_calls.py",
        "command": "python3 Scripts/goldens/make_tool_calls.py Tests/Fixtures/tool_calls",
        "versions": {"vllm": vllm.__version__, "cohere-melody": version("cohere-melody")},
        "sha256": {"json_formats.json": hashlib.sha256(data).hexdigest()},
    }
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{len(cases)} cases, {sum(differing.values())} in which Martlet differs from vLLM on purpose: {differing}")


if __name__ == "__main__":
    main()
