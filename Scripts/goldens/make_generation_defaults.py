"""Writes Tests/Fixtures/generation_defaults/cases.json: what vLLM makes of a model's files, the flags and a request.

Every case: generation_config (null: no file), config (config.json), folder (the file of the folder that
`--generation-config` names), flag (`auto`, `vllm` or `folder`), override, request, prompt_tokens, max_model_len, and what
is in force: value and source of every parameter. vLLM gives the values; the source is the first place in its order that
gives that parameter, which this script finds by asking vLLM again without each place.

    python Scripts/goldens/make_generation_defaults.py        (vLLM and transformers of requirements.txt)
"""
import hashlib
import importlib.metadata
import json
import logging
import os
import pathlib
import sys
import tempfile
import types

sys.path[:] = [path for path in sys.path if pathlib.Path(path).resolve() != pathlib.Path(__file__).resolve().parent]
os.environ.setdefault("VLLM_LOGGING_LEVEL", "CRITICAL")
os.environ["HF_HUB_OFFLINE"] = "1"
logging.disable(logging.CRITICAL)

from vllm.config.model import ModelConfig
from vllm.entrypoints.openai.chat_completion.protocol import ChatCompletionRequest
from vllm.entrypoints.serve.utils.api_utils import get_max_tokens

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/generation_defaults"
NAMES = ["temperature", "top_p", "top_k", "min_p", "repetition_penalty", "presence_penalty", "frequency_penalty"]
BASE = {"model_type": "llama", "hidden_size": 8, "num_attention_heads": 1, "num_hidden_layers": 1, "vocab_size": 16}


def effective(case):
    """The parameters vLLM's chat endpoint would sample with."""
    with tempfile.TemporaryDirectory() as root:
        model, folder = pathlib.Path(root, "model"), pathlib.Path(root, "folder")
        model.mkdir(), folder.mkdir()
        (model / "config.json").write_text(json.dumps({**BASE, **case["config"]}))
        if case["generation_config"] is not None:
            (model / "generation_config.json").write_text(json.dumps(case["generation_config"]))
        if case["folder"] is not None:
            (folder / "generation_config.json").write_text(json.dumps(case["folder"]))
        flag = str(folder) if case["flag"] == "folder" else case["flag"]
        config = types.SimpleNamespace(
            generation_config=flag, hf_config_path=None, model=str(model), trust_remote_code=False, revision=None,
            _hf_config_revision=None, code_revision=None, config_format="auto", hf_token=None,
            override_generation_config=case["override"])
        config.try_get_generation_config = lambda: ModelConfig.try_get_generation_config(config)
        defaults = ModelConfig.get_diff_sampling_param(config)
        cap = (defaults.get("max_tokens") if flag not in ("auto", "vllm")
               else case["override"].get("max_new_tokens"))
    request = ChatCompletionRequest(messages=[{"role": "user", "content": "x"}], **case["request"])
    asked = request.max_completion_tokens if request.max_completion_tokens is not None else request.max_tokens
    tokens = get_max_tokens(case["max_model_len"], asked, case["prompt_tokens"], defaults, cap)
    params = request.to_sampling_params(tokens, defaults)
    return {**{name: getattr(params, name) for name in NAMES}, "max_tokens": params.max_tokens}


def sources(case, values):
    """Where each parameter comes from: the first place in vLLM's order that gives it; of max_tokens, what limits it."""
    file, name_of_file = ((case["folder"], "--generation-config") if case["flag"] == "folder"
                          else (case["generation_config"], "generation_config.json"))
    if file is None:
        # What transformers 5 leaves of the generation settings in config.json.
        file = {key: value for key, value in case["config"].items() if key in ("min_p", "max_new_tokens")}
        name_of_file = "config.json"

    def default(key):
        if key in case["override"]:
            return "--override-generation-config" if case["override"][key] is not None else "built-in"
        return name_of_file if case["flag"] != "vllm" and file.get(key) is not None else "built-in"

    found = {name: "request" if case["request"].get(name) is not None else default(name) for name in NAMES}
    if values["temperature"] < 1e-5:
        found.update(dict.fromkeys(("top_p", "top_k", "min_p"), "greedy sampling"))
    source = default("max_new_tokens")
    given = case["override"].get("max_new_tokens") if source.startswith("--override") else file.get("max_new_tokens")
    asked = [v for v in (case["request"].get("max_completion_tokens"), case["request"].get("max_tokens")) if v is not None]
    limits = [(asked[0], "request")] if asked else [(given, source)] if source != "built-in" else []
    if source.startswith("--"):
        limits.append((given, source))
    limits.append((case["max_model_len"] - case["prompt_tokens"], "max_model_len"))
    value, found["max_tokens"] = min(limits, key=lambda limit: limit[0])
    assert value == values["max_tokens"], (case, value, values)
    return found


