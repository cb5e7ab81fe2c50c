"""Writes Tests/Fixtures/rope/rope.json: rotary fragments of config.json and what transformers makes of them.

Every case: name, headDim, defaultTheta, config, maxModelLen (null: what the config names), and either rotaryDim,
inverseFrequencies (float32) and attentionFactor, or `refused`: the key an error must name. The refused cases are this
project's own rules, where transformers warns or fails in some other way. Some cases also have layerType with
layerTypeKeys (theta's key and whether rope_scaling is meant for the type), queryScaling (beta and length) and
softmaxScaleFactor.

    python Scripts/goldens/make_rope.py
"""
import copy
import hashlib
import json
import logging
import math
import os
import pathlib
import sys

os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import torch
import transformers
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

logging.disable(logging.WARNING)
OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/rope"
CASES = []


def sizes(**changes):
    base = dict(hidden_size=256, num_attention_heads=4, num_key_value_heads=2, num_hidden_layers=1,
                intermediate_size=64, vocab_size=32, max_position_embeddings=4096)
    return {**base, **changes}


def add(name, config, config_class=transformers.LlamaConfig, served=None, theta=10000.0):
    """A case whose numbers come from transformers; `served` is the longest context."""
    parsed = config_class(**copy.deepcopy(config))
    rope = parsed.rope_parameters
    head_dim = getattr(parsed, "head_dim", None) or parsed.hidden_size // parsed.num_attention_heads
    function = ROPE_INIT_FUNCTIONS.get(rope["rope_type"])
    if function:
        # longrope and dynamic choose by length there; here the longest served length decides once.
        length = served or parsed.max_position_embeddings
        frequencies, factor = function(parsed, torch.device("cpu"), seq_len=length)
    else:
        assert rope["rope_type"] == "default", rope
        dim = int(head_dim * rope.get("partial_rotary_factor", 1.0))
        frequencies = 1.0 / (rope["rope_theta"] ** (torch.arange(0, dim, 2, dtype=torch.float) / dim))
        factor = 1.0
    CASES.append(dict(
        name=name, config=config, headDim=head_dim, defaultTheta=theta, maxModelLen=served,
        rotaryDim=2 * len(frequencies), inverseFrequencies=[float(f) for f in frequencies],
        attentionFactor=float(factor)))


def add_layers(name, config, config_class, thetas, keys):
    """A case for each layer type of a family whose layer types rotate differently."""
    parsed = config_class(**copy.deepcopy(config))
    for layer_type, theta in thetas.items():
        rope = parsed.rope_parameters[layer_type]
        if rope["rope_type"] == "default":
            exponents = torch.arange(0, parsed.head_dim, 2, dtype=torch.float) / parsed.head_dim
            frequencies, factor = 1.0 / (rope["rope_theta"] ** exponents), 1.0
        else:
            frequencies, factor = ROPE_INIT_FUNCTIONS[rope["rope_type"]](
                parsed, torch.device("cpu"), layer_type=layer_type)
        CASES.append(dict(
            name=f"{name}, {layer_type}", config=config, headDim=parsed.head_dim, defaultTheta=theta, maxModelLen=None,
            layerType=layer_type, layerTypeKeys=keys[layer_type], rotaryDim=2 * len(frequencies),
            inverseFrequencies=[float(f) for f in frequencies], attentionFactor=float(factor)))


def same_as(name, other, config, **changes):
    """A spelling that must give the numbers of an earlier case."""
    case = next(c for c in CASES if c["name"] == other)
    CASES.append({**case, "name": name, "config": config, **changes})


def refuse(name, key, config, head_dim=64):
    CASES.append(dict(name=name, config=config, headDim=head_dim, defaultTheta=10000.0, maxModelLen=None, refused=key))


def scaled(rope_type, **members):
    return {"rope_scaling": {"rope_type": rope_type, **members}}


