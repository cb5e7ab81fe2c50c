"""faster-whisper in a process of its own, run by the Python that has it installed; `compare` starts it.

    peer.py versions
    peer.py single MODEL TYPE THREADS REPEATS FROM TOKENS   CTranslate2 alone: the encoder, and tokens one after the other
    peer.py serve MODEL TYPE PORT WORKERS THREADS MODE      the least server around faster-whisper

MODE `files` transcribes each upload as it comes, WORKERS at once; `batched` hands all uploads that wait to
BatchedInferencePipeline together, as the clips of one long recording.
"""
import json
import os
import statistics
import sys
import time

PROMPT, END = [50258, 50259, 50359, 50363], 50257
SAMPLE_RATE = 16_000
# Greedy, one temperature and so no second attempt, nothing dropped, nothing but the text.
OPTIONS = {"language": "en", "task": "transcribe", "beam_size": 1, "best_of": 1, "temperature": 0.0,
           "without_timestamps": True, "vad_filter": False, "condition_on_previous_text": False,
           "compression_ratio_threshold": None, "log_prob_threshold": None, "no_speech_threshold": None}


def single(model, kind, threads, repeats, begin, tokens):
    import ctranslate2
    import numpy

    whisper = ctranslate2.models.Whisper(model, device="cpu", compute_type=kind, intra_threads=threads, inter_threads=1)
    noise = numpy.random.default_rng(0).standard_normal((1, 80, 3000)).astype(numpy.float32)
    features = ctranslate2.StorageView.from_array(noise)

    def median(work):
        work()
        seconds = []
        for _ in range(repeats):
            start = time.perf_counter()
            result = work()
            seconds.append(time.perf_counter() - start)
        return statistics.median(seconds), result

    def decode(count):
        # The end token is banned, so that the length alone ends it; half of `max_length` is left for a prompt.
        result = whisper.generate(states, [PROMPT], beam_size=1, max_length=2 * count, suppress_blank=False,
                                  suppress_tokens=[END])
        made = len(result[0].sequences_ids[0])
        if made != count:
            sys.exit(f"{made} tokens instead of {count}")

    encoder, states = median(lambda: whisper.encode(features, to_cpu=True))
    short, _ = median(lambda: decode(begin))
    long, _ = median(lambda: decode(begin + tokens))
    return {"encoder_ms": 1e3 * encoder, "decoder_ms_per_token": 1e3 * (long - short) / tokens}


class Files:
    """Each upload by itself; CTranslate2 runs as many at once as it has workers."""

    def __init__(self, model):
        self.model = model

    def transcribe(self, samples):
        segments, _ = self.model.transcribe(samples, **OPTIONS)
        return "".join(segment.text for segment in segments)


class Batched:
    """All uploads that wait, in one batch; `WINDOW` seconds of each at a time."""
    WINDOW, GATHER = 30, 0.01

    def __init__(self, model):
        import queue
        import threading

        from faster_whisper import BatchedInferencePipeline

        self.pipeline = BatchedInferencePipeline(model)
        self.waiting = queue.SimpleQueue()
        threading.Thread(target=self.work, daemon=True).start()

    def transcribe(self, samples):
        import concurrent.futures

        future = concurrent.futures.Future()
        self.waiting.put((samples, future))
        return future.result()

    def work(self):
        while True:
            taken = [self.waiting.get()]
            time.sleep(self.GATHER)
            while not self.waiting.empty():
                taken.append(self.waiting.get())
            try:
                texts = self.together([samples for samples, _ in taken])
            except Exception as failure:  # it is the answer of every upload of this batch
                for _, future in taken:
                    future.set_exception(failure)
                continue
            for text, (_, future) in zip(texts, taken):
                future.set_result(text)

    def together(self, recordings):
        import numpy

        clips, owners, start = [], [], 0.0
        for index, samples in enumerate(recordings):
            seconds = len(samples) / SAMPLE_RATE
            for offset in range(0, int(seconds), self.WINDOW):
                clips.append({"start": start + offset, "end": start + min(offset + self.WINDOW, seconds)})
                owners.append(index)
            start += seconds
        segments, _ = self.pipeline.transcribe(numpy.concatenate(recordings), clip_timestamps=clips,
                                               batch_size=len(clips), **OPTIONS)
        texts = [""] * len(recordings)
        for segment in segments:
            owner = next(owner for clip, owner in zip(clips, owners) if segment.start < clip["end"])
            texts[owner] += segment.text
        return texts


def serve(model, kind, port, workers, threads, mode):
    import http.server
    import io

    from faster_whisper import WhisperModel
    from faster_whisper.audio import decode_audio

    whisper = WhisperModel(model, device="cpu", compute_type=kind, cpu_threads=threads, num_workers=workers)
    engine = {"files": Files, "batched": Batched}[mode](whisper)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.reply(200, {"status": "ok"})

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            # The file is the last part of the form.
            begin = body.index(b"RIFF")
            try:
                self.reply(200, {"text": engine.transcribe(decode_audio(io.BytesIO(body[begin:])))})
            except Exception as failure:  # the client says so, the server goes on
                self.reply(500, {"error": repr(failure)})

        def reply(self, status, content):
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def main():
    what, *rest = sys.argv[1:]
    if what == "versions":
        import ctranslate2
        import faster_whisper

        print(json.dumps({"faster-whisper": faster_whisper.__version__, "ctranslate2": ctranslate2.__version__}))
    elif what == "single":
        print(json.dumps(single(*rest[:2], *map(int, rest[2:]))))
    else:
        model, kind, *numbers, mode = rest
        serve(model, kind, *map(int, numbers), mode)


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    main()
