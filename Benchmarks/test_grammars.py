"""python3 -m unittest discover Benchmarks"""
import json
import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from grammars import cli, engines, figures, serving, table  # noqa: E402


def case(key, valid):
    return {"key": key, "valid": valid, "tokens": [[1, 2]] * len(valid)}


def result(accepted, masks=None, **more):
    return {"compiled": True, "kept": True, "accepted": accepted, "compile_ms": 2,
            "mask_us": masks or [[1000, 10, 20]] * len(accepted), "commit_us": [[3, 5]] * len(accepted), **more}


class Percentiles(unittest.TestCase):
    def test_nearest_rank(self):
        values = list(range(1, 1001))
        self.assertEqual([figures.percentile(values, share) for share in (50, 99, 99.9, 100)], [500, 990, 999, 1000])
        self.assertEqual(figures.percentile([7], 50), 7)
        self.assertEqual(figures.percentile([2, 1], 50), 1)

    def test_summary(self):
        found = figures.summary([3, 1, 2])
        self.assertEqual((found["mean"], found["p50"], found["max"], found["count"]), (2, 2, 3, 3))
        self.assertIsNone(figures.summary([]))


class Figures(unittest.TestCase):
    def test_measuring_is_taken_off_and_the_first_mask_counts_with_compiling(self):
        found = figures.times([result([True])], 4)
        self.assertEqual(found["compile_ms"]["mean"], 2 + 0.996)
        self.assertEqual(found["mask_us"]["p50"], 16)
        self.assertEqual(found["commit_us"]["mean"], 0.5)

    def test_only_what_compiled_is_timed(self):
        refused = {"compiled": False, "compile_ms": 900, "mask_us": [], "commit_us": [], "accepted": []}
        found = figures.times([refused, {"stopped": "timeout"}, None], 0)
        self.assertEqual(found, {"compile_ms": None, "mask_us": None, "commit_us": None})

    def test_outcomes(self):
        refused = {"compiled": False, "accepted": []}
        results = {0: result([True, False]), 1: result([True, True]), 2: refused, 3: {"stopped": "timeout"},
                   4: {"stopped": "the process ended"}, 5: result([True], error="too complex")}
        found = figures.counts([case(key, [True, False]) for key in range(7)], results)
        self.assertEqual(found["schemas"], {"compiled": 2, "refused": 1, "timeout": 1, "crashed": 1, "failed": 1,
                                            "skipped": 1})
        self.assertEqual((found["right"], found["valid_accepted"], found["valid"]), (1, 3, 6))
        self.assertEqual((found["invalid_accepted"], found["invalid"]), (1, 6))

    def test_common_schemas_and_second_passes(self):
        cases = [case(0, [True]), case(1, [True])]
        refused = {"compiled": False, "accepted": []}
        again = {0: result([True]), 1: dict(result([True]), kept=False)}
        told = figures.figures(cases, {
            "a": {"overhead_us": 0, "cold": {0: result([True]), 1: result([True])}, "warm": again},
            "b": {"overhead_us": 0, "cold": {0: result([True]), 1: refused}, "warm": {0: result([True])}}})
        self.assertEqual(told["common"], 1)
        self.assertEqual(told["engines"]["a"]["all"]["cold"]["compile_ms"]["count"], 2)
        self.assertEqual(told["engines"]["a"]["common"]["cold"]["compile_ms"]["count"], 1)
        self.assertEqual(told["engines"]["a"]["all"]["warm"]["compile_ms"]["count"], 1)
        self.assertEqual(told["pairs"]["b"]["schemas"], 1)
        named = {name: {"setup_seconds": 1, "resident_before": 2, "resident_after": None, "overhead_us": 0}
                 for name in "ab"}
        text = table.render(told, named)
        self.assertIn("| schemas | 2 compiled | 1 compiled, 1 refused |", text)
        self.assertIn("| a / b, 1 schemas |", text)
        self.assertIn("| cold: mask, p50, us | 20.0 / 20.0 (**1x**) |", text)
        self.assertIn("| valid texts accepted | 2 of 2 | 1 of 2 |", text)

    def test_other_tokens_are_noticed(self):
        cases = [case(0, [True]), case(1, [False])]
        self.assertEqual(figures.spelled_otherwise(cases, {0: result([True]), 1: result([False])}), 0)
        self.assertEqual(figures.spelled_otherwise(cases, {0: result([True], [[1, 1]]), 1: result([False], [[1]])}), 1)


class Running(unittest.TestCase):
    def test_engines_take_turns_and_each_begins(self):
        found = list(cli.turns([1, 2, 3], ["a", "b"], 2))
        self.assertEqual(found, [("a", [1, 2]), ("b", [1, 2]), ("b", [3]), ("a", [3])])

    def test_a_process_answers_and_one_that_hangs_or_ends_is_stopped(self):
        echo = "import sys,time\nprint('{}',flush=True)\nfor l in sys.stdin:\n" \
               " time.sleep(9) if 'hang' in l else sys.exit() if 'end' in l else print(l,end='',flush=True)"
        engine = engines.Engine("echo", [sys.executable, "-c", echo], None)
        self.addCleanup(engine.stop)
        self.assertEqual(engine.ask({"a": "é"}, 30), {"a": "é"})
        with self.assertRaisesRegex(engines.Stopped, "timeout"):
            engine.ask({"hang": 1}, 0.2)
        with self.assertRaisesRegex(engines.Stopped, "ended"):
            engine.ask({"end": 1}, 30)
        self.assertEqual(engine.ask([1], 30), [1])

    def test_own_schemas_have_texts_of_both_kinds(self):
        with open(os.path.join(cli.HERE, "schemas.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertGreaterEqual(len(lines), 30)
        self.assertEqual(len({line["id"] for line in lines}), len(lines))
        for line in lines:
            self.assertTrue(any(test["valid"] for test in line["tests"]), line["id"])
            for test in line["tests"]:
                json.loads(test["text"])


class Serving(unittest.TestCase):
    def test_what_a_constraint_adds(self):
        share, least, most = serving.added([(2, 2.2), (1, 1.01), (1, 0.98)])
        self.assertAlmostEqual(share, 0.01)
        self.assertAlmostEqual(least, -0.02)
        self.assertAlmostEqual(most, 0.1)

    def test_schemas_do_not_end(self):
        schema = serving.endless(serving.ROWS[0])
        self.assertEqual(schema["items"]["required"], ["name", "age", "mail"])
        self.assertGreaterEqual(schema["minItems"], 100_000)


if __name__ == "__main__":
    unittest.main()
