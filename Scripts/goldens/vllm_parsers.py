"""vLLM's parsers of model output with a stand-in for the tokenizer: they ask it for the ids of special tokens only."""
import contextlib, io, logging, os, sys
from pathlib import Path

# A neighbour of this script is called as a package that transformers looks for.
sys.path[:] = [path for path in sys.path if Path(path).resolve() != Path(__file__).resolve().parent]

os.environ.setdefault("VLLM_LOGGING_LEVEL", "CRITICAL")
logging.disable(logging.CRITICAL)

import vllm
from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest
from vllm.reasoning import ReasoningParserManager
from vllm.tool_parsers import ToolParserManager

MARKERS = """<think> </think> <seed:think> </seed:think> <tool_call> </tool_call> <seed:tool_call> </seed:tool_call> [THINK] [/THINK]
[TOOL_CALLS] [ARGS] <minimax:tool_call> </minimax:tool_call> <|tool_calls_section_begin|> <|tool_calls_section_end|>
<|tool_call_begin|> <|tool_call_end|> <|tool_call_argument_begin|> <|channel> <channel|> <|tool_call> <tool_call|> <response>
</response> <0x0A> </ Ġ</ think > <|tool_call_start|> <|tool_call_end|> <start_function_call> <end_function_call> <escape>
<longcat_tool_call> </longcat_tool_call> <｜DSML｜function_calls> </｜DSML｜function_calls> <｜DSML｜tool_calls> </｜DSML｜tool_calls>
<｜tool_calls_begin｜> <｜tool_calls_end｜> <｜tool_call_begin｜> <｜tool_call_end｜> <｜tool_sep｜>""".split()


class Tokenizer:
    """A tokenizer as far as the parsers look."""

    def __init__(self):
        self.vocab = {marker: index for index, marker in enumerate(dict.fromkeys(MARKERS))}

    def get_vocab(self):
        return self.vocab

    def encode(self, text, **_):
        return []

    all_special_tokens, all_special_ids = [], []


def request(tools=None, kwargs=None):
    extra = {"tools": tools, "tool_choice": "auto"} if tools else {}
    return ChatCompletionRequest(
        model="m", messages=[{"role": "user", "content": "x"}], chat_template_kwargs=kwargs or {}, **extra)


def reasoning(name, output, kwargs=None):
    """(reasoning, content) of a whole output."""
    parser = ReasoningParserManager.get_reasoning_parser(name)(Tokenizer(), chat_template_kwargs=dict(kwargs or {}))
    return parser.extract_reasoning(output, request(None, kwargs))


def tool_calls(name, output, tools=None):
    """(content, [(name, arguments)]) of a whole output without reasoning."""
    chat = request(tools)
    parser = ToolParserManager.get_tool_parser(name)(Tokenizer(), chat.tools)
    with contextlib.redirect_stderr(io.StringIO()):
        result = parser.extract_tool_calls(output, chat)
    return result.content, [(call.function.name, call.function.arguments) for call in result.tool_calls]


VERSION = vllm.__version__
