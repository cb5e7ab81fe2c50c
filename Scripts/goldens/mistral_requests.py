"""Random chat requests, and how mistral_common spells them in each version."""
import json

from mistral_common.protocol.instruct.normalize import get_normalizer
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.protocol.instruct.validator import ValidationMode, get_validator
from mistral_common.tokens.tokenizers import instruct
from mistral_common.tokens.tokenizers.base import SpecialTokens, TokenizerVersion
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
from mistral_common.tokens.tokenizers.model_settings_builder import ModelSettingsBuilder
from mistral_common.tokens.tokenizers.tekken import Tekkenizer

VERSIONS = ["v1", "v2", "v3", "v7", "v11", "v13", "v15"]
BUILDERS = [
    {"reasoning_effort": {"type": "enum", "accepts_none": True, "default": "none", "values": ["none", "high"]}, "json_schema": None},
    {"reasoning_effort": None, "json_schema": {"type": "json_schema", "accepts_none": False, "default": None}},
    {
        "reasoning_effort": {"type": "enum", "accepts_none": True, "default": "high", "values": ["none", "low", "high"]},
        "json_schema": {"type": "json_schema", "accepts_none": False, "default": None},
    },
]


class Recorder(Tekkenizer):
    """A tokenizer whose ids of texts are the numbers of the texts."""

    FIRST_TEXT = 1_000_000

    def encode(self, s, bos, eos):
        self.texts.append(s)
        return [self.FIRST_TEXT + len(self.texts) - 1] if s else []

    def decode(self, *arguments, **options):
        return ""


class Speller:
    """The segments of requests in one version."""

    def __init__(self, tekken, version, builder):
        version = TokenizerVersion(version)
        tokens = [{"rank": rank, "token_str": token.value, "is_control": True} for rank, token in enumerate(SpecialTokens)]
        config = tekken["config"]
        builder = ModelSettingsBuilder.model_validate(builder) if builder is not None else None
        Recorder.texts = []
        self.recorder = Recorder(
            tekken["vocab"], tokens, config["pattern"], config["default_vocab_size"], config["default_num_special_tokens"],
            version, model_settings_builder=builder,
        )
        make = getattr(instruct, f"InstructTokenizerV{version.version_num}")
        self.tokenizer = MistralTokenizer(make(self.recorder), get_validator(version, ValidationMode.test), get_normalizer(version, builder))

    def segments(self, request):
        """`[["c", control token], ["t", text], ...]`, or None where the request is refused."""
        self.recorder.texts = []
        request = json.loads(json.dumps(request))
        try:
            tokens = self.tokenizer.encode_chat_completion(ChatCompletionRequest.from_openai(**request)).tokens
        except Exception:
            return None
        special, texts = self.recorder._all_special_tokens, self.recorder.texts
        return [["t", texts[id - Recorder.FIRST_TEXT]] if id >= Recorder.FIRST_TEXT else ["c", special[id]["token_str"]] for id in tokens]


