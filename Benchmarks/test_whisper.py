"""python3 -m unittest discover Benchmarks"""
import importlib.util
import io
import json
import os
import struct
import sys
import tempfile
import threading
import unittest
import unittest.mock
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from comparison.process import Failure  # noqa: E402
from whisper import cli, client, engines, figures, models, shapes, table, vocabulary  # noqa: E402

PROBE = {"f32_gflop_s": 100, "bf16_gflop_s": 1000, "int8_gop_s": 2000, "read_gb_s": 50}


def record(number, engine, format, kind, values, threads=1, way=None, error=None):
    case = figures.Case("tiny", threads, kind, engine, format, way)
    return {"round": number, "case": case._asdict(), "values": values, "error": error, "probe": PROBE, "other_cpus": 0.1}


class Shapes(unittest.TestCase):
    def test_operations_and_bytes(self):
        tiny, base = shapes.SHAPES["tiny"], shapes.SHAPES["base"]
        self.assertAlmostEqual(tiny.encoder_operations / 1e9, 36.9, 0)
        self.assertAlmostEqual(base.encoder_operations / 1e9, 87.4, 0)
        self.assertAlmostEqual(tiny.decoder_bytes(2, 2) / 1e6, 65.7, 0)
        self.assertAlmostEqual(base.decoder_bytes(2, 2) / 1e6, 116, 0)

    def test_limits(self):
        found = shapes.limits(shapes.SHAPES["tiny"], "16-bit", 8, 96, PROBE)
        self.assertAlmostEqual(found["encoder"], shapes.SHAPES["tiny"].encoder_operations / 1e9)
        self.assertGreater(found["encoder and cross K/V"], found["encoder"])
        self.assertAlmostEqual(found["decoder"], 65.7e6 / 50e9 * 1e3, 1)
        # One file after the other would read the weights eight times as often.
        alone = 30 / (found["encoder and cross K/V"] + 96 * found["decoder"]) * 1e3
        self.assertGreater(found["files"], alone)


class Vocabulary(unittest.TestCase):
    def test_ids_are_those_of_whisper(self):
        tokens, merges = vocabulary.text()
        special = vocabulary.special()
        every = tokens + special
        self.assertEqual((len(every), len(set(every))), (shapes.VOCABULARY, shapes.VOCABULARY))
        for name, id in (("endoftext", vocabulary.END), ("startoftranscript", vocabulary.START), ("en", 50259), ("su", 50357),
                         ("translate", 50358), ("transcribe", 50359), ("startofprev", 50361), ("notimestamps", 50363),
                         ("0.00", 50364), ("30.00", 51864)):
            self.assertEqual(every[id], f"<|{name}|>")
        self.assertEqual(tokens[220], "Ġ")
        self.assertEqual(vocabulary.as_bytes(["aĠ", "Ā", ""]), [b"a ", b"\0", b""])
        self.assertEqual(len(merges), len(tokens) - 256 - 1)

    def test_the_script_is_text_without_repetition_that_ends(self):
        ids = models.script_ids(96)
        self.assertEqual((ids[96], ids.count(vocabulary.END), len(set(ids))), (vocabulary.END, 1, len(ids)))
        self.assertEqual(len(models.script_text(96)), 4 * 96)
        self.assertTrue(models.script_text(96).isalpha())