def default_cases():
    add("no keys", sizes())
    add("theta at the top", sizes(rope_theta=500000.0))
    add("theta that is no whole number", sizes(rope_theta=12345.678))
    add("head_dim 96", sizes(head_dim=96, rope_theta=1e6))
    add("head_dim 80", sizes(head_dim=80, rope_theta=5e6))
    add("head_dim 128", sizes(head_dim=128))
    add("rope_parameters", sizes(rope_parameters={"rope_type": "default", "rope_theta": 1e6}))
    add("the member theta wins", sizes(rope_theta=123.0, rope_parameters={"rope_type": "default", "rope_theta": 1e6}))
    add("null rope_scaling falls through",
        sizes(rope_scaling=None, rope_parameters={"rope_type": "default", "rope_theta": 2e6}))
    add("rope_scaling replaces rope_parameters",
        sizes(rope_theta=3e4, rope_scaling={"type": "linear", "factor": 2.0},
              rope_parameters={"rope_type": "default", "rope_theta": 1e6}))
    same_as("mrope is default for text", "rope_parameters",
            sizes(rope_theta=1e6, rope_scaling={"type": "mrope", "mrope_section": [8, 12, 12]}))
    same_as("mrope under both names", "rope_parameters",
            sizes(rope_theta=1e6, rope_scaling={
                "type": "mrope", "rope_type": "default", "mrope_section": [8, 12, 12], "mrope_interleaved": True}))
    same_as("one set of members per layer type", "rope_parameters",
            sizes(rope_parameters={"full_attention": {"rope_type": "default", "rope_theta": 1e6},
                                   "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}}))
    same_as("rotary_emb_base is theta", "theta at the top", sizes(rotary_emb_base=500000))


def partial_cases():
    add("partial factor at the top", sizes(partial_rotary_factor=0.5))
    add("partial factor as a member",
        sizes(rope_parameters={"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 0.25}))
    add("the member factor wins",
        sizes(partial_rotary_factor=0.5,
              rope_parameters={"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 0.25}))
    neox = {k: v for k, v in sizes(max_position_embeddings=2048).items() if k != "num_key_value_heads"}
    add("GPT-NeoX rotary_pct", {**neox, "rotary_pct": 0.25, "rotary_emb_base": 10000}, transformers.GPTNeoXConfig)
    m2 = dict(sizes(head_dim=128), num_local_experts=4, num_experts_per_tok=2)
    kind = transformers.MiniMaxM2Config
    add("MiniMax-M2 rotary_dim alone", {**m2, "rotary_dim": 64, "rope_theta": 5e6}, kind)
    add("MiniMax-M2 factor alone", {**m2, "partial_rotary_factor": 0.5, "rope_theta": 5e6}, kind)
    add("MiniMax-M2 rotary_dim and factor are applied once",
        {**m2, "rotary_dim": 64, "partial_rotary_factor": 0.5, "rope_theta": 5e6}, kind)
    add("MiniMax-M2 rotary_dim and member factor",
        {**m2, "rotary_dim": 64,
         "rope_parameters": {"rope_type": "default", "rope_theta": 5e6, "partial_rotary_factor": 0.5}}, kind)
    add("MiniMax-M2 neither rotates all, with the family's theta", m2, kind, theta=5e6)
    add("an odd width is rounded up to pairs", sizes(partial_rotary_factor=0.4))
    add("partial with linear", sizes(partial_rotary_factor=0.75, **scaled("linear", factor=3.0)))


def scaled_cases():
    add("linear, old name of the type", sizes(rope_scaling={"type": "linear", "factor": 4.0}))
    add("linear with a whole factor", sizes(**scaled("linear", factor=4)))
    add("dynamic within the trained length", sizes(**scaled("dynamic", factor=4.0)))
    add("dynamic beyond the trained length", sizes(**scaled("dynamic", factor=4.0)), served=16384)
    llama3 = dict(low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192)
    long = sizes(max_position_embeddings=131072, rope_theta=500000.0)
    add("Llama 3.1", {**long, **scaled("llama3", factor=8.0, **llama3)})
    add("Llama 3.2", {**long, **scaled("llama3", factor=32.0, **llama3)})
    add("llama3 without its original length",
        {**long, **scaled("llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)})
    add("yarn", sizes(
        max_position_embeddings=16384, **scaled("yarn", factor=4.0, original_max_position_embeddings=4096)))
    add("yarn without its original length", sizes(**scaled("yarn", factor=4.0)))
    add("yarn with attention_factor",
        sizes(**scaled("yarn", factor=4.0, original_max_position_embeddings=1024, attention_factor=1.25)))
    forty = dict(factor=40.0, original_max_position_embeddings=4096)
    add("yarn with equal mscales", sizes(**scaled("yarn", mscale=0.707, mscale_all_dim=0.707, **forty)))
    add("yarn with different mscales", sizes(**scaled("yarn", mscale=1.0, mscale_all_dim=0.5, **forty)))
    add("yarn with one mscale, which is ignored", sizes(**scaled("yarn", mscale=0.707, **forty)))
    add("yarn without truncation", sizes(rope_theta=150000, **scaled(
        "yarn", factor=32.0, original_max_position_embeddings=4096, beta_fast=32.0, beta_slow=1.0, truncate=False)))
    add("yarn with null factor",
        sizes(max_position_embeddings=16384, **scaled("yarn", factor=None, original_max_position_embeddings=4096)))
    add("yarn with other betas",
        sizes(**scaled("yarn", factor=8.0, original_max_position_embeddings=2048, beta_fast=64, beta_slow=2)))
    add("yarn on 96 dimensions", sizes(head_dim=96, rope_theta=1e6, **scaled(
        "yarn", factor=4.0, original_max_position_embeddings=32768)))
    longrope_cases()
    gemma4 = {"rope_type": "proportional", "rope_theta": 1e6}
    add("proportional", sizes(rope_parameters={**gemma4, "partial_rotary_factor": 0.25}))
    add("proportional with an odd number of angles and a factor",
        sizes(head_dim=20, rope_parameters={**gemma4, "partial_rotary_factor": 0.75, "factor": 8.0}))
    add("proportional of the whole head", sizes(rope_parameters=gemma4))


def longrope_cases():
    short = [1.0 + 0.01 * i for i in range(32)]
    long = [2.0 + 0.5 * i for i in range(32)]
    members = dict(short_factor=short, long_factor=long, original_max_position_embeddings=4096)
    big = sizes(max_position_embeddings=131072)
    add("longrope serving a short context", {**big, **scaled("longrope", **members)}, served=4096)
    add("longrope serving a long context", {**big, **scaled("longrope", **members)}, served=4097)
    add("longrope with attention_factor", {**big, **scaled("longrope", attention_factor=1.5, **members)})
    add("longrope with factor", {**big, **scaled("longrope", factor=4.0, **members)})
    outside = {**big, "original_max_position_embeddings": 4096}
    same_as("su with the original length outside", "longrope serving a long context",
            {**outside, "rope_scaling": {"type": "su", "short_factor": short, "long_factor": long}})
    same_as("su and longrope are one", "longrope serving a long context",
            {**big, "rope_scaling": {"type": "su", **members, "rope_type": "longrope"}})
    phi = dict(outside, pad_token_id=0, bos_token_id=1, eos_token_id=2, partial_rotary_factor=0.75)
    add("Phi-4-mini: three quarters of the head",
        {**phi, "rope_scaling": {"type": "longrope", "short_factor": short[:24], "long_factor": long[:24]}},
        transformers.Phi3Config)


GEMMA3 = dict(full_attention=dict(theta="rope_theta", takesScaling=True),
              sliding_attention=dict(theta="rope_local_base_freq", takesScaling=False))
OLMO3 = dict(full_attention=dict(theta="rope_theta", takesScaling=True),
             sliding_attention=dict(theta=None, takesScaling=False))


def layer_type_cases():
    gemma3, thetas = sizes(head_dim=64), dict(full_attention=1e6, sliding_attention=1e4)
    kind = transformers.Gemma3TextConfig
    add_layers("Gemma 3 without keys", gemma3, kind, thetas, GEMMA3)
    add_layers("Gemma 3 as released", {**gemma3, "rope_theta": 2e6, "rope_local_base_freq": 5e3,
                                       "rope_scaling": {"rope_type": "linear", "factor": 8.0}}, kind, thetas, GEMMA3)
    full = {"rope_type": "yarn", "factor": 4.0, "rope_theta": 3e5, "original_max_position_embeddings": 1024}
    add_layers("Gemma 3, an object for each", {**gemma3, "rope_parameters": {
        "full_attention": full, "sliding_attention": {"rope_type": "default", "rope_theta": 2e4}}},
        kind, thetas, GEMMA3)
    add_layers("Gemma 3, one object", {**gemma3, "rope_parameters": {"full_attention": full}}, kind, thetas, GEMMA3)
    add_layers("Gemma 3, scalars beside the objects", {**gemma3, "rope_parameters": {
        "rope_type": "linear", "factor": 2.0, "rope_theta": 7.0, "full_attention": full,
        "sliding_attention": {"rope_type": "default"}}}, kind, thetas, GEMMA3)
    olmo3, thetas = sizes(head_dim=64, max_position_embeddings=65536), dict(full_attention=5e5, sliding_attention=5e5)
    add_layers("OLMo 3 as released", {**olmo3, "rope_theta": 4e5, "rope_scaling": {
        "rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 8192, "beta_fast": 32, "beta_slow": 1,
        "attention_factor": 1.2079441541679836}}, transformers.Olmo3Config, thetas, OLMO3)
    same_as("objects of two layer types and scalars beside them", "rope_parameters",
            sizes(rope_parameters={"rope_theta": 7.0, "full_attention": {"rope_type": "default", "rope_theta": 1e6},
                                   "sliding_attention": {"rope_type": "linear", "factor": 2.0}}))
    same_as("theta at the top for objects without one", "rope_parameters",
            sizes(rope_theta=1e6, rope_parameters={"full_attention": {}, "sliding_attention": {}}))


def magnitude(factor, mscale):
    return 0.1 * mscale * math.log(factor) + 1


def yarn_relatives():
    """Types that differ from yarn in what they multiply cos and sin by; the formulas are those of vLLM."""
    members = dict(factor=40.0, original_max_position_embeddings=4096)
    for name, mscales, factor, softmax in (
        ("alone", {}, magnitude(40, 1), 1.0),
        ("with mscale", dict(mscale=0.707), magnitude(40, 0.707), 1.0),
        ("with mscale_all_dim", dict(mscale_all_dim=0.5), magnitude(40, 1) / magnitude(40, 0.5),
         magnitude(40, 0.5) ** 2),
        ("with both", dict(mscale=1.0, mscale_all_dim=1.0), 1.0, magnitude(40, 1) ** 2),
    ):
        same_as(f"deepseek_yarn {name}", "yarn with equal mscales",
                sizes(**scaled("deepseek_yarn", **mscales, **members)), attentionFactor=factor,
                softmaxScaleFactor=softmax)
    same_as("yarn names the softmax scale too", "yarn with equal mscales",
            sizes(**scaled("yarn", mscale=0.707, mscale_all_dim=0.707, **members)),
            softmaxScaleFactor=magnitude(40, 0.707) ** 2)
    same_as("telechat3-yarn", "yarn with equal mscales", sizes(**scaled("telechat3-yarn", **members)),
            attentionFactor=0.07 * math.log(40) + 1)
    ministral = {**members, "factor": 16.0, "mscale": 1.0, "mscale_all_dim": 1.0, "type": "yarn"}
    big = dict(max_position_embeddings=65536, rope_theta=1e6)
    add("Ministral 3", sizes(**big, **scaled("yarn", llama_4_scaling_beta=0.1, **ministral)),
        transformers.Ministral3Config)
    CASES[-1]["queryScaling"] = [0.1, 4096]
    same_as("Ministral 3, an object for the growth of queries", "Ministral 3",
            sizes(**big, **scaled("yarn", **ministral),
                  llama_4_scaling={"beta": 0.1, "original_max_position_embeddings": 8192}), queryScaling=[0.1, 8192])


def refused_cases():
    refuse("unknown type", "rope_scaling.rope_type", sizes(**scaled("bogus", factor=2.0)))
    refuse("linear without factor", "rope_scaling.factor", sizes(**scaled("linear")))
    refuse("linear with factor 0", "rope_scaling.factor", sizes(**scaled("linear", factor=0)))
    refuse("linear with a factor in quotes", "rope_scaling.factor", sizes(**scaled("linear", factor="4")))
    refuse("llama3 without low_freq_factor", "rope_scaling.low_freq_factor",
           sizes(**scaled("llama3", factor=8.0, high_freq_factor=4.0)))
    refuse("yarn without factor", "rope_scaling.factor", sizes(**scaled("yarn")))
    refuse("longrope with lists of another length", "rope_scaling.short_factor",
           sizes(**scaled("longrope", short_factor=[1.0], long_factor=[2.0])))
    refuse("longrope without lists", "rope_scaling.short_factor", sizes(**scaled("longrope")))
    refuse("mrope without sections", "rope_scaling.mrope_section", sizes(rope_scaling={"type": "mrope"}))
    refuse("growth of queries in two places", "llama_4_scaling", sizes(
        llama_4_scaling={"beta": 0.1, "original_max_position_embeddings": 8192},
        **scaled("yarn", factor=2.0, llama_4_scaling_beta=0.1)))
    CASES[-1]["queryScaling"] = [0.1, 8192]
    refuse("growth of queries without a length", "llama_4_scaling", sizes(llama_4_scaling={"beta": 0.1}))
    CASES[-1]["queryScaling"] = [0.1, 8192]
    refuse("growth of queries over no positions", "llama_4_scaling.original_max_position_embeddings",
           sizes(llama_4_scaling={"beta": 0.1, "original_max_position_embeddings": 0}))
    CASES[-1]["queryScaling"] = [0.1, 8192]
    refuse("two types", "rope_scaling.rope_type",
           sizes(rope_scaling={"type": "linear", "rope_type": "yarn", "factor": 2.0}))
    refuse("rope_scaling is no object", "rope_scaling", sizes(rope_scaling="linear"))
    refuse("partial factor 0", "partial_rotary_factor", sizes(partial_rotary_factor=0.0))
    refuse("partial factor 1.5", "rope_parameters.partial_rotary_factor",
           sizes(rope_parameters={"rope_type": "default", "partial_rotary_factor": 1.5}))
    refuse("odd head", "partial_rotary_factor", sizes(head_dim=63), head_dim=63)
    refuse("factor and rotary_dim contradict", "rotary_dim", sizes(partial_rotary_factor=0.5, rotary_dim=64), 64)
    refuse("negative theta", "rope_theta", sizes(rope_theta=-1))
    refuse("lengths that make the factor infinite", "rope_scaling.rope_type", sizes(**scaled(
        "longrope", short_factor=[1.0] * 32, long_factor=[1.0] * 32, original_max_position_embeddings=1)))
    refuse("no entry for the layer type", "rope_parameters.full_attention",
           sizes(rope_parameters={"sliding_attention": {"rope_type": "default"}}))
    refuse("frequency factors of another length", "rope_freq_factors", sizes(rope_freq_factors=[1.0, 2.0]))
    refuse("frequency factors beside yarn", "rope_freq_factors",
           sizes(rope_freq_factors=[1.0] * 32, **scaled("yarn", factor=2.0)))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for make in (default_cases, partial_cases, scaled_cases, layer_type_cases, yarn_relatives, refused_cases):
        make()
    path = OUT / "rope.json"
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in CASES) + "\n]\n")
    manifest = {
        "script": "Scripts/goldens/make_rope.py",
        "command": "python Scripts/goldens/make_rope.py",
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "transformers": transformers.__version__},
        "sha256": {"rope.json": hashlib.sha256(path.read_bytes()).hexdigest()},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(len(CASES), "cases")


if __name__ == "__main__":
    main()