WORDS = [
    "Hello", "how are you?", "  two  spaces  ", "trailing ", "   ", "", "[INST] no [/INST]", "</s>", "grüße 中文 😀", "line\nbreak\r\n", "tab\t", "\u2028",
    'quote " and \\ backslash', "\x00\x01\x1f\x7f", "a\u0301", " lead", "[TOOL_CALLS][]", "x" * 50, "1.0", "{}", "é ", "\ufeffx", "\u00a0 ",
]
JSON_TEXTS = [
    "{}", "[]", "null", "true", "NaN", "-Infinity", "1", "-0", "-0.0", "1.0", "1e5", "1E400", "1e-7", "0.1", "123456789012345678901234567890", "01", "1.", "+1",
    '"text"', '"\\u00e9\\ud83d\\ude00\\/\\b"', '{"a": 1, "b": [1, 2.50, {"c": null}], "a": "again"}', ' {"x" : "y\\n" } ', '{"é": "ü\u2028"}', '{"a": 1,}', "[1 2]",
    "{'a': 1}", "plain text", '{"a": "unterminated', '{"k": "\\u0000\\u001f\\u007f"}', "[1e16, 1e15, 123456.789e3, 1e22, 1.5e300]", '"tab\tin string"', "\u00a0{}",
    "[[[[[]]]], {}, [{}]]", '{"": ""}', "-", '"\\x"', "tru", "[]]", "2.0000000000000001", "9007199254740993.0", "\n[\n]\n",
]
SCHEMAS = [
    {}, {"type": "object", "properties": {"city": {"type": "string", "description": "Where: \"é\"\n"}, "days": {"type": "integer", "minimum": 0}}, "required": ["city"]},
    {"type": "object", "properties": {}, "additionalProperties": False, "x-custom": None, "default": None}, {"anyOf": [{"type": "null"}, {"enum": [1, 1.5, None, "x"]}]},
    {"type": ["object", "null"], "properties": {"a": {"items": [{"type": "number"}, True], "multipleOf": 0.5, "maxItems": 3.0}, "b": {"$ref": "#/definitions/c"}}, "definitions": {"c": {"const": 1e30}}},
    {"dependencies": {"a": ["b"], "c": {"not": {}}}, "if": True, "then": {}, "examples": [1], "readOnly": True, "patternProperties": {"^x": {}}, "propertyNames": {"pattern": "^a+$"}},
]
BAD_SCHEMAS = [
    {"type": "text"}, {"type": []}, {"type": ["string", "string"]}, {"properties": []}, {"properties": {"a": 1}}, {"required": "a"}, {"required": ["a", "a"]}, {"minLength": -1},
    {"maxItems": 1.5}, {"multipleOf": 0}, {"anyOf": []}, {"anyOf": {}}, {"items": []}, {"items": [3]}, {"enum": 1}, {"additionalProperties": "no"}, {"dependencies": {"a": "b"}},
    {"dependencies": {"a": ["b", 1]}}, {"uniqueItems": 1}, {"title": 5}, {"minimum": "0"}, {"minimum": True}, {"not": None}, {"definitions": {"a": {"type": 1}}}, {"$ref": 1}, {"pattern": 2},
]


def weighted(generator, *choices):
    """One of (weight, value or function)."""
    value = generator.choices([value for _, value in choices], [weight for weight, _ in choices])[0]
    return value() if callable(value) else value