@unittest.skipUnless(importlib.util.find_spec("numpy"), "needs numpy")
class Models(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.shape = shapes.Shape("small", 8, 2, 1)
        self.values = list(models.tensors(self.shape, 5))

    def test_folder(self):
        models.write_folder(self.folder.name, self.shape, self.values)
        with open(os.path.join(self.folder.name, "model.safetensors"), "rb") as file:
            size, = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(size))
            length = len(file.read())
        self.assertEqual(max(entry["data_offsets"][1] for entry in header.values()), length)
        self.assertEqual(header["model.decoder.layers.0.encoder_attn.k_proj.weight"]["shape"], [8, 8])
        for name in ("model.encoder.conv1.bias", "model.encoder.embed_positions.weight", "model.encoder.layer_norm.weight",
                     "model.decoder.embed_tokens.weight", "model.decoder.layers.0.encoder_attn_layer_norm.bias",
                     "model.decoder.layers.0.self_attn_layer_norm.bias", "model.decoder.layers.0.fc2.weight",
                     "model.decoder.layers.0.final_layer_norm.weight", "model.decoder.layer_norm.bias"):
            self.assertIn(name, header)
        self.assertNotIn("model.decoder.layers.0.encoder_attn.k_proj.bias", header)
        with open(os.path.join(self.folder.name, "tokenizer.json"), encoding="utf-8") as file:
            added = {token["content"]: token for token in json.load(file)["added_tokens"]}
        self.assertTrue(added["<|en|>"]["special"])
        self.assertFalse(added["<|0.00|>"]["special"])

    def test_ggml(self):
        path = os.path.join(self.folder.name, "a.bin")
        models.write_ggml(path, self.shape, self.values)
        with open(path, "rb") as file:
            data = file.read()
        self.assertEqual(struct.unpack_from("<12i", data),
                         (0x67676D6C, 51865, 1500, 8, 2, 1, 448, 8, 2, 1, 80, 1))
        self.assertEqual(struct.unpack_from("<2i", data, 48), (80, 201))
        place, kinds = 56 + 80 * 201 * 4, {}
        self.assertEqual(struct.unpack_from("<i", data, place)[0], 50257)
        place += 4
        for _ in range(50257):
            place += 4 + struct.unpack_from("<i", data, place)[0]
        while place < len(data):
            dimensions, length, kind = struct.unpack_from("<3i", data, place)
            size = struct.unpack_from(f"<{dimensions}i", data, place + 12)
            name = data[place + 12 + 4 * dimensions:place + 12 + 4 * dimensions + length].decode()
            kinds[name] = (kind, size)
            count = 1
            for one in size:
                count *= one
            place += 12 + 4 * dimensions + length + count * (2 if kind else 4)
        self.assertEqual(place, len(data))
        self.assertEqual(kinds["encoder.conv1.weight"], (1, (3, 80, 8)))
        self.assertEqual(kinds["encoder.conv1.bias"], (0, (1, 8)))
        self.assertEqual(kinds["decoder.positional_embedding"], (0, (8, 448)))
        self.assertEqual(len(kinds), len(self.values))

    def test_positions_point_at_the_script(self):
        import numpy

        values = dict(self.values)
        embedding, positions = values["decoder.token_embedding.weight"], values["decoder.positional_embedding"]
        for position, id in enumerate(models.script_ids(5)[:7], models.PROMPT - 1):
            one, other = positions[position], embedding[id]
            self.assertGreater(one @ other / numpy.linalg.norm(one) / numpy.linalg.norm(other), 0.99)


class Figures(unittest.TestCase):
    RUN = [
        record(0, "Martlet", "f16", "16-bit", {"encoder": 50, "encoder and cross K/V": 60, "decoder": 1}),
        record(0, "whisper.cpp", "f16", "16-bit", {"encoder and cross K/V": 900, "decoder": 4}),
        record(0, "faster-whisper", "float32", "16-bit", {"encoder": 150, "decoder": 3}),
        record(1, "Martlet", "f16", "16-bit", {"encoder": 60, "encoder and cross K/V": 70, "decoder": 2}),
        record(1, "whisper.cpp", "f16", "16-bit", {"encoder and cross K/V": 910, "decoder": 3}),
        record(1, "faster-whisper", "float32", "16-bit", {"encoder": 120, "decoder": 5}),
        record(0, "Martlet", "q8_0", "8-bit", {"decoder": 1.5}),
        record(0, "Martlet", "f16", "16-bit", {"decoder": 2.5}, threads=2),
        record(0, "whisper.cpp", "f16", "16-bit", {"files": 20}, threads=2, way="one server"),
        record(0, "whisper.cpp", "f16", "16-bit", {"files": 30}, threads=2, way="2 servers"),
        record(0, "Martlet", "f16", "16-bit", {"files": 90}, threads=2, way=""),
        record(0, "faster-whisper", "int8", "8-bit", {}, error="it | broke"),
    ]

    def line(self, lines, row, threads, kind):
        return next(line for line in lines if (line["row"], line["threads"], line["kind"]) == (row, threads, kind))

    def test_ratios_are_of_the_same_round_and_the_faster_peer(self):
        lines = list(figures.lines(self.RUN))
        self.assertEqual(self.line(lines, "encoder", 1, "16-bit")["ratios"], [3, 2])
        self.assertEqual(self.line(lines, "decoder", 1, "16-bit")["ratios"], [3, 1.5])
        self.assertEqual(self.line(lines, "decoder", 1, "8-bit")["ratios"], [])
        files = self.line(lines, "files", 2, "16-bit")
        self.assertEqual((files["engines"]["whisper.cpp"][0].way, files["ratios"]), ("2 servers", [3]))

    def test_the_faster_format_of_each_engine(self):
        line = self.line(list(figures.best_formats(self.RUN)), "decoder", 1, "either")
        self.assertEqual(line["engines"]["Martlet"][0].format, "f16")
        self.assertEqual(line["ratios"], [3, 1.5])

    def test_verdicts(self):
        told = figures.verdicts(self.RUN)
        self.assertIn("tiny, encoder, 1 threads: 2.50x, meets 2x", told)
        self.assertIn("tiny, decoder, 16-bit: slower with 2 threads (2.50) than with one (1.50)", told)

    def test_table(self):
        told = {"machine": {"cpu": "a CPU", "cpus": 2, "features": ["avx2"], "memory_gib": 8}, "start": "now",
                "versions": {"Martlet": "1", "whisper.cpp": "2", "faster-whisper": "3"},
                "options": {"threads": [1, 2], "files": 8, "tokens": 96, "rounds": 2}, "run": self.RUN}
        text = table.render(told)
        self.assertIn("| tiny | 1 | 16-bit | 55.0 (50.0-60.0) f16 | – | 135 (120-150) float32 | 36.9 "
                      "| **2.50 (2.00-3.00)x** |", text)
        self.assertIn("| tiny | 2 | 16-bit | 90.0 f16 | 30.0 f16, 2 servers | – |", text)
        self.assertIn("- faster-whisper, tiny int8: it | broke", text)


