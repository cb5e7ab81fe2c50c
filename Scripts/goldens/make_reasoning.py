#!/usr/bin/env python3
"""Stores how vLLM divides outputs into reasoning and content.

    python3 Scripts/goldens/make_reasoning.py Tests/Fixtures/reasoning

Needs: pip install vllm==0.32.0.
"""
import hashlib, json, random, sys
from pathlib import Path

from vllm_parsers import VERSION, reasoning

THINK, QWEN = ("<think>", "</think>"), ["deepseek_r1", "holo2", "step3", "ernie45", "qwen3", "mimo", "step3p5", "nemotron_v3",
    "granite_thinking_parser", "glm45", "minimax_m2", "kimi_k2"]
# What opens and closes reasoning, and what ends it by opening a tool call.
FORMATS = {
    **{name: (*THINK, "") for name in QWEN},
    **{name: (*THINK, "<tool_call>") for name in ["qwen3", "mimo", "step3p5", "nemotron_v3", "granite_thinking_parser", "glm45"]},
    "minimax_m2": (*THINK, "<minimax:tool_call>"), "kimi_k2": (*THINK, "<|tool_calls_section_begin|>"),
    "seed_oss": ("<seed:think>", "</seed:think>", "<seed:tool_call>"), "olmo3": (*THINK, ""),
    "minimax_m2_append_think": (*THINK, ""), "mistral": ("[THINK]", "[/THINK]", "[TOOL_CALLS]"),
    "gemma4": ("<|channel>thought\n", "<channel|>", "<|tool_call>"),
    "granite": ("Here is my thought process:", "Here's my response:", ""), "hunyuan_a13b": ("<think>\n", "\n</think>\n<answer>\n", ""),
}
# These take an output that is cut off within reasoning for content when it is whole, but not as a stream. We stream.
NEED_END = {"olmo3", "granite", "hunyuan_a13b"}
# Those that have the prompt open the reasoning.
START_OPEN = set(FORMATS) - {"mistral", "gemma4", "granite", "hunyuan_a13b", "minimax_m2_append_think"}
WORDS = ["a", "b c", "\n", "\n\n", " ", "é", "<", "</", "think", "x<y", "日本", "\t", "[", "Here", "1 < 2 > 0", "💡"]


def outputs(name, rng):
    start, end, call = FORMATS[name]
    text = lambda: "".join(rng.choice(WORDS) for _ in range(rng.randint(0, 5)))
    yield f"{start}I think{end}I say"
    yield f"{start}\nI think\n{end}\n\nI say"
    yield f"{start}\nI think\n\n{end}"
    yield f"{start}{end}I say"
    yield f"{start}\n\n{end}\n\nI say"
    if name not in NEED_END:
        yield f"{start}I think, but"
        yield start
    if name in START_OPEN:
        yield f"I think{end}I say"
        yield f"{end}I say"
        yield end
        if name not in NEED_END: yield "I think"
    else:
        yield "I say"
    if call:
        yield f"{start}I think{call}what it takes"
        yield f"{start}I think{end}I say{call}what it takes"
        yield f"{start}I think {end}\n{call}"
    if name == "ernie45":
        yield "I think\n</think>\n\n\n<response>\nI say\n</response>\n"
        yield "I think\n</think>\nI say"
    if name == "hunyuan_a13b":
        yield "<think>\nI think\n</think>\n<answer>\nI say\n</answer>"
        yield "I say\n</answer>"
    for _ in range(12):
        output = (start if rng.random() < 0.7 or name not in START_OPEN else "") + text() + end + text()
        if call and rng.random() < 0.3: output += call + text()
        yield output
    for _ in range(4):
        if name not in NEED_END: yield start + text()


def main(folder):
    rng, cases = random.Random(7), []
    for name in FORMATS:
        for output in dict.fromkeys(outputs(name, rng)):
            thought, content = reasoning(name, output)
            cases.append({"parser": name, "output": output, "reasoning": thought or None, "content": content or None})
    for name, kwargs in [("qwen3", {"enable_thinking": False}), ("glm45", {"enable_thinking": False}), ("kimi_k2", {"thinking": False}),
                         ("deepseek_v3", {}), ("deepseek_v3", {"thinking": True}), ("deepseek_v3", {"enable_thinking": True}),
                         ("holo2", {"thinking": False}), ("glm45", {"thinking": True, "enable_thinking": False}), ("seed_oss", {"enable_thinking": False})]:
        for output in ["I think</think>I say", "<think>I think</think>I say", "I say"]:
            thought, content = reasoning(name, output, kwargs)
            cases.append({"parser": name, "kwargs": kwargs, "output": output, "reasoning": thought or None, "content": content or None})
    text = json.dumps({"cases": cases}, ensure_ascii=False, indent=0) + "\n"
    (folder / "cases.json").write_text(text)
    manifest = {"script": "Scripts/goldens/make_reasoning.py", "command": "python3 Scripts/goldens/make_reasoning.py Tests/Fixtures/reasoning",
                "versions": {"vllm": VERSION}, "sha256": {"cases.json": hashlib.sha256(text.encode()).hexdigest()}}
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(len(cases), "cases")


main(Path(sys.argv[1]))
