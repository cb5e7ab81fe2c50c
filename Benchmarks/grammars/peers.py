"""xgrammar and llguidance, one of them in a process of its own: a line of JSON in for each schema, one out."""
import gc
import importlib.metadata
import json
import os
import sys
import time

CLOCKS = {"wall": time.perf_counter_ns, "thread": time.thread_time_ns}


def resident(pid="self"):
    """MiB of memory that a process has."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024


class XGrammar:
    """As vLLM calls it, but with one thread; strict_mode is on there by default."""

    def __init__(self, tokenizer, strict):
        import xgrammar

        self.xgrammar, self.strict = xgrammar, strict
        size = len(tokenizer)
        info = xgrammar.TokenizerInfo.from_huggingface(tokenizer, vocab_size=size, stop_token_ids=tokenizer.eos_token_id)
        self.compiler = xgrammar.GrammarCompiler(info, max_threads=1, cache_enabled=True, cache_limit_bytes=512 << 20)
        self.mask = xgrammar.allocate_token_bitmask(1, size)
        self.words = self.mask.numpy()[0]

    def compile(self, schema):
        grammar = self.compiler.compile_json_schema(schema, strict_mode=self.strict)
        return self.xgrammar.GrammarMatcher(grammar)

    def calls(self, matcher):
        """(fill the mask, take a token, an empty call)"""
        fill, mask = matcher.fill_next_token_bitmask, self.mask
        return lambda: fill(mask), matcher.accept_token, matcher.is_terminated

    def check(self, matcher):
        pass


class LLGuidance:
    def __init__(self, tokenizer):
        import llguidance
        import llguidance.hf
        import numpy

        self.llguidance = llguidance
        size = len(tokenizer)
        self.tokenizer = llguidance.hf.from_tokenizer(tokenizer, size)
        self.words = numpy.zeros((size + 31) // 32, dtype=numpy.int32)

    def compile(self, schema):
        matcher = self.llguidance.LLMatcher(
            self.tokenizer, self.llguidance.LLMatcher.grammar_from_json_schema(schema), log_level=0)
        self.check(matcher)
        return matcher

    def calls(self, matcher):
        fill, address, size = matcher.unsafe_compute_mask_ptr, self.words.ctypes.data, self.words.nbytes
        return lambda: fill(address, size), matcher.consume_token, matcher.is_stopped

    def check(self, matcher):
        if matcher.is_error():
            raise ValueError(matcher.get_error())


ENGINES = {"xgrammar": lambda tokenizer: XGrammar(tokenizer, True),
           "xgrammar-open": lambda tokenizer: XGrammar(tokenizer, False), "llguidance": LLGuidance}


class Peer:
    def __init__(self, engine, clock, end):
        self.engine, self.clock, self.end = engine, CLOCKS[clock], end
        self.kept = {}

    def empty_call(self):
        """Microseconds of a call that does nothing, the reading of the clock included: the median of many."""
        matcher = self.engine.compile('{"type": "integer"}')
        empty, clock, times = self.engine.calls(matcher)[2], self.clock, []
        for _ in range(10001):
            start = clock()
            empty()
            times.append(clock() - start)
        return sorted(times)[len(times) // 2] / 1000

    def answer(self, line):
        result = {"compiled": False, "kept": line["key"] in self.kept, "accepted": [], "mask_us": [], "commit_us": []}
        try:
            start = self.clock()
            matcher = self.engine.compile(line["schema"])
            result["compile_ms"] = (self.clock() - start) / 1e6
            result["compiled"] = True
            # What an engine has learned it may keep in the grammar, so the second pass is over the same one.
            matcher = self.kept.setdefault(line["key"], matcher)
            for ids in line["tokens"]:
                matcher.reset()
                result["accepted"].append(self.accepts(matcher, ids, result))
        except (Exception, SystemExit) as error:
            result["error"] = f"{type(error).__name__}: {error}"[:300]
        return result

    def accepts(self, matcher, ids, result):
        fill, take, _ = self.engine.calls(matcher)
        clock, words, masks, commits = self.clock, self.engine.words, [], []
        result["mask_us"].append(masks)
        result["commit_us"].append(commits)
        for token in [*ids, self.end]:
            start = clock()
            fill()
            masks.append((clock() - start) / 1000)
            self.engine.check(matcher)
            if not words[token >> 5] >> (token & 31) & 1:
                return False
            if len(masks) > len(ids):
                return True
            start = clock()
            taken = take(token)
            commits.append((clock() - start) / 1000)
            if not taken:
                return False


def main():
    name, path, clock, end = sys.argv[1:5]
    # Replies go out alone, whatever a library prints.
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    import transformers

    start = time.perf_counter()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=path, eos_token=end)
    engine = ENGINES[name](tokenizer)
    seconds = time.perf_counter() - start
    peer = Peer(engine, clock, tokenizer.eos_token_id)
    overhead = peer.empty_call()
    gc.collect()
    gc.disable()
    version = importlib.metadata.version(name.split("-")[0])
    replies.write(json.dumps({"setup_seconds": seconds, "overhead_us": overhead, "version": version}) + "\n")
    for line in sys.stdin:
        replies.write(json.dumps(peer.answer(json.loads(line))) + "\n")


if __name__ == "__main__":
    main()