def case(name, file=None, config={}, folder=None, flag="auto", override={}, request={}, prompt_tokens=10, max_model_len=100):
    case = dict(name=name, generation_config=file, config=config, folder=folder, flag=flag, override=override,
                request=request, prompt_tokens=prompt_tokens, max_model_len=max_model_len)
    case["effective"] = effective(case)
    case["sources"] = sources(case, case["effective"])
    return case


def table():
    full = dict(temperature=0.6, top_p=0.9, top_k=20, min_p=0.05, repetition_penalty=1.1, presence_penalty=0.5,
                frequency_penalty=0.25, max_new_tokens=30)
    other = dict(temperature=0.3, top_p=0.8, top_k=7, min_p=0.1, repetition_penalty=1.2, presence_penalty=-0.5,
                 frequency_penalty=-0.25, max_new_tokens=25)
    yield case("nothing anywhere")
    yield case("a full file", file=full)
    yield case("a full file, flag vllm", file=full, flag="vllm")
    yield case("a full folder", folder=other, flag="folder", file=full)
    yield case("a folder without keys hides the model's file", folder={}, flag="folder", file=full)
    yield case("an override of everything", file=full, override=other)
    yield case("an override of everything, flag vllm", file=full, override=other, flag="vllm")
    yield case("an override on a folder", folder=full, override={"temperature": 0.2}, flag="folder")
    yield case("a request for everything", file=full, override=other, request=dict(
        temperature=0.4, top_p=0.7, top_k=3, min_p=0.2, repetition_penalty=1.3, presence_penalty=1.0,
        frequency_penalty=1.5, max_tokens=5))
    for key, value in full.items():
        yield case(f"file: {key}", file={key: value})
        yield case(f"override null: {key}", file={key: value}, override={key: None})
    for key, value in other.items():
        if key == "max_new_tokens":
            continue
        yield case(f"config.json without a file: {key}", config={key: value})
        yield case(f"config.json beside a file: {key}", config={key: value}, file={"do_sample": True})
        yield case(f"request null: {key}", file={key: value}, request={key: None})
    for key in ("temperature", "top_p", "top_k", "min_p"):
        neutral = {"temperature": 1.0, "top_p": 1.0, "top_k": 0, "min_p": 0.0}[key]
        yield case(f"the file's neutral value counts: {key}", file={key: neutral})
        yield case(f"the request's neutral value counts: {key}", file=full, request={key: neutral})
    yield case("the file's top_k 50 stays", file={"top_k": 50})
    yield case("do_sample false is not greedy", file={"do_sample": False})
    yield case("max_length is not a limit", file={"max_length": 20})
    yield case("what nobody reads", file={"num_beams": 4, "typical_p": 0.5, "no_repeat_ngram_size": 3, "max_length": 7})
    yield case("the request's zero temperature", file=full, request={"temperature": 0})
    yield case("the file's zero temperature", file={"temperature": 0.0})
    yield case("top_k -1 in the request", file=full, request={"top_k": -1})
    yield case("max_tokens beyond the room", request={"max_tokens": 500})
    yield case("max_completion_tokens wins", request={"max_tokens": 50, "max_completion_tokens": 6})
    yield case("the file's max_new_tokens is only a default", file={"max_new_tokens": 30}, request={"max_tokens": 60})
    yield case("the folder's max_new_tokens is a cap", folder={"max_new_tokens": 30}, flag="folder", request={"max_tokens": 60})
    yield case("the override's max_new_tokens is a cap", override={"max_new_tokens": 30}, request={"max_tokens": 60})
    yield case("the cap does not lengthen", override={"max_new_tokens": 30}, request={"max_tokens": 6})
    yield case("max_new_tokens beyond the room", file={"max_new_tokens": 3000})
    yield case("a long prompt", file={"max_new_tokens": 30}, prompt_tokens=95)
    yield case("the override wins over config.json", config={"temperature": 0.3}, override={"temperature": 0.2})
    yield case("an override null under vllm", flag="vllm", file={"temperature": 0.3}, override={"temperature": None})
    yield case("config.json's max_new_tokens", config={"max_new_tokens": 12, "temperature": 0.3})
    yield case("an override null over config.json", config={"temperature": 0.3}, override={"temperature": None})


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / "cases.json"
    cases = list(table())
    path.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
    manifest = {
        "script": "Scripts/goldens/make_generation_defaults.py",
        "command": "python Scripts/goldens/make_generation_defaults.py",
        "versions": {"python": sys.version.split()[0],
                     **{p: importlib.metadata.version(p) for p in ("vllm", "transformers")}},
        "sha256": {"cases.json": hashlib.sha256(path.read_bytes()).hexdigest()},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