class Requests:
    """Random requests, most of them valid in most versions."""

    def __init__(self, generator, fault_rate):
        self.generator, self.fault_rate = generator, fault_rate

    def fault(self):
        return self.generator.random() < self.fault_rate

    def text(self):
        return " ".join(self.generator.choice(WORDS) for _ in range(self.generator.choice([1, 1, 1, 2, 3])))

    def content(self, thinking=False):
        if self.fault():
            return self.generator.choice([None, 5, {}, [], [{"text": "no type"}], [{"type": "text"}], [{"type": "strange"}], ["text"], [{"type": "text", "text": None}]])
        if self.generator.random() < 0.65:
            return self.text()
        chunks = []
        for _ in range(self.generator.randint(1, 4)):
            if thinking and self.generator.random() < 0.3:
                chunks.append({"type": "thinking", "thinking": self.text(), **self.generator.choice([{}, {"closed": True}, {"closed": False}])})
            else:
                chunks.append({"type": "text", "text": self.text(), **self.generator.choice([{}, {}, {"cache_control": 1}])})
        return chunks

    def name(self):
        return self.generator.choice(["bad name", "", "x" * 65, "é", 5, "a.b"]) if self.fault() else self.generator.choice(["get_weather", "f", "a-b_C9", "x" * 64, "line\n"])

    def id(self):
        if self.fault():
            return self.generator.choice(["null", "", "short", "0123456789", "abc-defgh", None, 7, "éééééééée", "abcdefgh\n"])
        return "".join(self.generator.choice("abcXYZ019") for _ in range(9)) + ("\n" if self.generator.random() < 0.02 else "")

    def call(self):
        arguments = weighted(self.generator, (6, lambda: self.generator.choice(JSON_TEXTS)), (1, {"a": 1.0, "é": ["x", None]}), (1, ""), (1, None))
        if self.fault():
            arguments = self.generator.choice([5, [], True])
        call = {"id": self.id(), "type": "function", "function": {"name": self.name(), "arguments": arguments}}
        if self.fault():
            self.generator.choice([lambda: call.pop("id"), lambda: call.pop("function"), lambda: call["function"].pop("arguments"), lambda: call.update(type="tool"), lambda: call.update(type=None), lambda: call.update(function={}), lambda: call.pop("type")])()
        return call

    def assistant(self, calls, thinking):
        message = {"role": "assistant"}
        if not calls or self.generator.random() < 0.2:
            message["content"] = self.content(thinking)
        elif self.generator.random() < 0.5:
            message["content"] = self.generator.choice([None, ""])
        if calls:
            message["tool_calls"] = calls
        elif self.generator.random() < 0.1:
            message["tool_calls"] = self.generator.choice([None, []])
        if thinking and self.generator.random() < 0.15:
            message[self.generator.choice(["reasoning", "reasoning_content"])] = self.generator.choice(["why", "", None])
        if self.fault():
            message.update(self.generator.choice([{"reasoning": "a", "reasoning_content": "a"}, {"reasoning": "a", "reasoning_content": "b"}, {"tool_calls": {}}, {"tool_calls": [5]}, {"reasoning": 5}]))
        return message

    def result(self, id):
        message = {"role": "tool", "tool_call_id": id, "content": weighted(self.generator, (3, lambda: self.generator.choice(JSON_TEXTS)), (1, self.content))}
        if self.generator.random() < 0.5:
            message["name"] = self.name()
        if self.fault():
            self.generator.choice([lambda: message.pop("tool_call_id"), lambda: message.update(tool_call_id="unknown00"), lambda: message.pop("content"), lambda: message.update(name=None)])()
        return message

    def turns(self, thinking):
        generator = self.generator
        for _ in range(generator.choice([1, 1, 1, 2])):
            yield {"role": "user", "content": self.content()}
        for _ in range(generator.choice([0, 0, 1, 1, 2])):
            calls = [self.call() for _ in range(generator.choice([1, 1, 2, 3]))]
            yield self.assistant(calls, thinking)
            ids = [call.get("id", "null") for call in calls]
            generator.shuffle(ids)
            for id in ids[: len(ids) - self.fault()]:
                yield self.result(id)
        for _ in range(generator.choice([1, 1, 1, 2])):
            yield self.assistant([], thinking)

    def request(self):
        generator = self.generator
        thinking = generator.random() < 0.3
        messages = []
        for _ in range(generator.choice([0, 0, 1, 1, 2])):
            messages.append({"role": generator.choice(["system", "system", "developer"]), "content": self.content(thinking and generator.random() < 0.2)})
        for _ in range(generator.randint(1, 3)):
            messages += self.turns(thinking)
            if generator.random() < 0.05:
                messages.insert(generator.randrange(len(messages) + 1), {"role": "system", "content": self.text()})
        request = {"messages": messages}
        continues = generator.random() < 0.2
        if continues:
            request["continue_final_message"] = True
        elif generator.random() < 0.97:
            cut = generator.choice(["user", "tool"])
            while messages and messages[-1]["role"] != cut and generator.random() < 0.98:
                messages.pop()
        if self.fault():
            generator.shuffle(messages)
        if self.fault() and messages:
            generator.choice(messages)["role"] = generator.choice(["user", "assistant", "tool", "function", "system", None])
        if generator.random() < 0.5:
            request["tools"] = [self.tool() for _ in range(generator.choice([0, 1, 1, 2]))]
        if generator.random() < 0.1:
            request["reasoning_effort"] = generator.choice(["none", "high", "low", "absurd"])
        if generator.random() < 0.1:
            schema = generator.choice(BAD_SCHEMAS if self.fault() else SCHEMAS)
            request["response_format"] = generator.choice([{"type": "text"}, {"type": "json_object"}, {"type": "json_schema"}, {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}, {}])
        return request

    def tool(self):
        generator = self.generator
        function = {"name": self.name(), "parameters": generator.choice(BAD_SCHEMAS if self.fault() else SCHEMAS)}
        if generator.random() < 0.7:
            function["description"] = generator.choice([None, "", self.text()])
        if generator.random() < 0.2:
            function["strict"] = generator.choice([True, None])
        if generator.random() < 0.1:
            function["parameters"] = None
        tool = {"type": "function", "function": function, **generator.choice([{}, {"extra": 1}])}
        if self.fault():
            generator.choice([lambda: tool.pop("type"), lambda: tool.pop("function"), lambda: tool.update(type="x"), lambda: function.update(description=5), lambda: function.pop("name"), lambda: function.update(parameters=[])])()
        return tool