class Engines(unittest.TestCase):
    def options(self, *arguments):
        return cli.parse(["--models", "/models", "--whisper-cpp", "/cpp", *arguments])

    def test_turns(self):
        options = self.options("--shapes", "tiny", "--threads", "2")
        found = [(case.kind, case.engine, case.way) for _, case in
                 cli.cases(options, [engines.ENGINES[name](options) for name in options.engines])]
        self.assertEqual(found[:3], [("16-bit", name, None) for name in engines.ENGINES])
        self.assertEqual(found[3:9], [("16-bit", "Martlet", ""), ("16-bit", "whisper.cpp", "one server"),
                                      ("16-bit", "whisper.cpp", "2 servers"), ("16-bit", "faster-whisper", "batched"),
                                      ("16-bit", "faster-whisper", "one file at a time"),
                                      ("16-bit", "faster-whisper", "2 files at a time")])

    def test_whisper_bench(self):
        text = "whisper_print_timings:   encode time =   541.00 ms /     1 runs (   541.00 ms per run)\n" \
               "whisper_print_timings:   decode time =   837.12 ms /   256 runs (     3.27 ms per run)\n"
        self.assertEqual(engines.WhisperCpp.timings(text), {"encoder and cross K/V": 541, "decoder": 3.27})
        with self.assertRaisesRegex(Failure, "no such model"):
            engines.WhisperCpp.timings("no such model")

    def test_martlet_is_called_as_agreed(self):
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "martlet")
            with open(program, "w") as file:
                file.write(f"#!{sys.executable}\nimport json, sys\n"
                           "if sys.argv[1:3] != ['bench', 'transcribe']: sys.exit('which command?')\n"
                           "told = dict(zip(sys.argv[4::2], sys.argv[5::2]))\n"
                           "assert told['--output-json'] == '-' and told['--decode-len'] == '160', told\n"
                           "decoder = float(told['--threads'])\n"
                           "print(json.dumps({'encoder_ms': 80, 'cross_kv_ms': 6, 'decoder_ms_per_token': decoder}))\n")
            os.chmod(program, 0o755)
            engine = engines.Martlet(self.options("--martlet", program))
            self.assertEqual(engine.single("tiny", "f16", 2), {"encoder": 80, "encoder and cross K/V": 86, "decoder": 2})
            with self.assertRaisesRegex(Failure, "which command"):
                engine.version()

    def test_arguments(self):
        with self.assertRaises(SystemExit), unittest.mock.patch("sys.stderr", io.StringIO()) as told:
            self.options("--shapes", "huge")
        self.assertIn("there is no huge", told.getvalue())


class Client(unittest.TestCase):
    def test_recordings(self):
        with wave.open(io.BytesIO(client.recording(1, 2))) as file:
            self.assertEqual((file.getframerate(), file.getnchannels(), file.getsampwidth(), file.getnframes()),
                             (16000, 1, 2, 960_000))
        self.assertNotEqual(client.recording(1, 1), client.recording(2, 1))

    def test_uploads_at_once(self):
        test, barrier = self, threading.Barrier(3)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                test.assertIn(b'name="language"\r\n\r\nen\r\n', body)
                test.assertLess(body.index(b"language"), body.index(b"RIFF"))
                barrier.wait(30)
                reply = json.dumps({"text": " ab\ncd" if self.path == "/good" else "abc"}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        urls = [f"http://127.0.0.1:{server.server_port}"]
        bodies = [client.form({"language": "en"}, b"RIFF" + bytes(100))] * 3
        self.assertGreater(client.burst(urls, "/good", bodies, "abcd"), 0)
        with self.assertRaisesRegex(Failure, "another text"):
            client.burst(urls, "/bad", bodies, "abcd")


if __name__ == "__main__":
    unittest.main()
