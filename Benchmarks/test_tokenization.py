"""python3 -m unittest discover Benchmarks"""
import itertools
import os
import random
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tokenization import corpora, peer, table, vocabularies  # noqa: E402


def result(engine, seconds, round=0, ids="a", text="t"):
    return {"engine": engine, "tokenizer": "f.json", "round": round, "load_seconds": 0.01,
            "measurements": [{"text": text, "bytes": 1e6, "tokens": 1, "encode_seconds": seconds, "ids": ids}]}


class Tables(unittest.TestCase):
    def test_ratios_pair_turns_of_one_round(self):
        results = [result("martlet", [0.1]), result("hf", [1.0]), result("martlet", [0.2], 1), result("hf", [1.0], 1),
                   result("martlet", [9.0], 2)]
        self.assertEqual(table.ratio(results, "hf", "t"), 7.5)
        self.assertEqual(table.speed(results, "hf", "t"), 1)
        self.assertIn("1.0 (7.5x)", table.speeds(results))

    def test_an_absent_peer_is_named(self):
        results = [result("martlet", [0.1]),
                   {"engine": "tiktoken", "tokenizer": "f.json", "round": 0, "absent": "no module"}]
        self.assertIn("| t | 10.0 | absent |", table.speeds(results))
        self.assertIn("| f | 10 | absent |", table.loads(results))

    def test_other_ids_are_found_and_a_batch_is_not_compared(self):
        results = [result("martlet", [1]), result("hf", [1], ids="b"), result("hf-batch", [1], ids="c")]
        self.assertEqual(table.differences(results), ["f, t: hf"])


class Texts(unittest.TestCase):
    def test_made_text_is_the_same_every_time_and_of_the_same_characters(self):
        texts = ["天地玄黄", "天地无用"]
        first, second = ("".join(itertools.islice(corpora.like(texts, random.Random(1)), 50)) for _ in range(2))
        self.assertEqual(first, second)
        self.assertLessEqual(set(first), set("".join(texts) + "\n"))

    def test_code_is_cut_at_a_character(self):
        self.assertLessEqual(len(corpora.make("code", 1001).encode()), 1001)

    def test_batches_are_the_whole_text(self):
        text = "line\n" * 3000 + "end"
        self.assertEqual("".join(peer.pieces(text)), text)


class Vocabularies(unittest.TestCase):
    def test_the_alphabet_has_every_byte_once(self):
        alphabet = vocabularies.byte_alphabet()
        self.assertEqual(sorted(alphabet.values()), list(range(256)))
        self.assertEqual(alphabet["Ġ"], ord(" "))

    def test_a_shorter_training_keeps_the_first_merges(self):
        vocab = {chr(0x4E00 + at): at for at in range(300)}
        file = {"added_tokens": [{"id": 300, "content": "x"}, {"id": 301, "content": "y"}],
                "model": {"vocab": vocab, "merges": list(range(44))}}
        short = vocabularies.shortened(file, 282)
        self.assertEqual(len(short["model"]["vocab"]), 280)
        self.assertEqual(short["model"]["merges"], list(range(24)))
        self.assertEqual([token["id"] for token in short["added_tokens"]], [280, 281])


if __name__ == "__main__":
    unittest.main()
